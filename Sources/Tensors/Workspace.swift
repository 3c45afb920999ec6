/// Scratch memory of one thread or shard; grows on demand, never shrinks.
///
/// A workspace holds nothing between two operations. It must not be used by two threads at a time,
/// which its missing `Sendable` conformance enforces: make one in each shard or thread.
public final class Workspace {
  private var storage = FloatStorage(count: 0)

  /// An empty workspace.
  public init() {}

  /// Floats that it holds at present.
  public var capacity: Int { storage.count }

  func scratch<R>(count: Int, _ body: (UnsafeMutablePointer<Float>) -> R) -> R {
    if storage.count < count { storage = FloatStorage(count: count) }
    let current = storage
    return withExtendedLifetime(current) { body(current.base) }
  }

  /// Runs `body` on at least `count` floats, 64-byte aligned, of unspecified content.
  public func withScratch<R>(
    count: Int, _ body: (UnsafeMutableBufferPointer<Float>) throws -> R
  ) rethrows -> R {
    if storage.count < count { storage = FloatStorage(count: count) }
    let current = storage
    return try withExtendedLifetime(current) { try body(current.mutableElements) }
  }
}
