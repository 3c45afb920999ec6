// JS-n as a sum over n-grams, one at a time.

/// The Jensen-Shannon divergence of two sets of counts, added up n-gram by n-gram.
///
/// An n-gram that only p holds contributes ½ p log₂ 2 = ½ p, exactly, and likewise for q. The mass
/// outside the common support is therefore counted in integers, and only n-grams that both sets hold
/// need a logarithm; those are summed in `Double`, compensated. See ``JensenShannonDivergence``.
struct JensenShannonSum {
  private let total: Int
  private let otherTotal: Int
  private var shared = CompensatedSum()
  private var sharedCount = 0
  private var sharedOther = 0

  /// - Precondition: both totals are positive.
  init(total: Int, otherTotal: Int) {
    precondition(
      total > 0 && otherTotal > 0, "JensenShannonSum: totals \(total) and \(otherTotal)")
    self.total = total
    self.otherTotal = otherTotal
  }

  /// Adds an n-gram by its two counts, at least 0 each.
  @inline(__always)
  mutating func add(_ count: Int, _ other: Int) {
    guard count > 0 && other > 0 else { return }
    sharedCount &+= count
    sharedOther &+= other
    shared.add(Self.term(Double(count) / Double(total), Double(other) / Double(otherTotal)))
  }

  /// JS in bits, in [0, 1], of all that was added.
  var bits: Double {
    let outside =
      Double(total - sharedCount) / Double(total)
      + Double(otherTotal - sharedOther) / Double(otherTotal)
    return min(max(0.5 * (shared.value + outside), 0), 1)
  }

  /// p log₂(p/m) + q log₂(q/m), m = (p + q)/2, for positive p and q; never negative but for rounding.
  @inline(__always)
  static func term(_ p: Double, _ q: Double) -> Double {
    if p == q { return 0 }
    let middle = 0.5 * (p + q)
    return p * binaryLogarithm(p / middle) + q * binaryLogarithm(q / middle)
  }
}
