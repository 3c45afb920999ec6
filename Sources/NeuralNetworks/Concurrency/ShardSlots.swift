/// One value a shard, each touched by its own shard alone while `Cores.run` runs.
///
/// `@unchecked Sendable`: element k of the memory is reached only through `withValue(of: k)`, and
/// `Cores.run` gives shard k to one thread and returns after all have ended; two shards never touch
/// the same element, and the caller touches them only outside `Cores.run`.
package final class ShardSlots<Value>: @unchecked Sendable {
  private let values: UnsafeMutableBufferPointer<Value>

  /// Slots with the given values.
  package init(_ initial: [Value]) {
    values = .allocate(capacity: initial.count)
    _ = values.initialize(from: initial)
  }

  deinit {
    values.deinitialize()
    values.deallocate()
  }

  /// Number of slots.
  package var count: Int { values.count }

  /// Runs `body` on the value of one shard.
  package func withValue<R>(of shard: Int, _ body: (inout Value) throws -> R) rethrows -> R {
    precondition(
      shard >= 0 && shard < values.count,
      "ShardSlots: shard \(shard) is outside 0..<\(values.count)")
    return try body(&values[shard])
  }

  /// All values in shard order; for use outside `Cores.run`.
  package var all: [Value] { Array(values) }
}
