// Counts divided among the sixteen parts of a set of strings.

/// The parts that every set of strings is divided in.
///
/// Sixteen: enough groups for a standard error (15 degrees of freedom), few enough that the counts
/// of one n-gram in all parts fill half a cache line while they are counted.
public enum StringParts {
  /// The number of parts.
  public static let count = 16
}

/// The counts of one n-gram in the parts of one set of strings.
public struct PartedCount: Sendable, Equatable {
  /// Occurrences over all parts.
  public private(set) var total = 0
  /// Bit p is set where part p holds the n-gram.
  public private(set) var support: UInt16 = 0
  private var counts = SIMD16<UInt32>(repeating: 0)

  /// No occurrence anywhere.
  public init() {}

  /// Occurrences in one part, 0 ≤ `part` < 16.
  @inline(__always)
  public subscript(part: Int) -> Int {
    withUnsafeBytes(of: counts) { Int($0.load(fromByteOffset: part &* 4, as: UInt32.self)) }
  }

  /// Adds occurrences to one part.
  ///
  /// - Precondition: `count` is positive, and no part exceeds 2³² − 1.
  @inline(__always)
  mutating func add(_ count: Int, part: Int) {
    let sum = self[part] + count
    precondition(sum <= Int(UInt32.max), "PartedCount: part \(part) exceeds 2^32 - 1 occurrences")
    withUnsafeMutableBytes(of: &counts) {
      $0.storeBytes(
        of: UInt32(truncatingIfNeeded: sum), toByteOffset: part &* 4, as: UInt32.self)
    }
    total &+= count
    support |= 1 &<< UInt16(truncatingIfNeeded: part)
  }

  /// Adds the counts of another n-gram, part by part.
  ///
  /// - Precondition: no part exceeds 2³² − 1.
  mutating func add(_ other: PartedCount) {
    other.forEachPart { part, count in add(count, part: part) }
  }

  /// The same counts in the parts of `mask`, none elsewhere.
  func limited(to mask: UInt16) -> PartedCount {
    var result = PartedCount()
    var rest = support & mask
    while rest != 0 {
      let part = rest.trailingZeroBitCount
      result.add(self[part], part: part)
      rest &= rest &- 1
    }
    return result
  }

  /// Calls `body` with each part that holds the n-gram, and its count there.
  @inline(__always)
  func forEachPart(_ body: (_ part: Int, _ count: Int) throws -> Void) rethrows {
    var rest = support
    while rest != 0 {
      let part = rest.trailingZeroBitCount
      try body(part, self[part])
      rest &= rest &- 1
    }
  }
}

/// The sizes of one set of strings at one n-gram order, part by part.
public struct PartedTotals: Sendable, Equatable {
  /// n.
  public let order: Int
  /// Token strings in each of the 16 parts.
  public let strings: [Int]
  /// n-grams in each of the 16 parts, repeats included.
  public let ngrams: [Int]

  /// - Precondition: 16 values each.
  public init(order: Int, strings: [Int], ngrams: [Int]) {
    precondition(
      strings.count == StringParts.count && ngrams.count == StringParts.count,
      "PartedTotals: \(strings.count) and \(ngrams.count) parts, 16 needed")
    self.order = order
    self.strings = strings
    self.ngrams = ngrams
  }

  /// The sizes of the parts of `mask`, 0 elsewhere.
  func limited(to mask: UInt16) -> PartedTotals {
    func kept(_ sizes: [Int]) -> [Int] {
      sizes.indices.map { mask & 1 << UInt16($0) == 0 ? 0 : sizes[$0] }
    }
    return PartedTotals(order: order, strings: kept(strings), ngrams: kept(ngrams))
  }

  /// Token strings over all parts.
  public var allStrings: Int { strings.reduce(0, +) }
  /// n-grams over all parts.
  public var allNGrams: Int { ngrams.reduce(0, +) }
}
