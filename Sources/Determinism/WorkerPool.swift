import Glibc

/// Threads that wait, asleep, for work and live as long as the process.
///
/// `@unchecked Sendable`: `workers` is touched only while `turn` is held, and each worker's job only
/// under the worker's own lock.
final class WorkerPool: @unchecked Sendable {
  /// The pool of this process.
  static let shared = WorkerPool()

  private let turn = Lock()
  private var workers: [Worker] = []

  /// Marks the threads that are inside a job.
  private static let insideKey: pthread_key_t = {
    var key = pthread_key_t()
    let code = pthread_key_create(&key, nil)
    precondition(code == 0, "WorkerPool: no thread key, error \(code)")
    return key
  }()

  /// Whether the current thread carries a job of the pool.
  static var isInside: Bool { pthread_getspecific(insideKey) != nil }

  static func markInside(_ inside: Bool) {
    pthread_setspecific(insideKey, inside ? UnsafeRawPointer(bitPattern: 1) : nil)
  }

  /// Calls `body` for each of `0..<count` at once: 0 on this thread, the others on workers; waits.
  ///
  /// Where the system refuses more threads, this thread carries what is left.
  func run(count: Int, _ body: @Sendable (Int) -> Void) {
    turn.lock()
    defer { turn.unlock() }
    Self.markInside(true)
    defer { Self.markInside(false) }
    while workers.count < count - 1, let worker = Worker() {
      workers.append(worker)
    }
    let helpers = min(workers.count, count - 1)
    withoutActuallyEscaping(body) { body in
      for index in 0..<helpers { workers[index].start { body(index + 1) } }
      body(0)
      for index in (helpers + 1)..<max(count, helpers + 1) { body(index) }
      for index in 0..<helpers { workers[index].waitUntilIdle() }
    }
  }
}

/// One thread that carries a job at a time.
///
/// `@unchecked Sendable`: `job` and `isBusy` are touched only under `lock`.
private final class Worker: @unchecked Sendable {
  private let lock = Lock()
  private var job: (@Sendable () -> Void)?
  private var isBusy = false

  /// Starts the thread; nil when the system refuses.
  init?() {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, 8 << 20)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self)
    let code = pthread_create(
      &thread, &attributes,
      { context in
        guard let context else { return nil }
        Unmanaged<Worker>.fromOpaque(context).takeRetainedValue().carryJobs()
      }, context.toOpaque())
    guard code == 0 else {
      context.release()
      return nil
    }
  }

  func start(_ job: @escaping @Sendable () -> Void) {
    lock.lock()
    self.job = job
    isBusy = true
    lock.signal()
    lock.unlock()
  }

  func waitUntilIdle() {
    lock.lock()
    while isBusy { lock.wait() }
    lock.unlock()
  }

  private func carryJobs() -> Never {
    WorkerPool.markInside(true)
    while true {
      carryJob()
      // The job is let go of before its owner may go on: the owner's closure must not outlive it.
      lock.lock()
      isBusy = false
      lock.signal()
      lock.unlock()
    }
  }

  private func carryJob() {
    takeJob()()
  }

  private func takeJob() -> @Sendable () -> Void {
    lock.lock()
    defer { lock.unlock() }
    while true {
      if let job {
        self.job = nil
        return job
      }
      lock.wait()
    }
  }
}

/// A mutex with a condition, at a fixed address.
///
/// `@unchecked Sendable`: both are made to be used by several threads.
final class Lock: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    mutex.initialize(to: pthread_mutex_t())
    condition.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(condition)
    mutex.deallocate()
    condition.deallocate()
  }

  func lock() { pthread_mutex_lock(mutex) }
  func unlock() { pthread_mutex_unlock(mutex) }
  func wait() { pthread_cond_wait(condition, mutex) }
  func signal() { pthread_cond_signal(condition) }
}
