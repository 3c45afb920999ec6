import Glibc

/// An open file that closes itself.
///
/// `@unchecked Sendable`: the number never changes after `init` apart from `close()`, which only its
/// single owner calls.
final class Descriptor: @unchecked Sendable {
  /// The number that the system gave; -1 once closed.
  private(set) var value: Int32

  init(owning value: Int32) { self.value = value }

  /// Opens a file for reading; a folder is refused.
  init(reading path: String) throws {
    let (value, code) = retrying { open(path, O_RDONLY | O_CLOEXEC) }
    guard value >= 0 else { throw Failure.reading(path, code) }
    self.value = value
    if try status(path).st_mode & S_IFMT == S_IFDIR { throw Failure.directory(path) }
  }

  deinit { close() }

  /// Closes at once; a second call does nothing.
  func close() {
    guard value >= 0 else { return }
    _ = Glibc.close(value)
    value = -1
  }

  /// Size, kind and owner of the open file.
  func status(_ path: String) throws -> stat {
    var status = stat()
    guard fstat(value, &status) == 0 else { throw Failure.reading(path, errno) }
    return status
  }

  /// Whether the file can be looked at without moving on, and starts with the gzip magic bytes.
  var startsLikeGzip: Bool {
    var magic: (UInt8, UInt8) = (0, 0)
    let (count, _) = retrying { pread(value, &magic, 2, 0) }
    return count == 2 && magic == (0x1F, 0x8B)
  }

  /// Reads some bytes; 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer, name: String) throws -> Int {
    guard buffer.count > 0 else { return 0 }
    let (count, code) = retrying { Glibc.read(value, buffer.baseAddress, buffer.count) }
    guard count >= 0 else { throw Failure.reading(name, code) }
    return count
  }
}
