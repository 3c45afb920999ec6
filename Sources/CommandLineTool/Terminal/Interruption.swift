import Glibc
import Synchronization

/// Ctrl-C and termination requests: noted, so that long work can save and stop at a safe place.
///
/// The second signal ends the program at once, as people expect when the first seems to hang.
enum Interruption {
  private static let requests = Atomic<Int>(0)

  /// Starts listening to SIGINT and SIGTERM.
  static func listen() {
    let handler: @convention(c) (Int32) -> Void = { _ in
      let (_, count) = Interruption.requests.add(1, ordering: .relaxed)
      if count > 1 { _exit(130) }
    }
    signal(SIGINT, handler)
    signal(SIGTERM, handler)
  }

  /// Whether the user asked to stop.
  static var isRequested: Bool { requests.load(ordering: .relaxed) > 0 }
}
