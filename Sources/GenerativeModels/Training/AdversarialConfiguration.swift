import Files
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
  /// - Parameters: see the properties.
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
    self.shards = shards
    self.averageDecay = averageDecay
    self.seed = seed
    self.convolution = convolution
    self.iterations = iterations
  }

  /// Checks that the values make sense together.
  ///
  /// - Throws: `Failure(.usage)` naming the field, its value and the range.
  public func validate() throws {
    func require(_ condition: Bool, _ field: String, _ value: Any, _ range: String) throws {
      guard condition else {
        throw Failure(.usage, "training: \(field) is \(value), it must be \(range)")
      }
    }
    try require(batch >= 1, "batch", batch, "at least 1")
    try require(criticIterations >= 1, "critic iterations", criticIterations, "at least 1")
    try require(
      generatorRate > 0 && generatorRate.isFinite, "generator rate", generatorRate, "positive")
    try require(criticRate > 0 && criticRate.isFinite, "critic rate", criticRate, "positive")
    try require((0..<1).contains(beta1), "beta1", beta1, "in [0, 1)")
    try require((0..<1).contains(beta2), "beta2", beta2, "in [0, 1)")
    try require(penalty >= 0 && penalty.isFinite, "penalty", penalty, "at least 0")
    try require((1...batch).contains(shards), "shards", shards, "in 1...batch (\(batch))")
    try require(iterations >= 0, "iterations", iterations, "at least 0")
    let steps = iterations.multipliedReportingOverflow(by: criticIterations)
    try require(
      !steps.overflow && steps.partialValue <= UInt32.max, "iterations", iterations,
      "below 2^32 critic steps")
    if let averageDecay {
      try require((0..<1).contains(averageDecay), "average decay", averageDecay, "in [0, 1)")
    }
  }
}

/// Named sizes with their recipes.
public enum TrainingPreset: String, Codable, Sendable, CaseIterable {
  /// Width 32, two-time-scale: minutes on a laptop.
  case tiny
  /// Width 64, two-time-scale: the default.
  case small
  /// Width 128, two-time-scale.
  case medium
  /// Width 512 with the published recipe of gan_language.py: 10 critic steps, both rates 1e-4, 200,000
  /// iterations.
  case paper

  /// Channels of generator and critic; 512 in gan_language.py, the others chosen here for CPUs.
  public var width: Int {
    switch self {
    case .tiny: 32
    case .small: 64
    case .medium: 128
    case .paper: 512
    }
  }

  /// The recipe.
  ///
  /// The iterations of the three CPU presets are chosen here, for minutes, hours and a
  /// day of two cores.
  public var configuration: AdversarialConfiguration {
    switch self {
    case .tiny: AdversarialConfiguration(iterations: 2_000)
    case .small: AdversarialConfiguration(iterations: 20_000)
    case .medium: AdversarialConfiguration(iterations: 50_000)
    case .paper:
      AdversarialConfiguration(
        criticIterations: 10, generatorRate: 1e-4, criticRate: 1e-4, iterations: 200_000)
    }
  }
}
