import Tensors

/// A ratio made of a score by a linear map: d′ = scale · d + offset, ∇d′ = scale · ∇d.
///
/// Scale and offset come from a ``LogisticCalibration``. Products are in double, rounded once, and
/// cost nothing beside the model.
public struct CalibratedRatio: LatentLogDensityRatio {
  /// The score underneath.
  public let base: any LatentLogDensityRatio
  /// The factor on the score, finite; negative turns the flow round.
  public let scale: Double
  /// The summand, in nats, finite.
  public let offset: Double

  /// - Parameters:
  ///   - base: a score of samples, such as a critic behind a generator.
  ///   - scale: factor on the score, finite.
  ///   - offset: summand in nats, finite.
  public init(_ base: any LatentLogDensityRatio, scale: Double, offset: Double) {
    precondition(
      scale.isFinite && offset.isFinite,
      "CalibratedRatio: scale \(scale) and offset \(offset) must be finite")
    self.base = base
    self.scale = scale
    self.offset = offset
  }

  /// The ratio that a fit describes.
  public init(_ base: any LatentLogDensityRatio, calibration: LogisticCalibration) {
    self.init(base, scale: calibration.scale, offset: calibration.offset)
  }

  /// Z, the width of a latent.
  public var latentWidth: Int { base.latentWidth }

  /// scale · d + offset, `[N, Z]` → `[N]`.
  public func values(_ latents: Tensor) throws -> Tensor {
    transformed(try base.values(latents))
  }

  /// The values `[N]` and scale · ∇d, `[N, Z]`.
  public func evaluate(_ latents: Tensor) throws -> (values: Tensor, gradients: Tensor) {
    let (values, gradients) = try base.evaluate(latents)
    let scaled = gradients.values.map { Float(scale * Double($0)) }
    return (transformed(values), Tensor(shape: gradients.shape, values: scaled))
  }

  private func transformed(_ values: Tensor) -> Tensor {
    Tensor(shape: values.shape, values: values.values.map { Float(scale * Double($0) + offset) })
  }
}
