import NeuralNetworks
import Tensors
import Testing

@testable import GenerativeModels

@Suite("Networks under either convolution")
struct ConvolutionAlgorithmTests {
  private let latents = normal([8, Small.latentWidth], "latents")
  private let tokens = randomTokens(8 * Small.length, below: Small.vocabulary, "tokens")
  private let interpolation = (0..<8).map { Float($0) / 8 }

  private func trainer(
    _ algorithm: ConvolutionAlgorithm, threads: Int = 1
  ) throws -> AdversarialTrainer {
    AdversarialTrainer(
      try AdversarialState(
        configuration: AdversarialConfiguration(batch: 8, shards: 3, convolution: algorithm),
        generator: Small.generator(width: 24), critic: Small.critic(width: 24)),
      threads: threads)
  }

  @Test("gradients agree tensor by tensor within 1e-5")
  func gradients() throws {
    let (direct, winograd) = (try trainer(.direct), try trainer(.winograd))
    let critics = try [direct, winograd].map {
      try $0.criticGradient(tokens: tokens, latents: latents, interpolation: interpolation)
        .gradient
    }
    let generators = try [direct, winograd].map {
      try $0.generatorGradient(latents: latents).gradient
    }
    for (left, right) in zip(critics[0] + generators[0], critics[1] + generators[1])
    where norm(left) > 0 {
      #expect(relativeError(right, left) <= 1e-5)
    }
    // It is another computation, so the test compares two.
    #expect(critics[0] != critics[1])
  }

  @Test("trained weights are the same bits for any number of threads", arguments: [2, 3])
  func threads(count: Int) throws {
    let trainers = [try trainer(.winograd), try trainer(.winograd, threads: count)]
    for trainer in trainers {
      for _ in 0..<3 {
        _ = try trainer.criticStep(
          tokens: tokens, latents: latents, interpolation: interpolation)
        _ = try trainer.generatorStep(latents: latents)
      }
    }
    #expect(trainers[0].state == trainers[1].state)
  }

  @Test("a network whose weights have changed does not use their old transforms")
  func changedWeights() {
    var generator = Small.generator(width: 24)
    generator.convolution = .winograd
    generator = generator.prepared()
    let before = generator.probabilities(latents)
    generator.network.visitParameters(prefix: "") { name, tensor in
      if name.hasSuffix("weight") { tensor = normal(tensor.shape, name, scale: 0.2) }
    }
    let after = generator.probabilities(latents)
    #expect(after != before)
    generator.convolution = .direct
    #expect(relativeError(after.dense, generator.probabilities(latents).dense) <= 1e-5)
  }
}
