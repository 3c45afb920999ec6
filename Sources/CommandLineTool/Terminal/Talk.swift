import Glibc
import Logging

/// What the tool says to a person: everything that is not a result, on standard error.
///
/// `--quiet` leaves warnings and errors, `--verbose` adds detail and the chain of causes.
struct Talk: Sendable {
  /// How much is said.
  enum Level: Sendable { case quiet, normal, verbose }

  let level: Level
  let isTerminal: Bool
  private let logger: Logger

  init(level: Level) {
    self.level = level
    isTerminal = isatty(STDERR_FILENO) == 1
    var logger = Logger(label: "dgflow", factory: { _ in StandardErrorHandler() })
    switch level {
    case .quiet: logger.logLevel = .warning
    case .normal: logger.logLevel = .info
    case .verbose: logger.logLevel = .debug
    }
    self.logger = logger
  }

  /// A plain line.
  func say(_ text: String) { logger.info("\(text)") }
  /// A line that only `--verbose` shows.
  func detail(_ text: String) { logger.debug("\(text)") }
  /// A line that starts with `warning:` and is shown even with `--quiet`.
  func warn(_ text: String) { logger.warning("\(text)") }
}

/// Writes log messages as bare lines on standard error, so that they read like a program's words.
private struct StandardErrorHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .info

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let prefix = event.level >= .warning ? "warning: " : ""
    StandardError.write(prefix + event.message.description + "\n")
  }
}

/// Standard error, unbuffered.
enum StandardError {
  /// Writes the text whole; a closed standard error is nobody's concern.
  static func write(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if written < 0 {
        if errno == EINTR { continue }
        return
      }
      bytes = bytes.dropFirst(written)
    }
  }
}
