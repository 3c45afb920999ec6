import Tensors

/// A score moved so that `centre` becomes zero: d′ = d − centre, with the gradient unchanged.
///
/// A Wasserstein critic has an arbitrary offset (its training objective does not see it). KL ignores
/// the offset, JS and log D do not, so a raw critic is centred at ``ScoreCentre/centre`` before its
/// score enters their drift weights. This fixes the offset only: the scale stays arbitrary, and the
/// result is still a score and not a log density ratio.
public struct CentredRatio: LatentLogDensityRatio {
  /// The score underneath.
  public let base: any LatentLogDensityRatio
  /// The score that counts as zero, finite.
  public let centre: Double

  /// - Parameters:
  ///   - base: a score of samples, such as a critic behind a generator.
  ///   - centre: the score that counts as zero, finite.
  public init(_ base: any LatentLogDensityRatio, centre: Double) {
    precondition(centre.isFinite, "CentredRatio: centre \(centre) must be finite")
    self.base = base
    self.centre = centre
  }

  /// Z, the width of a latent.
  public var latentWidth: Int { base.latentWidth }

  /// d − centre, `[N, Z]` → `[N]`.
  public func values(_ latents: Tensor) throws -> Tensor {
    centred(try base.values(latents))
  }

  /// The values `[N]` and the gradients `[N, Z]` of the score underneath.
  public func evaluate(_ latents: Tensor) throws -> (values: Tensor, gradients: Tensor) {
    let (values, gradients) = try base.evaluate(latents)
    return (centred(values), gradients)
  }

  private func centred(_ values: Tensor) -> Tensor {
    Tensor(shape: values.shape, values: values.values.map { Float(Double($0) - centre) })
  }
}
