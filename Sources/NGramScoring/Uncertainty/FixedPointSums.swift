// Sums that do not depend on the order of their terms.

/// Sums of small real terms in units of 2⁻⁶⁰, exact once each term is rounded.
///
/// Integer addition is associative: a sum is the same to the last bit however the terms are divided
/// among threads and shards. A term is truncated to a multiple of 2⁻⁶⁰ ≈ 10⁻¹⁸; ten million terms
/// are wrong by less than 10⁻¹¹ together. Sums must stay within ±8, where those of divergences (at
/// most 1 each) do.
struct FixedPointSums: Sendable, Equatable {
  private static let unit = 0x1p60
  private(set) var units: [Int64]

  init(count: Int) { units = [Int64](repeating: 0, count: count) }

  /// Sum `index` as a real number.
  subscript(index: Int) -> Double { Self.real(units[index]) }

  /// Units of 2⁻⁶⁰ as a real number.
  static func real(_ units: Int64) -> Double { Double(units) / unit }

  /// x in units of 2⁻⁶⁰, towards 0; |x| < 8.
  @inline(__always)
  static func fixed(_ x: Double) -> Int64 { Int64(x * unit) }

  /// As ``fixed(_:)-(Double)`` for sixteen small terms, |x| < 2⁻⁹, rounded to nearest: added to
  /// 1.5 · 2⁻⁸, whose last bit is worth 2⁻⁶⁰, the bits are the integer.
  @inline(__always)
  static func fixed(_ x: SIMD16<Double>) -> SIMD16<Int64> {
    let anchor = SIMD16<Double>(repeating: 0x1.8p-8)
    return unsafeBitCast(x + anchor, to: SIMD16<Int64>.self)
      &- unsafeBitCast(anchor, to: SIMD16<Int64>.self)
  }

  /// Lets `body` add to the sums without a bounds check each.
  @inline(__always)
  mutating func update(_ body: (UnsafeMutablePointer<Int64>) -> Void) {
    units.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { body(base) }
    }
  }

  /// Adds the sums of other terms.
  mutating func merge(_ other: FixedPointSums) {
    for index in units.indices { units[index] &+= other.units[index] }
  }
}
