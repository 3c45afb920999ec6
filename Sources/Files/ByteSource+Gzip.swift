/// The unpacked bytes of a gzip file, streamed from a `gzip -dc` child.
///
/// A truncated or corrupt file, or one with trailing garbage, is a `badData` failure that names the
/// file. It is thrown by the read that would otherwise report the end, so a reader that runs to the
/// end has seen whole and checked data.
public final class GzipSource: ByteSource {
  /// The path.
  public let name: String
  private let child: ChildProcess
  private var isFinished = false

  /// Opens a packed file and starts the child.
  ///
  /// - Throws: ``Failure`` of kind `missingInput` when the file is absent, unreadable or a folder,
  ///   `programAbsent` when `gzip` is not installed.
  public convenience init(path: String) throws {
    try self.init(try Descriptor(reading: path), path: path)
  }

  init(_ descriptor: Descriptor, path: String) throws {
    name = path
    child = try ChildProcess("gzip", ["-dc"], standardInput: .descriptor(descriptor.value))
  }

  /// Reads up to `buffer.count` unpacked bytes; 0 at the end, once `gzip` has vouched for the data.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    guard buffer.count > 0, !isFinished else { return 0 }
    let count = try child.read(into: buffer)
    if count > 0 { return count }
    let status = try child.wait()
    guard status == 0 else {
      let said = child.standardError.replacing("gzip: stdin: ", with: "")
      throw Failure(
        .badData,
        "\(name) is not a whole gzip file (gzip says: \(oneLine(said))); fetch it again")
    }
    isFinished = true
    return 0
  }
}
