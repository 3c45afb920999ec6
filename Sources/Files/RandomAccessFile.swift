import Glibc

/// A file that is read at any place, by several readers at once; its own writer may append to it.
///
/// Reading at a place does not move anything, so readers on different threads do not disturb each
/// other.
public final class RandomAccessFile: Sendable {
  /// What messages call the file.
  public let name: String
  private let descriptor: Descriptor

  /// Opens a file for reading.
  ///
  /// - Throws: ``Failure`` of kind `missingInput` when it is absent, unreadable or a folder.
  public init(path: String) throws {
    descriptor = try Descriptor(reading: path)
    name = path
  }

  /// Makes an empty file without a name, which is gone when nobody holds it, however the program
  /// ends.
  ///
  /// - Parameter folder: where its bytes lie; `$TMPDIR`, else `/tmp`, is usual.
  /// - Throws: ``Failure`` of kind `cannotWrite`.
  public init(temporaryIn folder: String) throws {
    let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
    let path = "\(folder)/.dgflow-\(suffix).part"
    let (value, code) = retrying { open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
    guard value >= 0 else { throw Failure.writing(path, code) }
    unlink(path)
    descriptor = Descriptor(owning: value)
    name = "a temporary file in \(folder)"
  }

  /// Bytes in the file.
  ///
  /// - Throws: ``Failure`` of kind `inputOutput`.
  public func size() throws -> Int { Int(try descriptor.status(name).st_size) }

  /// Reads into all of `buffer` from `offset`, or as much as there is.
  ///
  /// - Returns: how many bytes were read; fewer than asked for only at the end.
  /// - Throws: ``Failure`` of kind `inputOutput`.
  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int {
    var done = 0
    while done < buffer.count {
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let (count, code) = retrying {
        pread(descriptor.value, part.baseAddress, part.count, off_t(offset + done))
      }
      guard count >= 0 else { throw Failure.reading(name, code) }
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// Writes all of `bytes` at `offset`; for files made by ``init(temporaryIn:)``.
  ///
  /// - Throws: ``Failure`` of kind `cannotWrite`.
  public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    var done = 0
    while done < bytes.count {
      let part = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let (count, code) = retrying {
        pwrite(descriptor.value, part.baseAddress, part.count, off_t(offset + done))
      }
      guard count > 0 else { throw Failure.writing(name, count < 0 ? code : ENOSPC) }
      done += count
    }
  }
}
