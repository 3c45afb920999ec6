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
  /// Writes parts and counts as a ``WindowRun`` holds them, from a place on; returns where they end.
  func write(to bytes: UnsafeMutableBufferPointer<UInt8>, at place: Int) -> Int
}

/// Occurrences over all parts, and nothing else.
struct TotalCount: WindowCounts {
  static var isTotal: Bool { true }
  private(set) var total = 0

  @inline(__always)
  init() {}

  @inline(__always)
  init(_ total: UInt64) { self.total = Int(truncatingIfNeeded: total) }

  @inline(__always)
  mutating func take(_ count: UInt64, part: Int) -> Bool {
    total &+= Int(truncatingIfNeeded: count)
    return true
  }

  /// All in part 0, in the next as far as it has no room.
  @inline(__always)
  func write(to bytes: UnsafeMutableBufferPointer<UInt8>, at place: Int) -> Int {
    guard total <= Int(UInt32.max) else {
      var counts = PartedCount()
      var rest = total
      for part in 0..<StringParts.count where rest > 0 {
        let portion = Swift.min(rest, Int(UInt32.max))
        counts.add(portion, part: part)
        rest -= portion
      }
      return counts.write(to: bytes, at: place)
    }
    bytes[place] = 1
    bytes[place &+ 1] = 0
    return bytes.write(sevens: total, at: place &+ 2)
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
  @inline(__always)
  func write(to bytes: UnsafeMutableBufferPointer<UInt8>, at place: Int) -> Int {
    bytes[place] = UInt8(truncatingIfNeeded: support)
    bytes[place &+ 1] = UInt8(truncatingIfNeeded: support &>> 8)
    var place = place &+ 2
    forEachPart { _, count in place = bytes.write(sevens: count, at: place) }
    return place
  }
}

extension UnsafeMutableBufferPointer<UInt8> {
  /// Writes a number by seven bits a byte, from a place on; returns where it ends.
  @inline(__always)
  func write<Number: BinaryInteger>(sevens number: Number, at place: Int) -> Int {
    var place = place
    var rest = number
    while rest >= 0x80 {
      self[place] = UInt8(truncatingIfNeeded: rest) | 0x80
      rest >>= 7
      place &+= 1
    }
    self[place] = UInt8(truncatingIfNeeded: rest)
    return place &+ 1
  }
}
