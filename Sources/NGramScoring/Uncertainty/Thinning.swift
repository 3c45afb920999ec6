// How often an n-gram would be met in fewer strings.

import Glibc

/// The distribution of an n-gram's count when a pool of strings is thinned to fewer.
///
/// An n-gram that occurs c times in m strings occurs about Binomial(c, N/m) times in N of them drawn
/// at random: each occurrence stays with probability N/m. (Exact for an n-gram that occurs at most
/// once a string, but for the finite pool; what frequent n-grams add to a divergence hardly depends
/// on their spread.) Since a divergence is a sum over n-grams, its expectation under thinning is a
/// sum of expectations over these counts, without drawing anything.
struct Thinning {
  /// N/m, in (0, 1].
  let share: Double

  /// The largest variance of a count whose distribution is gone through count by count: below it no
  /// probability that is needed, of 2.8 × 240 nats at least, is rounded to 0.
  private static let largestVariance = 240.0

  /// Calls `body` with counts and their probabilities, which sum to 1.
  ///
  /// Where the count's variance exceeds 240, three counts stand for all: mean and mean ± √3
  /// deviations with weights ⅔ and ⅙, which agree in the first five moments of a normal law.
  @inline(__always)
  func forEachCount(of count: Int, _ body: (_ thinned: Double, _ probability: Double) -> Void) {
    guard share < 1 else {
      body(Double(count), 1)
      return
    }
    let mean = Double(count) * share
    let variance = mean * (1 - share)
    if variance > Self.largestVariance {
      let reach = (3 * variance).squareRoot()
      body(mean - reach, 1 / 6)
      body(mean, 2 / 3)
      body(mean + reach, 1 / 6)
      return
    }
    // From the end that more probability is at: what stays, or what goes.
    let goes = share > 0.5
    let rate = goes ? 1 - share : share
    let odds = rate / (1 - rate)
    var probability = exp(Double(count) * log1p(-rate))
    var left = 1.0
    for met in 0...count {
      body(Double(goes ? count - met : met), met == count ? left : probability)
      left -= probability
      // What is left after the bulk is below the rounding of what was added.
      if left < 1e-15 && Double(met) > Double(count) * rate { return }
      probability *= odds * Double(count - met) / Double(met + 1)
    }
  }
}
