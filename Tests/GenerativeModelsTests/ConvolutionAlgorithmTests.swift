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

/// One step of networks with 16 channels, where Winograd's algorithm begins, against PyTorch's float64.
@Suite("One step under either convolution against PyTorch")
struct WideStepGoldenTests {
  private let golden: NamedParameters

  init() throws {
    golden = try NamedParameters(contentsOf: fixture("critic-step-wide.safetensors"))
  }

  private func trainer(_ algorithm: ConvolutionAlgorithm) throws -> AdversarialTrainer {
    AdversarialTrainer(
      try AdversarialState(
        configuration: AdversarialConfiguration(batch: 4, shards: 2, convolution: algorithm),
        generator: TextGenerator(parameters: golden.under("generator."), source: "fixture"),
        critic: TextCritic(parameters: golden.under("critic."), source: "fixture")))
  }

  private func criticStep(_ trainer: AdversarialTrainer) throws {
    _ = try trainer.criticStep(
      tokens: golden.tokens("tokens"), latents: golden.required("latents"),
      interpolation: golden.required("interpolation").values)
  }

  @Test("gradients, tensor by tensor within 1e-5", arguments: ConvolutionAlgorithm.allCases)
  func gradients(algorithm: ConvolutionAlgorithm) throws {
    let trainer = try trainer(algorithm)
    let critic = try trainer.criticGradient(
      tokens: golden.tokens("tokens"), latents: golden.required("latents"),
      interpolation: golden.required("interpolation").values
    ).gradient
    for (name, value) in zip(trainer.state.critic.network.parameters.names, critic) {
      let reference = try golden.required("gradients." + name)
      // Biases behind the last rectifier: real and generated samples cancel.
      if norm(reference) == 0 { continue }
      #expect(relativeError(value, reference) <= 1e-5, "\(name)")
    }
    let generator = try trainer.generatorGradient(latents: golden.required("latents")).gradient
    for (name, value) in zip(trainer.state.generator.network.parameters.names, generator) {
      let reference = try golden.required("generatorGradients." + name)
      #expect(relativeError(value, reference) <= 1e-5, "\(name)")
    }
  }

  /// Adam's first update is nearly the sign of each component, and so the hardest test of small ones.
  @Test("first updates point where those in float64 do, the fast form's as well as the plain one's")
  func updates() throws {
    func cosines(_ algorithm: ConvolutionAlgorithm) throws -> [Double] {
      let trainer = try trainer(algorithm)
      let before = trainer.state
      try criticStep(trainer)
      let critic = try cosine(
        from: before.critic.network.parameters, to: trainer.state.critic.network.parameters,
        gradients: "gradients.")
      let other = try self.trainer(algorithm)
      _ = try other.generatorStep(latents: golden.required("latents"))
      let generator = try cosine(
        from: before.generator.network.parameters, to: other.state.generator.network.parameters,
        gradients: "generatorGradients.")
      return [critic, generator]
    }
    let (direct, winograd) = (try cosines(.direct), try cosines(.winograd))
    for (fast, plain) in zip(winograd, direct) {
      #expect(plain > 0.999 && fast >= plain - 1e-4, "\(fast) against \(plain)")
    }
  }

  /// Between the update made and Adam's first update −g / (|g| + ε) of the golden gradients.
  private func cosine(
    from before: NamedParameters, to after: NamedParameters, gradients: String
  ) throws -> Double {
    var (product, made, expected) = (0.0, 0.0, 0.0)
    for name in before.names {
      let (old, new) = (try before.required(name).values, try after.required(name).values)
      for (index, gradient) in try golden.required(gradients + name).values.enumerated() {
        let update = Double(new[index]) - Double(old[index])
        let reference = -Double(gradient) / (abs(Double(gradient)) + 1e-8)
        product += update * reference
        made += update * update
        expected += reference * reference
      }
    }
    return product / (made * expected).squareRoot()
  }
}
