// What is kept of a window's counts while windows are read.

/// Takes the counts of windows, part by part.
///
/// A walk that asks only how often an n-gram occurs keeps a ``TotalCount``; one that asks in which parts
/// keeps a ``PartedCount``, sixteen numbers, which costs most of such a walk.
protocol WindowCounts: Sendable {
  /// Whether only the sum over the parts is kept.
  static var isTotal: Bool { get }
  /// No occurrence.
  init()
  /// Occurrences over all parts.
  var total: Int { get }
  /// Takes the count of one part, at least 1; false where the sum exceeds what can be kept.
  mutating func take(_ count: UInt64, part: Int) -> Bool
}

/// Occurrences over all parts, and nothing else.
struct TotalCount: WindowCounts {
  static var isTotal: Bool { true }
  private(set) var total = 0

  @inline(__always)
  mutating func take(_ count: UInt64, part: Int) -> Bool {
    total &+= Int(truncatingIfNeeded: count)
    return true
  }
}

extension PartedCount: WindowCounts {
  static var isTotal: Bool { false }
  @inline(__always)
  mutating func take(_ count: UInt64, part: Int) -> Bool {
    guard UInt64(self[part]) &+ count <= UInt64(UInt32.max) else { return false }
    add(Int(truncatingIfNeeded: count), part: part)
    return true
  }
}
