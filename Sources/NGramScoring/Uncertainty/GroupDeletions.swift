// The divergence with each part, and each pair of parts, left out.

import Glibc

/// JS-n of all sixteen parts, without each part, and without each pair of parts.
///
/// The 137 values from which ``PluginInterval``, ``TrueDivergence`` and ``ScoreDifference`` learn how
/// the divergence scatters. They are made in one walk over the n-grams by ``Accumulator``; nothing is
/// resampled, so that no string is ever counted twice.
///
/// Strings that belong together (windows cut from one line) must share a part: parts are taken to be
/// independent of each other.
public struct GroupDeletions: Sendable, Codable, Equatable {
  /// n.
  public let order: Int
  /// JS-n of everything, in bits.
  public let value: Double
  /// JS-n without part i, `[16]`; empty where one or two parts hold every n-gram.
  public let withoutOne: [Double]
  /// JS-n without parts i > j, at index i(i − 1)/2 + j, `[120]`; empty as ``withoutOne``.
  public let withoutTwo: [Double]
  /// Whether the reference's parts were left out together with the samples' parts.
  public let deletesReference: Bool
  /// Sample strings over all parts.
  public let samples: Int
  /// Parts that hold a sample string.
  public let parts: Int
  /// Parts with a sample n-gram that the reference holds too.
  public let sharingParts: Int
  /// Σ binomial(k, 2) V_k and what is to be taken off for Σ (k − 1) V_k, n-gram by n-gram, in bits².
  ///
  /// See ``DeletionVariance``.
  let secondOrder: Double
  let higherOrder: Double
  /// Bias that the rare n-grams may leave in a corrected divergence; see ``TrueDivergence``.
  let rareBias: Double
  /// ln of the strings left without part i over its mean, and the same for the reference's.
  let sampleSizes: [Double]
  let referenceSizes: [Double]
  /// ∂JS/∂ln(sample strings), as the samples' deletions alone show it.
  let sampleSlope: Double
  /// Means of ``withoutOne`` and ``withoutTwo`` by the n-grams left; see ``weightedMeans(_:_:)``.
  let meanWithoutOne: Double
  let meanWithoutTwo: Double

  /// The place of the pair i > j in ``withoutTwo``.
  @inline(__always)
  static func pair(_ i: Int, _ j: Int) -> Int { i * (i - 1) / 2 + j }

  /// Means of the values without one and without two parts, weighted by the n-grams left.
  ///
  /// So weighted, the frequencies of the subsets average to those of the whole exactly, and what is
  /// linear in them drops out of the difference to the whole: the bias is left. Plain means over
  /// parts of unequal size keep a share of it, which second-order corrections multiply by hundreds.
  static func weightedMeans(
    one: [Double], two: [Double], ngrams: [Int]
  ) -> (one: Double, two: Double) {
    guard !one.isEmpty else { return (0, 0) }
    let all = Double(ngrams.reduce(0, +))
    let left = ngrams.map { all - Double($0) }
    var sums = (one: 0.0, two: 0.0)
    var pairs = 0.0
    for i in one.indices {
      sums.one += left[i] * one[i]
      for j in 0..<i {
        let weight = left[i] + left[j] - all
        sums.two += weight * two[pair(i, j)]
        pairs += weight
      }
    }
    return (sums.one / left.reduce(0, +), sums.two / pairs)
  }

  /// ln of the sizes left over their mean, for each part.
  static func relativeSizes(_ strings: [Int]) -> [Double] {
    let all = Double(strings.reduce(0, +))
    let count = Double(strings.count)
    return strings.map { log(max(all - Double($0), 0.5) * count / (all * (count - 1))) }
  }

  /// ``withoutOne`` and ``withoutTwo`` as they would be with parts of equal size.
  ///
  /// JS falls with the number of strings (its bias does), so that leaving out a larger part raises it
  /// for no reason but its size; parts by hash differ much in size. The slope is what the means
  /// without one and two parts show.
  var levelled: (one: [Double], two: [Double]) {
    guard !withoutOne.isEmpty else { return ([], []) }
    let count = Double(StringParts.count)
    let slopes = (
      (value - meanWithoutOne) / log(count / (count - 1)),
      (meanWithoutOne - meanWithoutTwo) / log((count - 1) / (count - 2))
    )
    let sampleSlope = deletesReference ? self.sampleSlope : slopes.0
    func shift(_ slope: Double, _ sample: Double, _ reference: Double) -> Double {
      sampleSlope * sample + (slope - sampleSlope) * reference
    }
    let reference =
      deletesReference ? referenceSizes : [Double](repeating: 0, count: StringParts.count)
    let one = withoutOne.indices.map {
      withoutOne[$0] - shift(slopes.0, sampleSizes[$0], reference[$0])
    }
    var two = withoutTwo
    for i in 1..<StringParts.count {
      for j in 0..<i {
        two[Self.pair(i, j)] -= shift(
          slopes.1, sampleSizes[i] + sampleSizes[j], reference[i] + reference[j])
      }
    }
    return (one, two)
  }
}
