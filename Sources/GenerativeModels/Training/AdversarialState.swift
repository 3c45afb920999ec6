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
    try self.init(
      configuration: configuration,
      generator: TextGenerator(generator, seed: configuration.seed),
      critic: TextCritic(critic, seed: configuration.seed))
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

  /// Moves the critic against a gradient.
  mutating func updateCritic(_ gradient: [Tensor], threads: Int) {
    criticOptimiser.rate = configuration.criticRate
    criticOptimiser.update(&critic.network, gradient: gradient, threads: threads)
    critic.transformWeights(threads: threads)
  }

  /// Moves the generator against a gradient, then the average after the generator.
  mutating func updateGenerator(_ gradient: [Tensor], threads: Int) {
    generatorOptimiser.rate = configuration.generatorRate
    generatorOptimiser.update(&generator.network, gradient: gradient, threads: threads)
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
      && left.average?.updates == right.average?.updates
      && left.average?.decay == right.average?.decay
      && left.average?.network.parameters == right.average?.network.parameters
  }
}
