import Tensors

/// d(z) = c − ½ Σ_k a_k (z_k − m_k)², the score whose flow is an Ornstein–Uhlenbeck process.
///
/// With the KL divergence the drift is −a(z − m), so every law along the flow is Gaussian and known,
/// also for the discretised flow: the stationary variance of step size η and noise weight γ is
/// γ/(a(1 − aη/2)) for 0 < aη < 2. Values are accumulated in double and rounded once.
public struct ConcaveQuadraticRatio: LatentLogDensityRatio, Equatable {
  /// a, the curvature of each coordinate, `[Z]`, above zero.
  public let curvatures: [Double]
  /// m, where d is largest, `[Z]`.
  public let centre: [Double]
  /// c, the largest value of d, in nats.
  public let maximum: Double

  /// - Parameters:
  ///   - curvatures: `[Z]`, finite and above zero.
  ///   - centre: `[Z]`; the origin if absent.
  ///   - maximum: the value of d at the centre, in nats.
  public init(curvatures: [Double], centre: [Double]? = nil, maximum: Double = 0) {
    let centre = centre ?? [Double](repeating: 0, count: curvatures.count)
    precondition(
      !curvatures.isEmpty && curvatures.count == centre.count,
      "ConcaveQuadraticRatio: \(curvatures.count) curvatures for a centre of \(centre.count)")
    precondition(
      curvatures.allSatisfy { $0 > 0 && $0.isFinite },
      "ConcaveQuadraticRatio: curvatures \(curvatures) must be finite and above zero")
    self.curvatures = curvatures
    self.centre = centre
    self.maximum = maximum
  }

  /// Z, the width of a latent.
  public var latentWidth: Int { curvatures.count }

  /// d of each latent, `[N, Z]` → `[N]`.
  public func values(_ latents: Tensor) throws -> Tensor {
    latents.mapRows(width: latentWidth, operation: "ConcaveQuadraticRatio.values") { latent in
      var sum = 0.0
      for k in 0..<latentWidth {
        let distance = Double(latent[k]) - centre[k]
        sum += curvatures[k] * distance * distance
      }
      return Float(maximum - 0.5 * sum)
    }
  }

  /// d `[N]` and its gradient `[N, Z]`, −a(z − m).
  public func evaluate(_ latents: Tensor) throws -> (values: Tensor, gradients: Tensor) {
    let values = try values(latents)
    var gradients = latents.values
    for index in gradients.indices {
      let k = index % latentWidth
      gradients[index] = Float(-curvatures[k] * (Double(gradients[index]) - centre[k]))
    }
    return (values, Tensor(shape: latents.shape, values: gradients))
  }
}
