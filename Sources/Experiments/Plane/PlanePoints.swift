import Determinism
import Tensors

/// Points of the plane as pairs, which is how statistics read them.
struct PlanePoints: Sendable {
  /// The points.
  let points: [SIMD2<Float>]
  /// Threads that share the work of a statistic; without influence on the result.
  let threads: Int

  /// Points `[N, 2]`.
  init(_ tensor: Tensor, threads: Int) {
    let values = tensor.values
    points = (0..<tensor.shape[0]).map { SIMD2(values[2 * $0], values[2 * $0 + 1]) }
    self.threads = threads
  }

  private init(_ points: [SIMD2<Float>], threads: Int) {
    self.points = points
    self.threads = threads
  }

  /// The points of a fold, every `folds`th, and all others.
  func divided(fold: Int, of folds: Int) -> (inside: PlanePoints, outside: PlanePoints) {
    let inside = points.indices.filter { $0 % folds == fold }.map { points[$0] }
    let outside = points.indices.filter { $0 % folds != fold }.map { points[$0] }
    return (PlanePoints(inside, threads: threads), PlanePoints(outside, threads: threads))
  }

  /// The mean over all points of a function of each, summed in the order of blocks of 256.
  func mean(_ body: @Sendable (SIMD2<Float>) -> Double) -> Double {
    let blocks = (points.count + 255) / 256
    let sums = Cores.map(shards: blocks, threads: threads) { block in
      points[block * 256..<min((block + 1) * 256, points.count)].reduce(0) { $0 + body($1) }
    }
    return sums.reduce(0, +) / Double(points.count)
  }
}
