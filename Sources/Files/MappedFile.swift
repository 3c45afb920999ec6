import Glibc

/// A whole file seen as memory, read only.
///
/// The bytes stay valid as long as the object lives. The file must not be made shorter meanwhile;
/// files written by this module never are, because writing replaces them as a whole.
///
/// `@unchecked Sendable`: the memory is never written and the pointer never changes.
public final class MappedFile: @unchecked Sendable {
  /// The path that was opened.
  public let path: String
  /// All bytes, from the start of a page.
  ///
  /// Keep the object alive while you use them.
  public let bytes: UnsafeRawBufferPointer

  /// Maps a regular file.
  ///
  /// - Throws: ``Failure`` of kind `missingInput` when it is absent, unreadable, a folder or not a
  ///   regular file; `inputOutput` when it cannot be mapped.
  public init(path: String) throws {
    self.path = path
    let descriptor = try Descriptor(reading: path)
    let status = try descriptor.status(path)
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Failure(.missingInput, "\(path) is not a regular file; copy it to a file first")
    }
    let count = Int(status.st_size)
    guard count > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let memory = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor.value, 0),
      memory != MAP_FAILED
    else {
      throw Failure(.inputOutput, "cannot map \(path): \(Failure.reason(errno))")
    }
    bytes = UnsafeRawBufferPointer(start: memory, count: count)
  }

  deinit {
    guard let start = bytes.baseAddress else { return }
    munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
  }

  /// Calls `body` with all bytes and keeps the mapping alive meanwhile.
  public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try withExtendedLifetime(self) { try body(bytes) }
  }
}
