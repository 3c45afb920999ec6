import Glibc
import Synchronization

extension ChildProcess {
  /// Held from making pipes to starting the child: a pipe made by another thread in between, not yet
  /// marked as ours alone, would stay open in this child and its reader would wait for an end.
  static let starting = Mutex(())

  /// A pipe whose ends are not passed to children by accident.
  struct Pipe {
    let readEnd: Descriptor
    let writeEnd: Descriptor

    init() throws {
      var ends: [Int32] = [-1, -1]
      guard pipe(&ends) == 0 else {
        throw Failure(.inputOutput, "cannot make a pipe: \(Failure.reason(errno))")
      }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      readEnd = Descriptor(owning: ends[0])
      writeEnd = Descriptor(owning: ends[1])
    }
  }

  /// Starts a program with the given standard input, output and error output; returns its number.
  static func spawn(
    _ program: String, _ arguments: [String], descriptors: [Int32]
  ) throws -> pid_t {
    precondition(
      descriptors.count == 3, "ChildProcess.spawn: \(descriptors.count) descriptors, expected 3")
    for word in [program] + arguments where word.utf8.contains(0) {
      throw Failure(.usage, "cannot run \(program): an argument holds a zero byte: \(word)")
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // A descriptor below 3 could be overwritten by an earlier action, so each moves up first.
    let moved = try descriptors.map { number in
      let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
      guard copy >= 0 else {
        throw Failure(.inputOutput, "cannot start \(program): \(Failure.reason(errno))")
      }
      return Descriptor(owning: copy)
    }
    for (target, source) in moved.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, source.value, Int32(target))
    }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigaddset(&signals, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))

    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
    words.append(nil)
    defer { for word in words { free(word) } }
    var process: pid_t = 0
    let code = withExtendedLifetime(moved) {
      posix_spawnp(&process, program, &actions, &attributes, words, environ)
    }
    switch code {
    case 0: return process
    case ENOENT, EACCES, ENOTDIR:
      throw Failure(
        .programAbsent,
        "cannot run \(program): \(Failure.reason(code)); install it and see that it is in PATH")
    default:
      throw Failure(.inputOutput, "cannot start \(program): \(Failure.reason(code))")
    }
  }
}
