import Tensors

/// Discriminator gradient flow in latent space:
/// dz = (s(d(G(z))) ∇_z d(G(z)) + ω ∇ log p(z)) dt + √(2γ) dw, which *ascends* the log density ratio d.
///
/// It is the particle form of the Wasserstein-2 gradient flow of
/// D_f(model‖data) + γ ∫ p log p, because −∇f′(e^(−d)) = s(d) ∇d. The ratio is that of the start of
/// the flow and is reused at every step (a *stale* ratio), so early stopping matters: with KL the
/// flow would settle at e^(d/γ), which for a small γ is an optimiser and not a sampler.
///
/// Source: Ansari, Ang, Soh, ICLR 2021 (arXiv 2012.00780), algorithm 1, and the released code
/// (clear-nus/DGflow, dgflow.py). Derivation, defaults and limits are in the guide,
/// Refinement.docc/DiscriminatorGradientFlow.md.
public struct DiscriminatorGradientFlow: StochasticTerm {
  /// d(G(z)) and its gradient.
  public let ratio: any LatentLogDensityRatio
  /// Which f-divergence descends, and so the drift weight s.
  public let divergence: FDivergence
  /// γ, the weight of the entropy, at least zero.
  public let noiseWeight: Double
  /// p, the prior that latents are drawn from, and ω, how strongly they are drawn back to it.
  public let priorTerm: PriorTerm?

  /// A pull of latents back to their prior.
  public struct PriorTerm: Sendable {
    /// p.
    public let prior: any LatentDistribution
    /// ω, above zero.
    public let weight: Double

    /// A pull of weight ω towards p.
    public init(_ prior: any LatentDistribution, weight: Double) {
      precondition(
        weight > 0 && weight.isFinite, "PriorTerm: weight \(weight) must be finite and above zero")
      self.prior = prior
      self.weight = weight
    }
  }

  /// - Parameters:
  ///   - ratio: d(G(z)) and its gradient. For JS and log D its offset matters: see
  ///     ``ScoreCentre`` and ``CalibratedRatio``.
  ///   - divergence: which f-divergence descends.
  ///   - noiseWeight: γ ≥ 0, finite; zero is deterministic ascent.
  ///   - priorTerm: a pull back to the prior; none by default, as published.
  public init(
    ratio: any LatentLogDensityRatio, divergence: FDivergence,
    noiseWeight: Double = RefinementSettings.defaultNoiseWeight, priorTerm: PriorTerm? = nil
  ) {
    precondition(
      noiseWeight >= 0 && noiseWeight.isFinite,
      "DiscriminatorGradientFlow: noise weight \(noiseWeight) must be finite and at least zero")
    self.ratio = ratio
    self.divergence = divergence
    self.noiseWeight = noiseWeight
    self.priorTerm = priorTerm
  }

  /// The flow of settings.
  ///
  /// - Parameters:
  ///   - ratio: d(G(z)) and its gradient.
  ///   - settings: divergence, γ and ω.
  ///   - prior: p of the prior term; the standard normal distribution where absent.
  public init(
    ratio: any LatentLogDensityRatio, settings: RefinementSettings,
    prior: (any LatentDistribution)? = nil
  ) {
    let pull = settings.priorWeight
    self.init(
      ratio: ratio, divergence: settings.divergence, noiseWeight: settings.noiseWeight,
      priorTerm: pull > 0
        ? PriorTerm(prior ?? StandardNormalLatents(latentWidth: ratio.latentWidth), weight: pull)
        : nil)
  }

  /// Z, the width of a latent.
  public var latentWidth: Int { ratio.latentWidth }

  /// σ = √(2γ).
  public var diffusion: Double { (2 * noiseWeight).squareRoot() }

  /// d of each latent, `[N, Z]` → `[N]`; one unit a sample.
  public func values(_ latents: Tensor) throws -> Tensor {
    try ratio.values(latents)
  }

  /// d `[N]` and the drift s(d) ∇d + ω ∇ log p, `[N, Z]`; two units a sample.
  ///
  /// s is ``FDivergence/flowWeight(logDensityRatio:)``. The weight is computed in double; the drift is
  /// rounded once.
  public func evaluate(_ latents: Tensor) throws -> (values: Tensor, drift: Tensor) {
    var (values, drift) = try ratio.evaluate(latents)
    let rows = latents.shape[0]
    precondition(
      values.count == rows && drift.shape == latents.shape,
      "DiscriminatorGradientFlow: the ratio answered latents \(latents.shape) with values "
        + "\(values.shape) and gradients \(drift.shape)")
    let width = latentWidth
    let pull = priorTerm.map { $0.prior.logDensityGradient(latents).values }
    let pullWeight = priorTerm?.weight ?? 0
    drift.withUnsafeMutableValues { drift in
      values.withUnsafeValues { values in
        for row in 0..<rows {
          let weight = divergence.flowWeight(logDensityRatio: Double(values[row]))
          for index in row * width..<(row + 1) * width {
            drift[index] = Float(
              weight * Double(drift[index]) + pullWeight * Double(pull?[index] ?? 0))
          }
        }
      }
    }
    return (values, drift)
  }
}

extension DiscriminatorGradientFlow {
  /// The flow of settings with its integrator, as a method.
  static func method(
    along ratio: any LatentLogDensityRatio, settings: RefinementSettings,
    prior: any LatentDistribution, seed: UInt64, saving: TrajectorySaving, sharing: BatchSharing
  ) -> any RefinementMethod {
    switch settings.integrator {
    case .fixed:
      Refiner(
        ratio: ratio, settings: settings, prior: prior, seed: seed, saving: saving,
        chunkSize: sharing.chunkSize, threads: sharing.threads)
    case .adaptive:
      AdaptiveFlow(
        term: DiscriminatorGradientFlow(ratio: ratio, settings: settings, prior: prior),
        stepSize: settings.stepSize, steps: settings.steps,
        noise: .stream(.refinementNoise(seed: seed)), saving: saving, sharing: sharing)
    }
  }
}
