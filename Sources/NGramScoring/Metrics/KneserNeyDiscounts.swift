// What modified Kneser-Ney smoothing takes from a count, order by order.

/// The discounts of one order of a modified Kneser–Ney model.
///
/// With n₁…n₄ the numbers of n-grams of this order whose adjusted count is 1…4,
///
///     Y = n₁ / (n₁ + 2 n₂),   D_k = k − (k + 1) Y n_{k+1} / n_k,   k = 1, 2, 3,
///
/// and D₃ serves every count from 3 up: Chen and Goodman, *An Empirical Study of Smoothing
/// Techniques for Language Modeling*, Harvard TR-10-98, 1998, equation 26.
///
/// **Fallback.** Where one of n₁…n₄ is 0, or a D_k is not in (0, k], the estimate has no meaning
/// (little text, or text whose counts are not those of language), and the order takes
/// ½, 1 and 3/2, the values with which kenlm falls back. A discount of exactly 0 counts as out of
/// range: it would give probability 0 to what a context of such counts has not shown.
public struct KneserNeyDiscounts: Sendable, Codable, Equatable {
  /// D₁, taken from a count of 1; in (0, 1].
  public let one: Double
  /// D₂, taken from a count of 2; in (0, 2].
  public let two: Double
  /// D₃₊, taken from every count from 3 up; in (0, 3].
  public let more: Double
  /// Whether the values are the fallback, not an estimate.
  public let isFallback: Bool

  /// The discounts of an order whose n-grams have these adjusted counts, one for each n-gram.
  init(of counts: [Int]) {
    var ones = 0
    var twos = 0
    var threes = 0
    var fours = 0
    for count in counts {
      switch count {
      case 1: ones += 1
      case 2: twos += 1
      case 3: threes += 1
      case 4: fours += 1
      default: break
      }
    }
    self.init(countsOfCounts: [ones, twos, threes, fours])
  }

  /// The discounts of an order with `countsOfCounts` n₁…n₄.
  ///
  /// - Precondition: four numbers, none negative.
  init(countsOfCounts: [Int]) {
    precondition(
      countsOfCounts.count == 4 && countsOfCounts.allSatisfy { $0 >= 0 },
      "KneserNeyDiscounts: counts of counts \(countsOfCounts), four from 0 up needed")
    let n = countsOfCounts.map(Double.init)
    let y = n[0] / (n[0] + 2 * n[1])
    let estimates = (1...3).map { Double($0) - Double($0 + 1) * y * n[$0] / n[$0 - 1] }
    let isUsable =
      !countsOfCounts.contains(0)
      && zip(1...3, estimates).allSatisfy { $1 > 0 && $1 <= Double($0) }
    one = isUsable ? estimates[0] : 0.5
    two = isUsable ? estimates[1] : 1
    more = isUsable ? estimates[2] : 1.5
    isFallback = !isUsable
  }

  /// What is taken from an adjusted count; nothing from 0.
  @inline(__always)
  subscript(count: Int) -> Double {
    switch count {
    case 0: 0
    case 1: one
    case 2: two
    default: more
    }
  }
}
