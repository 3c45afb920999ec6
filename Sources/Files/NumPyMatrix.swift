/// A number type that a `.npy` file of ours may hold.
public protocol NumPyElement: BitwiseCopyable, Sendable {
  /// NumPy's name of the type in little-endian order, for example `<u2`.
  static var numPyDescription: String { get }
}

extension UInt16: NumPyElement {
  /// `<u2`.
  public static var numPyDescription: String { "<u2" }
}

extension UInt32: NumPyElement {
  /// `<u4`.
  public static var numPyDescription: String { "<u4" }
}

extension UInt64: NumPyElement {
  /// `<u8`.
  public static var numPyDescription: String { "<u8" }
}

extension Float: NumPyElement {
  /// `<f4`.
  public static var numPyDescription: String { "<f4" }
}

/// What a `.npy` file says of itself.
public enum NumPyFile {
  /// NumPy's name of the element type, such as `<u2`.
  ///
  /// - Throws: ``Failure`` of kind `missingInput`, or `badData` when it is not a `.npy` file.
  public static func elementType(of path: String) throws -> String {
    try MappedFile(path: path).withBytes { try NumPyHeader($0, path: path).description }
  }
}

/// A matrix `[rows, columns]` in a `.npy` file, mapped and checked, row-major.
///
/// Opening reads the header only; rows come from the disk when they are touched. The format is
/// NumPy's, versions 1.0 to 3.0 (`numpy.lib.format`).
public struct NumPyMatrix<Element: NumPyElement>: Sendable {
  /// The number of rows, 0 or more.
  public let rows: Int
  /// The number of columns, 1 or more.
  public let columns: Int

  private let file: MappedFile
  private let dataOffset: Int

  /// Opens a `.npy` file.
  ///
  /// - Throws: ``Failure`` of kind `missingInput` when the file is absent or unreadable; `badData`
  ///   when it is not a `.npy` file, has another element type, byte order, dimension or layout, is
  ///   truncated or has trailing bytes.
  public init(contentsOf path: String) throws {
    file = try MappedFile(path: path)
    let header = try NumPyHeader(file.bytes, path: path)
    guard header.description == Element.numPyDescription else {
      throw Failure(
        .badData,
        "\(path) holds elements of type \(header.description); expected "
          + "\(Element.numPyDescription) (\(Element.self), little-endian)")
    }
    guard !header.isFortranOrder else {
      throw Failure(
        .badData,
        "\(path) is in Fortran order; expected C order: save numpy.ascontiguousarray(…)")
    }
    guard header.shape.count == 2, header.shape[1] >= 1 else {
      throw Failure(
        .badData, "\(path) has the shape \(header.shape); expected [rows, columns], columns ≥ 1")
    }
    rows = header.shape[0]
    columns = header.shape[1]
    dataOffset = header.dataOffset
    let (count, tooMany) = rows.multipliedReportingOverflow(by: columns)
    let (size, tooLarge) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    let found = file.bytes.count - dataOffset
    guard !tooMany, !tooLarge, size == found else {
      let expected = tooMany || tooLarge ? "more than memory can hold" : "\(size)"
      throw Failure(
        .badData,
        "\(path) holds \(found) bytes of elements; its shape \(header.shape) needs \(expected)"
          + (found < size ? ": it is truncated" : ""))
    }
    guard dataOffset.isMultiple(of: MemoryLayout<Element>.alignment) else {
      throw Failure(
        .badData,
        "\(path) starts its elements at byte \(dataOffset), which is no multiple of "
          + "\(MemoryLayout<Element>.alignment); save it again with numpy.save")
    }
  }

  /// Where the file is.
  public var path: String { file.path }

  /// Calls `body` with all elements, `rows × columns`, row-major; valid inside only.
  public func withUnsafeElements<R>(
    _ body: (UnsafeBufferPointer<Element>) throws -> R
  ) rethrows -> R {
    try file.withBytes { bytes in
      let elements = UnsafeRawBufferPointer(rebasing: bytes[dataOffset...])
      return try body(elements.assumingMemoryBound(to: Element.self))
    }
  }

  /// A copy of one row.
  public func row(_ index: Int) -> [Element] {
    precondition(
      index >= 0 && index < rows, "NumPyMatrix.row: row \(index) of \(rows) rows in \(path)")
    return withUnsafeElements { Array($0[index * columns..<(index + 1) * columns]) }
  }

  /// A copy of all elements, row-major.
  public var elements: [Element] { withUnsafeElements { Array($0) } }
}
