import Tensors

/// DDLS: Langevin sampling of the latents' law p(z) e^(d(G(z))), without or with Metropolis' correction.
///
/// z ← z + η ∇(d(G(z)) + log p(z)) + √(2ηT) ξ. It is DGflow's KL with a prior term of weight 1 and noise
/// weight T; at T = 1 its law tends, as η → 0, to the data's where d is the log density ratio. The
/// corrected chain (``LangevinChain``) has that law at any step size.
///
/// Costs 2 · steps + 1 units a sample uncorrected, 2 · steps + 2 corrected.
/// Source: Che et al. 2020 (arXiv 2003.06060), whose step is written ε/2 = η. The published runs use a
/// noise of half that temperature (see ``releasedTemperature``).
public struct DiscriminatorDrivenLatentSampling: RefinementMethod {
  /// η = 0.01: the released CIFAR-type settings.
  public static let defaultStepSize = 0.01
  /// T = 0.5, which the released pairs of step and noise imply (noise² / 2 step); 1 is the data's law.
  public static let releasedTemperature = 0.5

  /// d(G(z)) and its gradient.
  public let ratio: any LatentLogDensityRatio
  /// p, the prior of the latents.
  public let prior: any LatentDistribution
  /// η, finite and above zero.
  public let stepSize: Double
  /// Steps, at least zero.
  public let steps: Int
  /// T, above zero.
  public let temperature: Double
  /// Whether moves are accepted or rejected by Metropolis' rule.
  public let isCorrected: Bool
  /// Seed of the noise.
  public let seed: UInt64
  /// How rows are shared by the cores.
  public let sharing: BatchSharing

  /// A sampler.
  ///
  /// - Parameters: as the properties.
  public init(
    ratio: any LatentLogDensityRatio, prior: any LatentDistribution,
    stepSize: Double = defaultStepSize, steps: Int, temperature: Double = 1,
    isCorrected: Bool = false, seed: UInt64, sharing: BatchSharing = BatchSharing()
  ) {
    precondition(
      temperature > 0 && temperature.isFinite,
      "DiscriminatorDrivenLatentSampling: temperature \(temperature)")
    self.ratio = ratio
    self.prior = prior
    self.stepSize = stepSize
    self.steps = steps
    self.temperature = temperature
    self.isCorrected = isCorrected
    self.seed = seed
    self.sharing = sharing
  }

  /// Z, the width of a latent.
  public var latentWidth: Int { ratio.latentWidth }

  /// Samples from the given latents on.
  public func refine(
    _ latents: Tensor, firstSample: Int,
    progress: (RefinementProgress) throws -> RefinementDecision
  ) throws -> RefinementResult {
    let method: any RefinementMethod =
      isCorrected
      ? LangevinChain(
        ratio: ratio, prior: prior, stepSize: stepSize, steps: steps, temperature: temperature,
        seed: seed, sharing: sharing)
      : Refiner(
        term: DiscriminatorGradientFlow(
          ratio: ratio, divergence: .kullbackLeibler, noiseWeight: temperature,
          priorTerm: .init(prior, weight: 1)),
        stepSize: stepSize, steps: steps, noise: .stream(.refinementNoise(seed: seed)),
        chunkSize: sharing.chunkSize, threads: sharing.threads)
    return try method.refine(latents, firstSample: firstSample, progress: progress)
  }
}
