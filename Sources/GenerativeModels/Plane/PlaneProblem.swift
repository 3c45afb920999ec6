import Determinism
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Data in the plane whose law is known: the problems on which refinement can be judged exactly.
///
/// Source: gan_toy.py of igul222/improved_wgan_training, used by DOT (demo_2d.ipynb) and DGflow.
public enum PlaneProblem: String, CaseIterable, Codable, Sendable {
  /// A grid of 5 × 5 normal laws: centres {−4, −2, 0, 2, 4}², deviation 0.05, all divided by 2.828.
  case gaussians25 = "25gaussians"
  /// A spiral: t = 1.5π(1 + 2u), (t cos t, t sin t) with normal noise of deviation 0.25, divided by 7.5.
  case swissRoll = "swissroll"

  /// The centres of the modes; empty for the spiral.
  public var modes: [SIMD2<Double>] {
    guard self == .gaussians25 else { return [] }
    return (0..<25).map {
      SIMD2(Double($0 / 5 - 2), Double($0 % 5 - 2)) * 2 / 2.828
    }
  }

  /// The deviation of a mode; of the noise, for the spiral.
  public var deviation: Double {
    switch self {
    case .gaussians25: 0.05 / 2.828
    case .swissRoll: 0.25 / 7.5
    }
  }

  /// Points of the law, `[count, 2]`; point i of a draw depends on (stream, step, i) alone.
  ///
  /// - Parameters:
  ///   - count: N ≥ 0.
  ///   - stream: the randomness.
  ///   - step: which draw of the stream.
  public func points(count: Int, from stream: RandomStream, step: UInt32 = 0) -> Tensor {
    let noise = stream.normals(samples: 0..<UInt64(count), width: 2, step: step)
    var points = Tensor(shape: [count, 2])
    let modes = modes
    points.withUnsafeMutableValues { values in
      for index in 0..<count {
        let centre: SIMD2<Double>
        switch self {
        case .gaussians25:
          centre = modes[stream.index(below: modes.count, sample: UInt64(index), step: step)]
        case .swissRoll:
          let u = stream.uniformDouble(sample: UInt64(index), step: step)
          let t = 1.5 * Double.pi * (1 + 2 * u)
          centre = SIMD2(t * cos(t), t * sin(t)) / 7.5
        }
        for axis in 0..<2 {
          values[2 * index + axis] = Float(
            centre[axis] + deviation * Double(noise[2 * index + axis]))
        }
      }
    }
    return points
  }
}
