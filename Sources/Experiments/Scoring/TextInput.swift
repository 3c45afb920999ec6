import Files

/// A text that is read more than once: a file as it is, a stream through a temporary file.
///
/// A vocabulary is made of the text in one pass and the text is encoded in the next; what comes from
/// a pipe is gone after the first.
struct TextInput {
  /// What messages call the text.
  let name: String
  private let path: String
  private let spooled: RandomAccessFile?

  /// - Parameters:
  ///   - path: plain or gzip; `-` is standard input.
  ///   - folder: where a stream is kept; its file has no name.
  /// - Throws: `Failure` of kind `missingInput`, or where the stream cannot be read or kept.
  init(_ path: String, temporaryFolder folder: String) throws {
    self.path = path
    guard path == "-" || !FileSystem.isRegularFile(path) else {
      name = path
      spooled = nil
      return
    }
    let source = try openSource(path)
    name = source.name
    let file = try RandomAccessFile(temporaryIn: folder)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    defer { buffer.deallocate() }
    var size = 0
    while case let count = try source.read(into: buffer), count > 0 {
      try file.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]), at: size)
      size += count
    }
    spooled = file
  }

  /// The text from its beginning.
  func open() throws -> any ByteSource {
    if let spooled { return RandomAccessSource(spooled, name: name) }
    return try openSource(path)
  }
}

/// The bytes of a random access file, from front to back.
private final class RandomAccessSource: ByteSource {
  let name: String
  private let file: RandomAccessFile
  private var place = 0

  init(_ file: RandomAccessFile, name: String) {
    self.file = file
    self.name = name
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = try file.read(into: buffer, at: place)
    place += count
    return count
  }
}
