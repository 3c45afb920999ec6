import Glibc
import Reporting

/// Progress of long work with rate and time left.
///
/// On a terminal one line is rewritten a few times a second; elsewhere a plain line is printed once
/// an interval, so that logs stay readable. Silent with `--quiet`.
struct ProgressMeter {
  private let talk: Talk
  private let label: String
  private let unit: String
  private let interval: Double
  private let start = Clock.seconds()
  private var last: Double
  private var drewLine = false

  /// - Parameters:
  ///   - label: what is being done, such as `refine`.
  ///   - unit: plural of what is counted, such as `samples`.
  ///   - interval: seconds between lines where standard error is not a terminal.
  init(_ label: String, unit: String, talk: Talk, interval: Double = 10) {
    self.label = label
    self.unit = unit
    self.talk = talk
    self.interval = interval
    last = start
  }

  /// Shows that `done` of `total` are finished; `total` nil where it is not known.
  mutating func update(done: Int, total: Int?, note: String = "") {
    guard talk.level != .quiet else { return }
    let now = Clock.seconds()
    guard now - last >= (talk.isTerminal ? 0.2 : interval) else { return }
    last = now
    let rate = Double(done) / max(now - start, 1e-9)
    var text = "\(label): \(done)"
    if let total { text += " of \(total)" }
    text += " \(unit), \(Figures.rate(rate)) \(unit)/s"
    if let total, rate > 0, total > done {
      text += ", \(Figures.duration(Double(total - done) / rate)) left"
    }
    if !note.isEmpty { text += ", \(note)" }
    show(text)
  }

  /// Shows a line made by the caller, at the meter's pace unless `always`.
  mutating func update(text: String, always: Bool = false) {
    guard talk.level != .quiet else { return }
    let now = Clock.seconds()
    guard always || now - last >= (talk.isTerminal ? 0.5 : interval) else { return }
    last = now
    show(text)
  }

  /// Clears the rewritten line; call before anything else is said.
  mutating func finish() {
    if drewLine { StandardError.write("\r\u{1B}[K") }
    drewLine = false
  }

  private mutating func show(_ text: String) {
    if talk.isTerminal {
      StandardError.write("\r\u{1B}[K" + String(text.prefix(Self.width() - 1)))
      drewLine = true
    } else {
      StandardError.write(text + "\n")
    }
  }

  private static func width() -> Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 80 }
    return Int(size.ws_col)
  }
}

/// Monotonic time.
enum Clock {
  /// Seconds since an arbitrary start.
  static func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
