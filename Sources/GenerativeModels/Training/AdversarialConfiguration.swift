import Tensors

/// The recipe of adversarial training, without the networks' shapes.
///
/// Every default has its source: [WGAN-GP] is igul222/improved_wgan_training, gan_language.py; [TTUR] is
/// Heusel et al., arXiv 1706.08500, with the text settings of bioinf-jku/TTUR.
public struct AdversarialConfiguration: Codable, Sendable, Equatable {
  /// What the networks play for; a further objective is a further case.
  public enum Objective: String, Codable, Sendable, CaseIterable {
    /// ``WassersteinGradientPenalty``.
    case wassersteinGradientPenalty
  }

  /// How the networks begin.
  public enum Initialisation: String, Codable, Sendable, CaseIterable {
    /// Uniform weights of variance 4 / (K (in + out)) in convolutions, 2 / (in + out) in dense
    /// layers, zero biases.
    case published
    /// As published, but every residual block as the identity; see
    /// ``NeuralNetworks/ResidualStack/closeBranches()``.
    case closedBranches
  }

  /// What the networks play for.
  public var objective: Objective
  /// Samples of a batch B; 64 [WGAN-GP].
  public var batch: Int
  /// Critic steps before each generator step; 1 [TTUR], 10 [WGAN-GP].
  public var criticIterations: Int
  /// Adam's rate for the generator; 1e-4 [TTUR, WGAN-GP].
  public var generatorRate: Double
  /// Adam's rate for the critic; 3e-4 [TTUR], 1e-4 [WGAN-GP].
  public var criticRate: Double
  /// Adam's decay of the first moment; 0.5 [WGAN-GP].
  public var beta1: Double
  /// Adam's decay of the second moment; 0.9 [WGAN-GP].
  public var beta2: Double
  /// The penalty's weight λ; 10 [WGAN-GP].
  public var penalty: Double
  /// Which gradient norms the penalty falls on; two-sided [WGAN-GP].
  public var penaltyForm: PenaltyForm
  /// Bound of the spectral norm of the critic's weights, kept by ``NeuralNetworks/SpectralBound``;
  /// nil, the default, for none [WGAN-GP].
  public var spectralBound: Double?
  /// Whether the critic is shown generated samples decoded, as one-hot rows like real text, with
  /// gradients passed straight through; false [WGAN-GP].
  public var straightThrough: Bool
  /// How the networks begin; as published [WGAN-GP].
  public var initialisation: Initialisation
  /// Steps in which the generator is first trained as the decoder of an autoencoder
  /// (``WarmStartReport``); 0, none [WGAN-GP].
  public var warmStart: Int
  /// Iterations in which both rates first halve; nil, the default, for rates that stay [TTUR].
  public var rateHalfLife: Int?
  /// How the rates fall, from the first iteration on; without effect where they stay.
  ///
  /// Halving by default, as runs were trained whose files do not say.
  public var rateForm: RateForm
  /// Parts that a batch is cut into; part of the result's definition, unlike threads.
  ///
  /// 8, chosen here: enough for eight cores, and eight samples still fill a matrix product.
  public var shards: Int
  /// Decay of the exponential moving average of the generator's parameters; nil, the default, for
  /// none, as in [WGAN-GP].
  public var averageDecay: Double?
  /// Seed of initial parameters and of every draw; 1, chosen here.
  public var seed: UInt64
  /// How convolutions are computed; part of the result's definition, as far as rounding goes.
  public var convolution: ConvolutionAlgorithm
  /// Generator steps in all.
  public var iterations: Int

  /// A recipe; the defaults are the two-time-scale one [TTUR].
  ///
  /// - Parameters: see the properties; those that are not here begin as published.
  public init(
    objective: Objective = .wassersteinGradientPenalty, batch: Int = 64,
    criticIterations: Int = 1, generatorRate: Double = 1e-4, criticRate: Double = 3e-4,
    beta1: Double = 0.5, beta2: Double = 0.9, penalty: Double = 10, shards: Int = 8,
    averageDecay: Double? = nil, seed: UInt64 = 1,
    convolution: ConvolutionAlgorithm = .standard, iterations: Int = 20_000
  ) {
    self.objective = objective
    self.batch = batch
    self.criticIterations = criticIterations
    self.generatorRate = generatorRate
    self.criticRate = criticRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.penalty = penalty
    penaltyForm = .twoSided
    straightThrough = false
    initialisation = .published
    warmStart = 0
    rateForm = .halving
    self.shards = shards
    self.averageDecay = averageDecay
    self.seed = seed
    self.convolution = convolution
    self.iterations = iterations
  }

  /// Both rates' factor at an iteration, 1 without a half-life.
  func rateFactor(iteration: Int) -> Double {
    rateHalfLife.map { rateForm.factor(iteration: iteration, halfLife: $0) } ?? 1
  }

  /// What the critic is shown of samples while it trains.
  public var representation: SampleRepresentation { straightThrough ? .decoded : .raw }
}

// MARK: - Decoding

extension AdversarialConfiguration {
  /// Decodes a recipe; what later versions added and an older file lacks is as published.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      objective: values.decode(Objective.self, forKey: .objective),
      batch: values.decode(Int.self, forKey: .batch),
      criticIterations: values.decode(Int.self, forKey: .criticIterations),
      generatorRate: values.decode(Double.self, forKey: .generatorRate),
      criticRate: values.decode(Double.self, forKey: .criticRate),
      beta1: values.decode(Double.self, forKey: .beta1),
      beta2: values.decode(Double.self, forKey: .beta2),
      penalty: values.decode(Double.self, forKey: .penalty),
      shards: values.decode(Int.self, forKey: .shards),
      averageDecay: values.decodeIfPresent(Double.self, forKey: .averageDecay),
      seed: values.decode(UInt64.self, forKey: .seed),
      convolution: values.decode(ConvolutionAlgorithm.self, forKey: .convolution),
      iterations: values.decode(Int.self, forKey: .iterations))
    penaltyForm =
      try values.decodeIfPresent(PenaltyForm.self, forKey: .penaltyForm) ?? penaltyForm
    spectralBound = try values.decodeIfPresent(Double.self, forKey: .spectralBound)
    straightThrough =
      try values.decodeIfPresent(Bool.self, forKey: .straightThrough) ?? straightThrough
    initialisation =
      try values.decodeIfPresent(Initialisation.self, forKey: .initialisation) ?? initialisation
    warmStart = try values.decodeIfPresent(Int.self, forKey: .warmStart) ?? warmStart
    rateHalfLife = try values.decodeIfPresent(Int.self, forKey: .rateHalfLife)
    rateForm = try values.decodeIfPresent(RateForm.self, forKey: .rateForm) ?? rateForm
  }
}
