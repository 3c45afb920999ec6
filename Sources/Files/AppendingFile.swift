import Glibc

/// A file of lines that grows at its end, such as `records.jsonl`.
///
/// Each line is one write, and a line that could not be written whole is taken back. A last line
/// without its newline, left by a crash, is cut off on opening. Only one process at a time may have
/// the file open for appending. Not safe to share between threads.
public final class AppendingFile {
  /// Where the file is.
  public let path: String
  /// How many bytes of a torn last line were cut off on opening.
  public let repairedBytes: Int
  /// The length of the file in bytes: a whole number of lines.
  public private(set) var count: Int

  private let sink: FileSink

  /// Opens a file, which is created when absent, and repairs its end.
  ///
  /// - Throws: ``Failure`` of kind `cannotWrite`, also when another process appends to it.
  public init(path: String) throws {
    self.path = path
    let sink = try FileSink(appendingTo: path)
    self.sink = sink
    guard Self.locks(sink.number) else {
      throw Failure(
        .cannotWrite, "cannot append to \(path): another process is writing it; wait for its end")
    }
    var status = stat()
    guard fstat(sink.number, &status) == 0 else { throw Failure.writing(path, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Failure(
        .cannotWrite, "cannot append to \(path): it is not a regular file; choose a file's name")
    }
    let size = Int(status.st_size)
    count = try Self.endOfLastLine(sink.number, size: size, path: path)
    repairedBytes = size - count
    if repairedBytes > 0 { try truncate(to: count) }
  }

  /// Takes the lock, or finds it taken for longer than a tenth of a second.
  ///
  /// A child process that is being started holds all open files, and so the lock of one that was closed
  /// a moment ago, until it begins its program.
  private static func locks(_ number: Int32) -> Bool {
    for _ in 0..<20 {
      if retrying({ flock(number, LOCK_EX | LOCK_NB) }).result == 0 { return true }
      usleep(5_000)
    }
    return false
  }

  /// Appends a line and its newline.
  ///
  /// - Precondition: `line` holds no newline.
  /// - Throws: ``Failure`` of kind `cannotWrite`; the file is as before.
  public func append(_ line: String) throws {
    var bytes = Array(line.utf8)
    precondition(
      !bytes.contains(0x0A), "AppendingFile.append: the line for \(path) holds a newline: \(line)")
    bytes.append(0x0A)
    do {
      try bytes.withUnsafeBytes { try sink.write($0) }
    } catch {
      _ = ftruncate(sink.number, off_t(count))
      throw error
    }
    count += bytes.count
  }

  /// Cuts the file back to an earlier length, for example to the one that a checkpoint recorded.
  ///
  /// - Precondition: `0 ≤ length ≤ count`.
  /// - Throws: ``Failure`` of kind `cannotWrite`; `badData` when no line ends at `length`.
  public func truncate(to length: Int) throws {
    precondition(
      length >= 0 && length <= count, "AppendingFile.truncate: length \(length) of \(count) bytes")
    if length > 0 {
      var last: UInt8 = 0
      guard pread(sink.number, &last, 1, off_t(length - 1)) == 1, last == 0x0A else {
        throw Failure(
          .badData, "\(path) has no line that ends at byte \(length); it was changed by hand")
      }
    }
    let (result, code) = retrying { ftruncate(sink.number, off_t(length)) }
    guard result == 0 else { throw Failure.writing(path, code) }
    count = length
  }

  /// Brings all lines to the disk.
  ///
  /// - Throws: ``Failure`` of kind `cannotWrite`.
  public func synchronize() throws { try sink.synchronize() }

  /// The offset after the last newline, 0 when there is none.
  private static func endOfLastLine(_ number: Int32, size: Int, path: String) throws -> Int {
    var block = [UInt8](repeating: 0, count: 1 << 16)
    var end = size
    while end > 0 {
      let start = max(0, end - block.count)
      let (count, code) = retrying { pread(number, &block, end - start, off_t(start)) }
      guard count == end - start else {
        throw count < 0 ? Failure.reading(path, code) : Failure.reading(path, EIO)
      }
      if let newline = block[..<count].lastIndex(of: 0x0A) { return start + newline + 1 }
      end = start
    }
    return 0
  }
}
