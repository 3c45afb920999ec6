import Glibc
import Synchronization

/// Ctrl-C and termination requests: noted, so that long work can save and stop at a safe place.
///
/// Work that looks at `isRequested` says so by setting `isNoted`; at all other times a signal ends the
/// program at once. So does the second one, as people expect when the first seems to hang.
enum Interruption {
  private static let requests = Atomic<Int>(0)
  private static let noted = Atomic<Bool>(false)

  /// Starts listening to SIGINT and SIGTERM.
  static func listen() {
    let handler: @convention(c) (Int32) -> Void = { _ in
      let (_, count) = Interruption.requests.add(1, ordering: .relaxed)
      if count > 1 || !Interruption.isNoted { _exit(130) }
    }
    signal(SIGINT, handler)
    signal(SIGTERM, handler)
    // Whoever started the program may have held these back for itself.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Whether a first signal is noted for work that asks, instead of ending the program.
  static var isNoted: Bool {
    get { noted.load(ordering: .relaxed) }
    set { noted.store(newValue, ordering: .relaxed) }
  }

  /// Whether the user asked to stop.
  static var isRequested: Bool { requests.load(ordering: .relaxed) > 0 }
}
