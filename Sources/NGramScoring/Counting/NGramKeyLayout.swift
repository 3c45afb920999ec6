// How an n-gram becomes one comparable key.

/// The representation of an n-gram of tokens as one comparable key.
///
/// The two packed layouts read the n tokens t₁…tₙ as digits in base V, most significant first:
/// key = Σᵢ tᵢ Vⁿ⁻ⁱ < Vⁿ. Numeric order of keys is therefore the lexicographic order of n-grams,
/// which is also the order of ``slices``: whatever the layout, counts are listed, and sums over
/// them taken, in the same order, and give the same bits.
public enum NGramKeyLayout: String, Sendable, Codable, CaseIterable {
  /// Base-V key in 64 bits; possible when Vⁿ ≤ 2⁶⁴ (V = 80: n ≤ 10).
  case packed64
  /// Base-V key in 128 bits; possible when Vⁿ ≤ 2¹²⁸ (V = 2,048: n ≤ 11; V = 65,536: n ≤ 8).
  case packed128
  /// The n tokens themselves, compared one by one; possible for every n and V, and slower.
  case slices

  /// The cheapest layout that holds every n-gram of `order` tokens below `vocabularySize`.
  ///
  /// - Precondition: `order` ≥ 1 and 1 ≤ `vocabularySize` ≤ 65,536.
  public static func narrowest(order: Int, vocabularySize: Int) -> NGramKeyLayout {
    precondition(order >= 1, "NGramKeyLayout: order \(order) must be at least 1")
    precondition(
      (1...65_536).contains(vocabularySize),
      "NGramKeyLayout: vocabulary size \(vocabularySize) must be in 1...65536")
    if largestKey(UInt64.self, order: order, base: vocabularySize) != nil { return .packed64 }
    if largestKey(UInt128.self, order: order, base: vocabularySize) != nil { return .packed128 }
    return .slices
  }

  /// The largest packed key, baseⁿ − 1, or nil where `Key` cannot hold it.
  static func largestKey<Key: FixedWidthInteger & UnsignedInteger>(
    _: Key.Type, order: Int, base: Int
  ) -> Key? {
    var largest: Key = 0
    for _ in 0..<order {
      let (product, productOverflow) = largest.multipliedReportingOverflow(by: Key(base))
      let (sum, sumOverflow) = product.addingReportingOverflow(Key(base - 1))
      if productOverflow || sumOverflow { return nil }
      largest = sum
    }
    return largest
  }
}
