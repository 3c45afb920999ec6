/// A stream of bytes that is read once, from front to back.
///
/// Not safe to share between threads. An implementation throws ``Failure`` that names the source.
public protocol ByteSource: AnyObject {
  /// What messages call the source: its path, or "standard input".
  var name: String { get }

  /// Reads up to `buffer.count` bytes into the front of `buffer`.
  ///
  /// - Returns: how many bytes were read; 0 only at the end or for an empty buffer. It may be fewer
  ///   than asked for before the end. After the end every call returns 0.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

extension ByteSource {
  /// Reads everything that is left.
  ///
  /// - Parameter limit: the most bytes to accept; more is bad data.
  public func readAll(limit: Int = Int.max) throws -> [UInt8] {
    var all: [UInt8] = []
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { scratch.deallocate() }
    while true {
      let count = try read(into: scratch)
      if count == 0 { return all }
      guard count <= limit - all.count else {
        throw Failure(.badData, "\(name) is longer than \(limit) bytes, the most accepted here")
      }
      all.append(contentsOf: scratch[..<count])
    }
  }
}

/// Opens an input by path: `-` is standard input, a gzip file (by its first two bytes, whatever its
/// name) is unpacked on the way, everything else is read as it is.
///
/// - Throws: ``Failure`` of kind `missingInput` when the path is absent, unreadable or a folder.
public func openSource(_ path: String) throws -> any ByteSource {
  if path == "-" { return StandardInputSource() }
  let descriptor = try Descriptor(reading: path)
  guard descriptor.startsLikeGzip else { return FileSource(descriptor, path: path) }
  return try GzipSource(descriptor, path: path)
}
