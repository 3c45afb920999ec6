import Glibc

/// Writing a file so that it appears whole or not at all.
///
/// The bytes go to a temporary file in the same folder, which is brought to the disk and then
/// renamed over the path; the folder is brought to the disk too. Whoever reads the path sees the
/// old file or the new one, never a part. A failed or abandoned write leaves nothing behind.
public enum AtomicFile {
  /// Makes the sink for a temporary file's path; tests pass one that fails.
  public typealias SinkFactory = (_ temporaryPath: String) throws -> any ByteSink

  /// The sink that real files use.
  public static func fileSink(_ temporaryPath: String) throws -> any ByteSink {
    try FileSink(creating: temporaryPath)
  }

  /// Writes bytes to a path, replacing a file that is there.
  ///
  /// - Throws: ``Failure`` of kind `cannotWrite`, naming the path and the remedy.
  public static func write(_ bytes: UnsafeRawBufferPointer, to path: String) throws {
    let writer = try Writer(path: path)
    try writer.write(bytes)
    try writer.commit()
  }

  /// Writes bytes to a path, replacing a file that is there.
  ///
  /// - Throws: ``Failure`` of kind `cannotWrite`, naming the path and the remedy.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    try bytes.withUnsafeBytes { try write($0, to: path) }
  }

  /// Writes a text's UTF-8 to a path, replacing a file that is there.
  ///
  /// - Throws: ``Failure`` of kind `cannotWrite`, naming the path and the remedy.
  public static func write(_ text: String, to path: String) throws {
    try write(Array(text.utf8), to: path)
  }
}

/// Eight characters that make a temporary name unlike any other.
func temporarySuffix() -> String {
  let value = UInt64.random(in: 0..<(1 << 40))
  let digits = String(value, radix: 32)
  return String(repeating: "0", count: 8 - digits.count) + digits
}

/// Brings a folder's entries to the disk, so that a rename in it survives a power cut.
func synchronizeFolder(_ path: String) throws {
  let (value, code) = retrying { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
  guard value >= 0 else {
    // A folder that may be written but not read cannot be synchronised; the rename stands.
    if code == EACCES { return }
    throw Failure.writing(path, code)
  }
  let descriptor = Descriptor(owning: value)
  let (result, failure) = retrying { fsync(descriptor.value) }
  guard result == 0 || failure == EINVAL || failure == EROFS else {
    throw Failure.writing(path, failure)
  }
}
