import Glibc

/// The bytes of a file, a device or a named pipe as they are.
public final class FileSource: ByteSource {
  /// The path.
  public let name: String
  private let descriptor: Descriptor

  /// Opens a file.
  ///
  /// - Throws: ``Failure`` of kind `missingInput` when it is absent, unreadable or a folder.
  public convenience init(path: String) throws {
    self.init(try Descriptor(reading: path), path: path)
  }

  init(_ descriptor: Descriptor, path: String) {
    self.descriptor = descriptor
    self.name = path
  }

  /// Reads up to `buffer.count` bytes; 0 at the end.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    try descriptor.read(into: buffer, name: name)
  }
}

/// The bytes of standard input.
///
/// Packed input is refused rather than read as noise: the first read throws `badData` when the
/// stream starts with the gzip magic bytes.
public final class StandardInputSource: ByteSource {
  /// "standard input".
  public let name = "standard input"
  private var isFirst = true

  /// Creates the source, which reads nothing yet.
  ///
  /// Create it once a process.
  public init() {}

  /// Reads up to `buffer.count` bytes; 0 at the end.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    guard buffer.count > 0 else { return 0 }
    let (count, code) = retrying { Glibc.read(STDIN_FILENO, buffer.baseAddress, buffer.count) }
    guard count >= 0 else { throw Failure.reading(name, code) }
    if isFirst, count >= 2, buffer[0] == 0x1F, buffer[1] == 0x8B {
      throw Failure(
        .badData, "standard input is packed by gzip; unpack it with `gzip -dc FILE |` first")
    }
    isFirst = false
    return count
  }
}

/// Bytes that are in memory already.
public final class MemorySource: ByteSource {
  /// What messages call the bytes.
  public let name: String
  private let bytes: [UInt8]
  private let portion: Int
  private var position = 0

  /// Creates a source over bytes.
  ///
  /// - Parameters:
  ///   - bytes: the content.
  ///   - name: what messages call it.
  ///   - portion: the most bytes that one read returns, at least 1; small values exercise readers.
  public init(_ bytes: some Sequence<UInt8>, name: String = "memory", portion: Int = Int.max) {
    precondition(portion >= 1, "MemorySource: portion \(portion) is below 1")
    self.bytes = Array(bytes)
    self.name = name
    self.portion = portion
  }

  /// Reads up to `buffer.count` bytes; 0 at the end.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = min(buffer.count, portion, bytes.count - position)
    buffer.copyBytes(from: bytes[position..<position + count])
    position += count
    return count
  }
}
