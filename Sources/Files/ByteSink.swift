import Glibc

/// A place that takes bytes, from front to back.
///
/// Not safe to share between threads. An implementation throws ``Failure`` of kind `cannotWrite`.
public protocol ByteSink: AnyObject {
  /// Writes all of `bytes` after what was written before.
  func write(_ bytes: UnsafeRawBufferPointer) throws

  /// Replaces bytes written before, from `offset`; the end stays where it was.
  func overwrite(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws

  /// Brings everything to the disk and closes; nothing may be written afterwards.
  func finish() throws
}

/// A new file that takes bytes.
public final class FileSink: ByteSink {
  /// The path of the file.
  public let path: String
  private let descriptor: Descriptor

  /// A file-size limit must come back as an error from `write`, not as a signal that ends the
  /// process; a handler that the program installed itself stays.
  private static let ignoresFileSizeSignal: Void = {
    var action = sigaction()
    sigaction(SIGXFSZ, nil, &action)
    if action.__sigaction_handler.sa_handler == nil { signal(SIGXFSZ, SIG_IGN) }
  }()

  /// Creates the file, which must not exist yet.
  ///
  /// - Parameters:
  ///   - path: where.
  ///   - mode: permission bits, to which the process's mask is applied.
  /// - Throws: ``Failure`` of kind `cannotWrite`.
  public init(creating path: String, mode: UInt32 = 0o666) throws {
    _ = Self.ignoresFileSizeSignal
    self.path = path
    let (value, code) = retrying { open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode) }
    guard value >= 0 else { throw Failure.writing(path, code) }
    descriptor = Descriptor(owning: value)
  }

  /// Opens a file to go on at its end; it is created when absent.
  init(appendingTo path: String) throws {
    _ = Self.ignoresFileSizeSignal
    self.path = path
    let (value, code) = retrying { open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666) }
    guard value >= 0 else { throw Failure.writing(path, code) }
    descriptor = Descriptor(owning: value)
  }

  /// The open file's number.
  var number: Int32 { descriptor.value }

  /// Writes all of `bytes`, in as many system calls as it takes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      let (count, code) = retrying { Glibc.write(descriptor.value, part.baseAddress, part.count) }
      guard count > 0 else { throw Failure.writing(path, count < 0 ? code : ENOSPC) }
      rest = rest.dropFirst(count)
    }
  }

  /// Replaces bytes written before.
  public func overwrite(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    var rest = bytes[...]
    var position = offset
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      let (count, code) = retrying {
        pwrite(descriptor.value, part.baseAddress, part.count, off_t(position))
      }
      guard count > 0 else { throw Failure.writing(path, count < 0 ? code : ENOSPC) }
      rest = rest.dropFirst(count)
      position += count
    }
  }

  /// Brings the bytes to the disk without closing.
  func synchronize() throws {
    let (result, code) = retrying { fsync(descriptor.value) }
    // Pipes and some devices cannot be synchronised, which is no loss.
    guard result == 0 || code == EINVAL || code == EROFS else { throw Failure.writing(path, code) }
  }

  /// Brings everything to the disk and closes.
  public func finish() throws {
    try synchronize()
    descriptor.close()
  }
}
