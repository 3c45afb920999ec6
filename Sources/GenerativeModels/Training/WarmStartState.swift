import NeuralNetworks
import Tensors

/// How far a warm start has come: what is kept of it, beside the generator, until the first iteration.
public struct WarmStartState: Sendable {
  /// Steps done.
  public internal(set) var step: Int
  /// The encoder that is thrown away at the end.
  var encoder: TextEncoder
  /// The generator's optimiser as a decoder.
  var generatorOptimiser: Adam
  /// The encoder's optimiser.
  var encoderOptimiser: Adam

  /// Adam's rate: 1e-3, with the betas below the defaults of arXiv 1412.6980.
  private static let rate = 1e-3

  /// The state before the first step.
  init(of generator: TextGenerator, recipe: AdversarialConfiguration) {
    step = 0
    encoder = TextEncoder(for: generator.configuration, seed: recipe.seed)
    encoder.convolution = recipe.convolution
    generatorOptimiser = Adam(
      of: generator.network, rate: Self.rate, beta1: 0.9, beta2: 0.999)
    encoderOptimiser = Adam(of: encoder.network, rate: Self.rate, beta1: 0.9, beta2: 0.999)
  }

  /// Moves the generator and the encoder against their gradients; one step.
  mutating func update(
    _ generator: inout TextGenerator.Network, gradient: (generator: [Tensor], encoder: [Tensor]),
    threads: Int
  ) {
    generatorOptimiser.update(&generator, gradient: gradient.generator, threads: threads)
    encoderOptimiser.update(&encoder.network, gradient: gradient.encoder, threads: threads)
    step += 1
  }
}

extension WarmStartState: Equatable {
  /// Equal steps, parameters and moments.
  public static func == (left: WarmStartState, right: WarmStartState) -> Bool {
    left.step == right.step
      && left.encoder.network.parameters == right.encoder.network.parameters
      && left.generatorOptimiser == right.generatorOptimiser
      && left.encoderOptimiser == right.encoderOptimiser
  }
}
