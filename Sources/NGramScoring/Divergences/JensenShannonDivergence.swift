// JS-n: the published n-gram divergence of text generators.

import Files

/// The Jensen-Shannon divergence between two n-gram distributions, in bits.
///
/// With p and q the relative frequencies of the n-grams of two sets of strings and m = (p + q)/2,
///
///     JS(p, q) = ½ Σ p log₂(p/m) + ½ Σ q log₂(q/m)   over the union of the supports,
///
/// in [0, 1]: 0 where the distributions are equal, 1 where they share no n-gram. It is the
/// divergence, not its square root (the square root is a distance). This equals the helper of the
/// improved-WGAN-training and Coulomb-GAN scripts, which sums each of the two divergences over its
/// own support and divides by ln 2: what they leave out has p = 0 or q = 0.
///
/// **0 log 0 = 0.** Hence an n-gram that only p holds contributes ½ p log₂ 2 = ½ p, exactly, and
/// likewise for q. The mass outside the common support is therefore counted in integers, and only
/// n-grams that both sets hold need a logarithm; those are summed in `Double`, compensated, in
/// ascending key order. The value is the same to the last bit when p and q change places, when
/// strings are permuted, and for every key layout and thread count.
public enum JensenShannonDivergence {
  /// JS(p, q) in bits, in [0, 1].
  ///
  /// O(m log(n/m)) for m distinct n-grams in the smaller set and n in the larger.
  ///
  /// - Precondition: same order, string length, vocabulary size and padding rule.
  /// - Throws: ``Files/Failure`` of kind `badData` where either set holds no n-gram, since it then
  ///   has no distribution.
  public static func bits(_ p: NGramCounts, _ q: NGramCounts) throws -> Double {
    for counts in [p, q] where counts.total == 0 {
      let padding = counts.excludesPadding ? " without padding" : ""
      throw Failure(
        .badData,
        "no n-grams of order \(counts.order)\(padding) in \(counts.strings) token strings: "
          + "nothing to compare; give more text or a lower order")
    }
    let (small, large) = p.distinct <= q.distinct ? (p, q) : (q, p)
    return bits(
      counts: small.counts, total: small.total, aligned: small.counts(in: large),
      alignedTotal: large.total)
  }

  /// JS of a distribution given by counts per key against one given by its counts at the same keys.
  ///
  /// - Parameters:
  ///   - counts: counts per key; keys with count 0 are passed over.
  ///   - total: their sum, positive.
  ///   - aligned: the other distribution's count at each key.
  ///   - alignedTotal: its sum over *all* its keys, positive.
  static func bits(counts: [Int], total: Int, aligned: [Int], alignedTotal: Int) -> Double {
    precondition(
      total > 0 && alignedTotal > 0 && counts.count == aligned.count,
      "JensenShannonDivergence: totals \(total) and \(alignedTotal) of \(counts.count) and "
        + "\(aligned.count) keys")
    let size = Double(total)
    let alignedSize = Double(alignedTotal)
    var shared = CompensatedSum()
    var sharedCount = 0
    var sharedAligned = 0
    for (count, other) in zip(counts, aligned) where count > 0 && other > 0 {
      sharedCount += count
      sharedAligned += other
      shared.add(term(Double(count) / size, Double(other) / alignedSize))
    }
    let outside =
      Double(total - sharedCount) / size + Double(alignedTotal - sharedAligned) / alignedSize
    return min(max(0.5 * (shared.value + outside), 0), 1)
  }

  /// p log₂(p/m) + q log₂(q/m) for positive p and q; never negative but for rounding.
  private static func term(_ p: Double, _ q: Double) -> Double {
    if p == q { return 0 }
    let middle = 0.5 * (p + q)
    return p * binaryLogarithm(p / middle) + q * binaryLogarithm(q / middle)
  }
}
