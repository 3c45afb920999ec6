import Files
import Glibc

/// The results of a command: text on standard output, buffered, complete or an error.
///
/// A reader that closes the pipe early (`dgflow generate RUN | head`) has had what it wanted:
/// writing then throws `ReaderLeft`, which the program turns into a quiet end. A command that makes
/// something else as well goes on instead, and what is printed further is dropped.
final class StandardOutput {
  /// Thrown when the reader of the pipe has gone.
  struct ReaderLeft: Error {}

  private var buffer: [UInt8] = []
  private let limit = 1 << 16
  private let endsWithReader: Bool
  private var hasReader = true
  private var written = 0

  /// Standard output.
  ///
  /// - Parameter endsWithReader: whether `ReaderLeft` is thrown when the reader has gone.
  init(endsWithReader: Bool = true) { self.endsWithReader = endsWithReader }

  /// Appends one line; a newline is added.
  func line(_ text: String) throws { try self.text(text + "\n") }

  /// Appends text as it is.
  func text(_ text: String) throws {
    buffer.append(contentsOf: text.utf8)
    if buffer.count >= limit { try flush() }
  }

  /// Writes what is buffered.
  ///
  /// - Throws: `ReaderLeft` when the pipe is closed, `Failure` of kind `cannotWrite` otherwise.
  func flush() throws {
    defer { buffer.removeAll(keepingCapacity: true) }
    var start = 0
    while start < buffer.count, hasReader {
      let count = buffer.withUnsafeBytes { bytes in
        write(STDOUT_FILENO, bytes.baseAddress?.advanced(by: start), bytes.count - start)
      }
      guard count < 0 else {
        start += count
        written += count
        continue
      }
      switch errno {
      case EINTR: continue
      case EPIPE where endsWithReader: throw ReaderLeft()
      case EPIPE: hasReader = false
      case let code:
        throw Failure(
          .cannotWrite,
          "cannot write standard output: \(String(cString: strerror(code))); it is incomplete after "
            + "\(written) bytes")
      }
    }
  }
}
