import Determinism
import Foundation
import Tensors

@testable import Refinement

/// A ratio of finitely many values: d by the signs of the latent's Z coordinates, so that under the normal
/// prior each of the 2^Z bins has probability 2^(−Z), exactly, and every selector is a finite chain.
struct SignBins: LatentLogDensityRatio {
  /// d of each bin; bit k of a bin's number says whether coordinate k is negative.
  let levels: [Float]
  var latentWidth: Int { levels.count.trailingZeroBitCount }
  var prior: StandardNormalLatents { StandardNormalLatents(latentWidth: latentWidth) }

  /// Eight bins, of ratios between e^(−3) and e^2.
  static let eight = SignBins(levels: [-3, -1.5, -0.5, 0, 0.25, 0.75, 1.25, 2])

  func bins(_ latents: Tensor) -> [Int] {
    (0..<latents.shape[0]).map { row in
      (0..<latentWidth).reduce(0) { $0 | (latents[row * latentWidth + $1] < 0 ? 1 << $1 : 0) }
    }
  }

  func values(_ latents: Tensor) throws -> Tensor {
    Tensor(shape: [latents.shape[0]], values: bins(latents).map { levels[$0] })
  }

  func evaluate(_ latents: Tensor) throws -> (values: Tensor, gradients: Tensor) {
    (try values(latents), Tensor(shape: latents.shape))
  }

  /// The bins of the states that a method ends in, from the prior.
  func counts(_ result: RefinementResult) -> [Int] {
    var counts = [Int](repeating: 0, count: levels.count)
    for bin in bins(result.latents) { counts[bin] += 1 }
    return counts
  }

  func start(_ count: Int, seed: UInt64) -> Tensor {
    prior.sample(count: count, from: .latents(seed: seed))
  }
}

/// Pearson's χ² of counts against probabilities.
func chiSquared(_ counts: [Int], _ law: [Double]) -> Double {
  let total = Double(counts.reduce(0, +))
  return zip(counts, law).reduce(0) { sum, pair in
    let expected = total * pair.1
    return sum + (Double(pair.0) - expected) * (Double(pair.0) - expected) / expected
  }
}

/// The quantile of χ² with 7 degrees of freedom at 1 − 0.01/20 (scipy.stats.chi2.ppf): a level of 0.01 for all
/// twenty comparisons of the selectors' suite together, by Bonferroni.
let chiSquaredBound = 26.018
