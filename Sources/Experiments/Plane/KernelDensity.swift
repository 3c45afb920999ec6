import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A normal kernel density estimate in the plane, and how it scores points.
///
/// The published two-dimensional score is the log-likelihood of real points under an estimate from generated
/// points; its bandwidth is not published. Source: Ansari, Ang and Soh (arXiv 2012.00780).
struct KernelDensity: Sendable {
  /// Where the kernels stand.
  let centres: [SIMD2<Float>]
  /// h, the deviation of a kernel.
  let bandwidth: Double

  /// The mean log density of points in nats a point, accumulated from the nearest kernel on.
  func meanLogDensity(of points: PlanePoints) -> Double {
    let scale = Float(-0.5 / (bandwidth * bandwidth))
    let constant = -log(2 * Double.pi * bandwidth * bandwidth) - log(Double(centres.count))
    return points.mean { point in
      var nearest = Float.infinity
      for centre in centres {
        let offset = point - centre
        nearest = min(nearest, (offset * offset).sum())
      }
      var sum: Double = 0
      for centre in centres {
        let offset = point - centre
        sum += Double(expf(scale * ((offset * offset).sum() - nearest)))
      }
      return Double(scale) * Double(nearest) + log(sum) + constant
    }
  }

  /// The bandwidth under which real points predict each other best: five folds over bandwidths from 0.005 to
  /// 0.64, each a factor of √2 from the next.
  ///
  /// - Parameter real: at least ten points.
  static func bandwidth(of real: PlanePoints) -> Double {
    let candidates = (0...14).map { 0.005 * pow(2, Double($0) / 2) }
    let folds = 5
    let scores = candidates.map { bandwidth in
      (0..<folds).reduce(0.0) { sum, fold in
        let (inside, outside) = real.divided(fold: fold, of: folds)
        return sum
          + KernelDensity(centres: outside.points, bandwidth: bandwidth).meanLogDensity(of: inside)
      }
    }
    let best = scores.indices.max { scores[$0] < scores[$1] } ?? 0
    return candidates[best]
  }

  /// Scott's rule in the plane: n^(−1/6) times the root of the mean variance of the axes.
  static func scott(_ points: PlanePoints) -> Double {
    let count = Double(points.points.count)
    let centre = points.points.reduce(SIMD2<Double>(0, 0)) { $0 + SIMD2<Double>($1) } / count
    let scatter = points.points.reduce(0.0) { sum, point in
      let offset = SIMD2<Double>(point) - centre
      return sum + (offset * offset).sum()
    }
    return pow(count, -1.0 / 6) * (scatter / (2 * (count - 1))).squareRoot()
  }
}
