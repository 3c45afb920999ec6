/// The one owner of the processor's cores.
///
/// Work is cut into shards by the caller, and the number of shards is part of the result's
/// definition; the number of threads is not. Shard k does the same work whoever carries it, so
/// results are bit-identical for any `threads`.
public enum Cores {
  /// How many threads can run at once: the processors that this process may use, and no more than
  /// its control group's processor quota; at least 1.
  public static let available: Int = min(permittedProcessors, quotaProcessors ?? Int.max)

  /// Calls `body` once for each shard `0..<shards`, on up to `threads` threads, and waits.
  ///
  /// Each thread carries one contiguous run of shards, in order, cut as ``shardRanges(count:shards:)``
  /// cuts; the calling thread carries the first run. `threads` may exceed the cores and the shards. A
  /// call from inside a shard carries its shards alone, in order; calls from several threads at once
  /// take turns.
  ///
  /// - Parameters:
  ///   - shards: how many shards, 0 or more.
  ///   - threads: the most threads to use, at least 1.
  ///   - body: the work of a shard. Shards must not write to the same memory.
  /// - Throws: the error of the first shard, by number, that threw. A thread stops its run at its
  ///   first error; other runs are carried to their end.
  public static func run<E: Error>(
    shards: Int, threads: Int, _ body: @Sendable (Int) throws(E) -> Void
  ) throws(E) {
    precondition(shards >= 0, "Cores.run: \(shards) shards")
    precondition(threads >= 1, "Cores.run: \(threads) threads")
    let runs = min(threads, shards)
    guard runs > 1, !WorkerPool.isInside else {
      for shard in 0..<shards { try body(shard) }
      return
    }
    // Each run writes its own element only.
    let errors = UnsafeMutableBufferPointer<E?>.allocate(capacity: runs)
    errors.initialize(repeating: nil)
    defer {
      errors.deinitialize()
      errors.deallocate()
    }
    let failures = Unchecked(errors)
    WorkerPool.shared.run(count: runs) { run in
      do throws(E) {
        for shard in shardRange(run, count: shards, shards: runs) { try body(shard) }
      } catch {
        failures.value[run] = error
      }
    }
    for case let error? in errors { throw error }
  }

  /// Calls `body` once for each shard and returns the results in the order of the shards, so that
  /// a reduction over them is always in the same order.
  ///
  /// - Parameters: as ``run(shards:threads:_:)``.
  /// - Throws: the error of the first shard, by number, that threw.
  public static func map<Value: Sendable, E: Error>(
    shards: Int, threads: Int, _ body: @Sendable (Int) throws(E) -> Value
  ) throws(E) -> [Value] {
    precondition(shards >= 0, "Cores.map: \(shards) shards")
    let values = UnsafeMutableBufferPointer<Value?>.allocate(capacity: shards)
    values.initialize(repeating: nil)
    defer {
      values.deinitialize()
      values.deallocate()
    }
    let results = Unchecked(values)
    try run(shards: shards, threads: threads) { (shard: Int) throws(E) in
      results.value[shard] = try body(shard)
    }
    return values.compactMap { $0 }
  }

  /// Passes a value to other threads; the user proves that no two of them touch the same part.
  private struct Unchecked<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
  }
}
