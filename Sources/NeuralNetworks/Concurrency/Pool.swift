import Synchronization

/// Reusable objects that threads check out and give back, so that memory grows with the threads at
/// work and not with the shards.
///
/// `@unchecked Sendable`: the list of idle objects is touched under the lock alone, and an object that
/// is checked out is in no list, so one thread at a time holds it. What an object contains must never
/// influence a result, since threads take whichever is idle.
package final class Pool<Element: AnyObject>: @unchecked Sendable {
  private let lock = Mutex(())
  private var idle: [Int: [Element]] = [:]
  private let make: () -> Element

  /// An empty pool that makes objects with `make`.
  package init(_ make: @escaping @Sendable () -> Element) {
    self.make = make
  }

  /// Runs `body` on an idle object, or on a new one, and takes the object back.
  ///
  /// - Parameter key: objects with another key are not reused; the size of a batch, so that buffers
  ///   keep their shape.
  package func withElement<R>(key: Int, _ body: (Element) throws -> R) rethrows -> R {
    var taken: Element?
    lock.withLock { _ in taken = idle[key]?.popLast() }
    let element = taken ?? make()
    defer { lock.withLock { _ in idle[key, default: []].append(element) } }
    return try body(element)
  }
}
