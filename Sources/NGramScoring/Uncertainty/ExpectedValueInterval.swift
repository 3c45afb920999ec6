// Bounds for the expected plug-in divergence.

import Glibc

/// The expected values that one plug-in divergence does not contradict.
///
/// The values μ in [0, 1] with
///
///     |g(T) − g(μ)| ≤ t_ν(μ) √V(μ) / (2 √(μ(1 − μ))),     g(x) = arcsin √x,
///
/// T the plug-in value. The square root (the Jensen-Shannon distance) makes the scatter of a
/// chi-square-like divergence near 0 even, the arcsine does the same near 1, where few n-grams are
/// shared; in between g hardly matters. J was estimated at T and grows with the divergence:
/// V(μ) = J μ(1 − μ)/(T(1 − T)) − κQ, exact for a noncentral chi-square, of which E T fixes both
/// parameters; hence the test is inverted instead of taking T ± t SE.
enum ExpectedValueInterval {
  private static let steps = 256

  /// Lower and upper bound; T in (0, 1).
  static func bounds(
    value: Double, variance: DeletionVariance, confidence: Double
  ) -> (lower: Double, upper: Double) {
    let low = DeletionVariance.leastDegreesOfFreedom
    let quantiles = (Int(low)...Int(DeletionVariance.mostDegreesOfFreedom) + 1).map {
      StudentT.twoSidedQuantile(confidence, degreesOfFreedom: $0)
    }
    let centre = angle(value)
    let spread = value * (1 - value)
    // Positive where the value rejects sin²(at).
    func rejection(_ at: Double) -> Double {
      let mean = sin(at) * sin(at)
      let room = max(mean * (1 - mean), .leastNormalMagnitude)
      let scale = room / spread
      let freedom = variance.degreesOfFreedom(scale: scale)
      let below = Int(freedom)
      let share = (1 / Double(below) - 1 / freedom) * Double(below * (below + 1))
      let index = below - Int(low)
      let t = quantiles[index] + share * (quantiles[index + 1] - quantiles[index])
      let distance = at - centre
      return distance * distance - t * t * variance.variance(scale: scale) / (4 * room)
    }
    func end(_ limit: Double) -> Double {
      var inside = centre
      for step in 1...steps {
        let share = Double(step) / Double(steps)
        let outside = centre + (limit - centre) * share * share
        if rejection(outside) > 0 {
          let root = bisected(inside, outside, rejection)
          return sin(root) * sin(root)
        }
        inside = outside
      }
      return sin(limit) * sin(limit)
    }
    return (end(0), end(0.5 * Double.pi))
  }

  private static func angle(_ x: Double) -> Double { asin(x.squareRoot()) }

  private static func bisected(
    _ accepted: Double, _ rejected: Double, _ rejection: (Double) -> Double
  ) -> Double {
    var (low, high) = (accepted, rejected)
    for _ in 0..<60 {
      let middle = 0.5 * (low + high)
      if rejection(middle) > 0 { high = middle } else { low = middle }
    }
    return low
  }
}
