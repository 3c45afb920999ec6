// Where parallel shards leave their results.

import Synchronization

/// One slot a shard, written once from any thread and read in shard order afterwards.
final class SharedSlots<Value: Sendable>: Sendable {
  private let slots: Mutex<[Value?]>

  init(count: Int) { slots = Mutex(Array(repeating: nil, count: count)) }

  func set(_ index: Int, _ value: Value) { slots.withLock { $0[index] = value } }

  /// The values that were set, in slot order.
  var values: [Value] { slots.withLock { $0.compactMap { $0 } } }
}
