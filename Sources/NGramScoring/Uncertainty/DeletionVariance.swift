// The variance of a divergence from the values without one and two parts.

import Glibc

/// The variance of a plug-in divergence at the full count, from its deletions.
///
/// Write the divergence as a sum of uncorrelated components that depend on k parts at a time
/// (Hoeffding), V_k their variance at the full count, so that the variance is V = Σ V_k. Covariances
/// of the divergences of subsets that share more or fewer parts give
///
///     J = Σ k V_k             values without one part: the delete-group jackknife
///     Q = Σ k(k − 1)/2 V_k    second differences of the values without two parts
///
/// (Efron and Stein 1981). Where the divergence is a quadratic form (samples and reference follow one
/// distribution, n-grams frequent) V = V₂ and J is twice too large; V = J − Q is then right. Where
/// n-grams are rare, components of order three and more count, and V = J − κQ with
///
///     κ = Σ_{k≥2} (k − 1) V_k / Σ_{k≥2} k(k − 1)/2 V_k,
///
/// in [½, 1], which the counts of single n-grams tell well enough (``OverlapKernel``): only a ratio is
/// taken from them, since it hardly depends on which n-grams occur together, as V itself does.
///
/// **To the full count.** J₁₄ and J₁₅, of 14 and 15 parts, are both seen; J₁₆ = J₁₅ (J₁₅/J₁₄)^ρ with
/// ρ = ln(16/15)/ln(15/14), and Q₁₆ = Q₁₄ (J₁₅/J₁₄)^(1 + ρ): a mean over strings (J ~ 1/m) and the sums
/// of the sparse regime (J nearly constant) are both followed. No factor (G − 1)/G is needed.
///
/// **Floor.** J scatters by √(2/15) of itself and J − κQ may come near 0 or below; V is at least
/// 0.7 κQ, which scatters little.
struct DeletionVariance: Sendable {
  /// J at the full count.
  let first: Double
  /// κQ at the full count.
  let excess: Double

  static let floorShare = 0.7
  static let leastDegreesOfFreedom = 10.0
  static let mostDegreesOfFreedom = Double(StringParts.count - 1)

  /// - Parameters:
  ///   - one: values without each part, `[16]`.
  ///   - two: values without each pair, `[120]`.
  ///   - secondOrder: Σ k(k − 1)/2 V_k as single n-grams show it, any unit.
  ///   - higherOrder: what is taken from it for Σ (k − 1) V_k, same unit.
  init(one: [Double], two: [Double], secondOrder: Double, higherOrder: Double) {
    let moments = Self.moments(one: one, two: two)
    let parts = Double(StringParts.count)
    let fifteen = (parts - 1) * moments.one
    let fourteen = (parts - 2) * moments.adjacent
    let quadratic = max(
      0.5 * (parts - 2) * (parts - 3) * (moments.adjacent - moments.distant), 0)
    let ratio = fourteen > 0 ? min(max(fifteen / fourteen, 0.85), 1.05) : 1
    let power = log(parts / (parts - 1)) / log((parts - 1) / (parts - 2))
    let share = secondOrder > 0 ? min(max(1 - higherOrder / secondOrder, 0.5), 1) : 1
    first = fifteen * pow(ratio, power)
    excess = share * quadratic * pow(ratio, 1 + power)
  }

  init(of deletions: GroupDeletions) {
    let levelled = deletions.levelled
    self.init(
      one: levelled.one, two: levelled.two, secondOrder: deletions.secondOrder,
      higherOrder: deletions.higherOrder)
  }

  /// V, with J multiplied by `scale`.
  func variance(scale: Double = 1) -> Double {
    max(scale * first - excess, Self.floorShare * excess)
  }

  /// 15 (V/J)², kept within 10…15: J − κQ scatters as J does, the floor hardly.
  func degreesOfFreedom(scale: Double = 1) -> Double {
    let share = variance(scale: scale) / max(scale * first, .leastNormalMagnitude)
    return min(
      max(Self.mostDegreesOfFreedom * share * share, Self.leastDegreesOfFreedom),
      Self.mostDegreesOfFreedom)
  }

  /// ½E(x − y)² over the values of subsets that share all but one, or all but two parts.
  private static func moments(
    one: [Double], two: [Double]
  ) -> (one: Double, adjacent: Double, distant: Double) {
    let count = StringParts.count
    let parts = Double(count)
    let meanOne = one.reduce(0, +) / parts
    let single = one.reduce(0) { $0 + ($1 - meanOne) * ($1 - meanOne) } / (parts - 1)
    let mean = two.reduce(0, +) / Double(two.count)
    var rows = [Double](repeating: 0, count: count)
    var squares = 0.0
    for i in 1..<count {
      for j in 0..<i {
        let centred = two[GroupDeletions.pair(i, j)] - mean
        rows[i] += centred
        rows[j] += centred
        squares += 2 * centred * centred
      }
    }
    let sharing = rows.reduce(0) { $0 + $1 * $1 } - squares
    // The products over all pairs of subsets sum to 0: the disjoint deletions are what is left.
    let disjoint = -(2 * squares + 4 * sharing)
    let pairs = parts * (parts - 1)
    let same = squares / pairs
    let adjacent = sharing / (pairs * (parts - 2))
    let distant = disjoint / (pairs * (parts - 2) * (parts - 3))
    return (single, same - adjacent, adjacent - distant)
  }
}
