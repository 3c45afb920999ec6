// What a table of windows keeps of each.

/// A window with its counts, as it lies in a ``WindowTable``; zeroed memory is an empty place.
protocol WindowEntry<Key>: Sendable {
  associatedtype Key: FixedWidthInteger & UnsignedInteger & Sendable
  associatedtype Counts: WindowCounts
  /// Whether the parts of the strings are told apart.
  static var hasParts: Bool { get }
  /// The window; 0 in an empty place.
  var key: Key { get set }
  /// The counts so far, but for what was carried.
  var counts: Counts { get }

  /// Counts the window in a part; returns whether the part's counter overflowed: 256 are to be carried.
  static func count(_ entry: UnsafeMutablePointer<Self>, part: Int) -> Bool

  /// Adds the counts of the same window elsewhere; returns the parts of which 256 are to be carried.
  mutating func add(_ other: Self) -> UInt16
}

/// Counts in 16 parts, a byte each: 32 bytes, so that a window touches one cache line whatever its part.
struct PartedEntry<Key: FixedWidthInteger & UnsignedInteger & Sendable>: WindowEntry {
  static var hasParts: Bool { true }

  var key: Key
  private var counters: SIMD16<UInt8>

  var counts: PartedCount {
    var counts = PartedCount()
    let words = unsafeBitCast(counters, to: SIMD2<UInt64>.self)
    counts.add(words.x, fromPart: 0)
    counts.add(words.y, fromPart: 8)
    return counts
  }

  @inline(__always)
  static func count(_ entry: UnsafeMutablePointer<Self>, part: Int) -> Bool {
    // The compiler would take all sixteen out and put them back.
    let counter = (UnsafeMutableRawPointer(entry) + (16 &+ part)).assumingMemoryBound(
      to: UInt8.self)
    counter.pointee &+= 1
    return counter.pointee == 0
  }

  @inline(__always)
  mutating func add(_ other: Self) -> UInt16 {
    let sum = counters &+ other.counters
    let overflow = sum .< other.counters
    counters = sum
    guard any(overflow) else { return 0 }
    return (0..<StringParts.count).reduce(into: 0) { parts, part in
      if overflow[part] { parts |= 1 << UInt16(part) }
    }
  }
}

/// One count over all strings: 16 bytes, 32 for wide keys.
struct TotalEntry<Key: FixedWidthInteger & UnsignedInteger & Sendable>: WindowEntry {
  static var hasParts: Bool { false }

  var key: Key
  private var total: UInt64

  var counts: TotalCount { TotalCount(total) }

  @inline(__always)
  static func count(_ entry: UnsafeMutablePointer<Self>, part: Int) -> Bool {
    entry.pointee.total &+= 1
    return false
  }

  @inline(__always)
  mutating func add(_ other: Self) -> UInt16 {
    total &+= other.total
    return 0
  }
}

extension PartedCount {
  /// Adds eight counts of a byte each, the lowest byte to `first`.
  @inline(__always)
  fileprivate mutating func add(_ bytes: UInt64, fromPart first: Int) {
    var rest = bytes
    while rest != 0 {
      let shift = UInt64(rest.trailingZeroBitCount & ~7)
      add(Int(truncatingIfNeeded: (rest &>> shift) & 0xFF), part: first + Int(shift &>> 3))
      rest &= ~(0xFF &<< shift)
    }
  }
}
