import Files
import Glibc

/// The results of a command: text on standard output, buffered, complete or an error.
///
/// A reader that closes the pipe early (`dgflow generate RUN | head`) has had what it wanted:
/// writing then throws `ReaderLeft`, which the program turns into a quiet end.
final class StandardOutput {
  /// Thrown when the reader of the pipe has gone.
  struct ReaderLeft: Error {}

  private var buffer: [UInt8] = []
  private let limit = 1 << 16

  /// Appends one line; a newline is added.
  func line(_ text: String) throws {
    buffer.append(contentsOf: text.utf8)
    buffer.append(UInt8(ascii: "\n"))
    if buffer.count >= limit { try flush() }
  }

  /// Writes what is buffered.
  ///
  /// - Throws: `ReaderLeft` when the pipe is closed, `Failure` of kind `inputOutput` otherwise.
  func flush() throws {
    var start = 0
    while start < buffer.count {
      let written = buffer.withUnsafeBytes { bytes in
        write(STDOUT_FILENO, bytes.baseAddress?.advanced(by: start), bytes.count - start)
      }
      if written < 0 {
        if errno == EINTR { continue }
        if errno == EPIPE { throw ReaderLeft() }
        let reason = String(cString: strerror(errno))
        throw Failure(
          .inputOutput, "standard output: \(reason) after \(start) bytes; the output is incomplete")
      }
      start += written
    }
    buffer.removeAll(keepingCapacity: true)
  }
}
