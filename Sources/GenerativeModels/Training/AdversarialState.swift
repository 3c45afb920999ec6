import NeuralNetworks
import Tensors

/// Everything that training changes, and the recipe that it follows: what a checkpoint holds.
///
/// The draws of a step are functions of (seed, step, position), so no state of a random generator
/// belongs here.
public struct AdversarialState: Sendable {
  /// The recipe.
  ///
  /// The seed, the batch and the shards must stay for an exact resumption; rates and
  /// iterations may change.
  public var configuration: AdversarialConfiguration
  /// The generator.
  public internal(set) var generator: TextGenerator
  /// The critic.
  public internal(set) var critic: TextCritic
  /// The generator's optimiser.
  public internal(set) var generatorOptimiser: Adam
  /// The critic's optimiser.
  public internal(set) var criticOptimiser: Adam
  /// The moving average of the generator's parameters; nil when the recipe has none.
  public internal(set) var average: ExponentialMovingAverage<TextGenerator.Network>?
  /// Generator steps done.
  public internal(set) var iteration: Int
  /// How far the recipe's warm start has come; nil before it and from the first iteration on.
  public internal(set) var warmStart: WarmStartState?

  /// The state before the first step.
  ///
  /// - Parameters:
  ///   - configuration: the recipe; its seed decides the initial parameters.
  ///   - generator: shape of the generator.
  ///   - critic: shape of the critic; same length and vocabulary.
  /// - Throws: `Failure(.usage)` when the recipe makes no sense.
  public init(
    configuration: AdversarialConfiguration, generator: GeneratorConfiguration,
    critic: CriticConfiguration
  ) throws {
    var generator = TextGenerator(generator, seed: configuration.seed)
    var critic = TextCritic(critic, seed: configuration.seed)
    if configuration.initialisation == .closedBranches {
      generator.network.second.first.closeBranches()
      critic.network.second.first.closeBranches()
    }
    try self.init(configuration: configuration, generator: generator, critic: critic)
  }

  /// The state before the first step from given networks.
  ///
  /// - Throws: `Failure(.usage)` when the recipe makes no sense.
  public init(
    configuration: AdversarialConfiguration, generator: TextGenerator, critic: TextCritic
  ) throws {
    try configuration.validate()
    precondition(
      generator.configuration.length == critic.configuration.length
        && generator.configuration.vocabulary == critic.configuration.vocabulary,
      "AdversarialState: \(generator.configuration) and \(critic.configuration) do not fit")
    self.configuration = configuration
    self.generator = generator
    self.critic = critic
    self.generator.convolution = configuration.convolution
    self.critic.convolution = configuration.convolution
    generatorOptimiser = Adam(
      of: generator.network, rate: configuration.generatorRate, beta1: configuration.beta1,
      beta2: configuration.beta2)
    criticOptimiser = Adam(
      of: critic.network, rate: configuration.criticRate, beta1: configuration.beta1,
      beta2: configuration.beta2)
    average = configuration.averageDecay.map { [network = self.generator.network] in
      ExponentialMovingAverage(of: network, decay: $0)
    }
    iteration = 0
  }

  /// The generator to sample from: the average where there is one, else the generator itself.
  public var samplingGenerator: TextGenerator {
    guard let average else { return generator }
    var result = generator
    result.network = average.network
    return result
  }

  /// Puts another generator in place before the first step; the average begins with it too.
  mutating func begin(with generator: TextGenerator) {
    precondition(iteration == 0, "AdversarialState.begin: iteration \(iteration)")
    self.generator.network = generator.network
    average = average.map { ExponentialMovingAverage(of: generator.network, decay: $0.decay) }
  }

  /// Moves the critic against a gradient and back within its spectral bound.
  mutating func updateCritic(_ gradient: [Tensor], threads: Int) {
    criticOptimiser.rate = configuration.criticRate
    criticOptimiser.update(
      &critic.network, gradient: gradient,
      rateFactor: configuration.rateFactor(iteration: iteration), threads: threads)
    if let bound = configuration.spectralBound {
      SpectralBound(bound).project(&critic.network, threads: threads)
    }
    critic.transformWeights(threads: threads)
  }

  /// Moves the generator against a gradient, then the average after the generator.
  mutating func updateGenerator(_ gradient: [Tensor], threads: Int) {
    generatorOptimiser.rate = configuration.generatorRate
    generatorOptimiser.update(
      &generator.network, gradient: gradient,
      rateFactor: configuration.rateFactor(iteration: iteration), threads: threads)
    generator.transformWeights(threads: threads)
    average?.update(with: generator.network)
  }
}

extension AdversarialState: Equatable {
  /// Equal recipes, parameters, moments, averages and counters.
  public static func == (left: AdversarialState, right: AdversarialState) -> Bool {
    left.configuration == right.configuration && left.iteration == right.iteration
      && left.generator == right.generator && left.critic == right.critic
      && left.generatorOptimiser == right.generatorOptimiser
      && left.criticOptimiser == right.criticOptimiser
      && left.warmStart == right.warmStart
      && left.average?.updates == right.average?.updates
      && left.average?.decay == right.average?.decay
      && left.average?.network.parameters == right.average?.network.parameters
  }
}
