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
/// own support and divides by ln 2: what they leave out has p = 0 or q = 0, and 0 log 0 = 0.
///
/// N-grams are summed in ascending order. The value is the same to the last bit when p and q change
/// places, when strings are permuted, and for any threads, memory and way of counting.
public enum JensenShannonDivergence {
  /// JS(p, q) in bits, in [0, 1], at one order.
  ///
  /// O(windows of both sides), constant memory.
  ///
  /// - Precondition: same string length, vocabulary size and padding rule; both hold the order.
  /// - Throws: ``Files/Failure`` of kind `badData` where either set holds no n-gram, since it then
  ///   has no distribution.
  public static func bits(_ p: NGramCounts, _ q: NGramCounts, order: Int) throws -> Double {
    try p.requireNGrams(order)
    try q.requireNGrams(order)
    var sum = JensenShannonSum(
      total: p.totals(order: order).allNGrams, otherTotal: q.totals(order: order).allNGrams)
    try NGramWalk(p, q, order: order).forEachTotal { sum.add($0, $1) }
    return sum.bits
  }
}

extension NGramCounts {
  /// Fails where there is no n-gram of the order, and hence no distribution.
  func requireNGrams(_ order: Int) throws {
    guard totals(order: order).allNGrams == 0 else { return }
    let padding = layout.excludesPadding ? " without padding" : ""
    throw Failure(
      .badData,
      "no n-grams of order \(order)\(padding) in \(strings) token strings: nothing to compare; "
        + "give more text or a lower order")
  }
}
