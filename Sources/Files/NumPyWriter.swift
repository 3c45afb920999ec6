/// Writes a matrix `[rows, columns]` to a `.npy` file, row by row, atomically.
///
/// The number of rows need not be known: the header is patched at `commit()`. Elements start at
/// byte 128, so a mapped file is aligned for every vector width.
public final class NumPyWriter<Element: NumPyElement> {
  /// The number of columns, 1 or more.
  public let columns: Int
  /// How many rows were appended so far.
  public private(set) var rows = 0

  private let writer: AtomicFile.Writer

  /// Starts a file.
  ///
  /// - Parameters:
  ///   - path: where it will appear at `commit()`.
  ///   - columns: the row length, 1 or more.
  ///   - sink: what makes the temporary file's sink.
  /// - Throws: ``Failure`` of kind `cannotWrite`.
  public init(
    path: String, columns: Int, sink: AtomicFile.SinkFactory = AtomicFile.fileSink
  ) throws {
    precondition(columns >= 1, "NumPyWriter: columns \(columns) is below 1 in \(path)")
    self.columns = columns
    writer = try AtomicFile.Writer(path: path, sink: sink)
    try writer.write(header)
  }

  /// Appends whole rows.
  ///
  /// - Precondition: `elements.count` is a multiple of `columns`.
  public func append(_ elements: UnsafeBufferPointer<Element>) throws {
    precondition(
      elements.count.isMultiple(of: columns),
      "NumPyWriter.append: \(elements.count) elements are no whole rows of \(columns) columns")
    try writer.write(UnsafeRawBufferPointer(elements))
    rows += elements.count / columns
  }

  /// Appends whole rows.
  ///
  /// - Precondition: `elements.count` is a multiple of `columns`.
  public func append(_ elements: [Element]) throws {
    try elements.withUnsafeBufferPointer { try append($0) }
  }

  /// Writes the final header, brings the file to the disk and gives it its name.
  public func commit() throws {
    try writer.overwrite(header, at: 0)
    try writer.commit()
  }

  /// Abandons the file and removes what was written.
  public func cancel() { writer.cancel() }

  /// Writes a whole matrix at once.
  ///
  /// - Precondition: `elements.count` is a multiple of `columns`.
  public static func write(_ elements: [Element], columns: Int, path: String) throws {
    let writer = try NumPyWriter(path: path, columns: columns)
    try writer.append(elements)
    try writer.commit()
  }

  private var header: [UInt8] {
    NumPyHeader.bytes(description: Element.numPyDescription, shape: [rows, columns], size: 128)
  }
}
