import NeuralNetworks
import Tensors
import Testing

@testable import GenerativeModels

/// One step of each network against PyTorch's float64 double backward; see Fixtures/critic-step.json
/// for seed and pre-activation margin, Tools/golden/networks.py for the script.
@Suite("One critic step and one generator step against PyTorch")
struct CriticStepGoldenTests {
  let golden: NamedParameters
  let generator: TextGenerator
  let critic: TextCritic

  init() throws {
    golden = try NamedParameters(contentsOf: fixture("critic-step.safetensors"))
    generator = try TextGenerator(parameters: golden.under("generator."), source: "fixture")
    critic = try TextCritic(parameters: golden.under("critic."), source: "fixture")
  }

  private func trainer(shards: Int = 1, threads: Int = 1) throws -> AdversarialTrainer {
    let recipe = AdversarialConfiguration(batch: 4, shards: shards)
    return AdversarialTrainer(
      try AdversarialState(configuration: recipe, generator: generator, critic: critic),
      threads: threads)
  }

  @Test("the shapes are read off the parameters")
  func configurations() {
    #expect(
      generator.configuration
        == GeneratorConfiguration(latentWidth: 6, length: 8, width: 8, blocks: 5, vocabulary: 11))
    #expect(
      critic.configuration == CriticConfiguration(length: 8, width: 8, blocks: 5, vocabulary: 11))
  }

  @Test("samples, scores and the gradient in the input")
  func forward() throws {
    let fake = generator.probabilities(try golden.required("latents"))
    #expect(relativeError(fake.dense, try golden.required("fake")) <= 1e-6)
    #expect(relativeError(critic.scores(fake), try golden.required("scores.fake")) <= 3e-6)
    let real = critic.scores(tokens: try golden.tokens("tokens"))
    #expect(relativeError(real, try golden.required("scores.real")) <= 3e-6)
    var mixed = fake
    var oneHot = fake
    try golden.tokens("tokens").withUnsafeBufferPointer {
      Operations.oneHot($0, into: &oneHot)
    }
    Operations.interpolate(
      oneHot, fake, weights: try golden.required("interpolation").values, into: &mixed)
    let gradient = critic.inputGradient(mixed).gradients
    #expect(relativeError(gradient.dense, try golden.required("inputGradient")) <= 3e-6)
    let norms = Tensor(shape: [4], values: Operations.sampleNorms(gradient))
    #expect(relativeError(norms, try golden.required("norms")) <= 3e-6)
  }

  @Test(
    "the whole critic gradient, penalty included, tensor by tensor within 1e-5",
    arguments: [1, 2, 3, 4])
  func criticGradient(shards: Int) throws {
    let (gradient, report) = try trainer(shards: shards).criticGradient(
      tokens: golden.tokens("tokens"), latents: golden.required("latents"),
      interpolation: golden.required("interpolation").values)
    for (name, value) in zip(critic.network.parameters.names, gradient) {
      let reference = try golden.required("gradients." + name)
      if name == "output.bias" {
        #expect(abs(value[0]) <= 1e-6)
        #expect(reference[0] == 0)
      } else {
        #expect(relativeError(value, reference) <= 1e-5, "\(name)")
      }
    }
    #expect(abs(report.loss - Double(try golden.required("loss")[0])) <= 1e-5)
    #expect(abs(report.wasserstein - Double(try golden.required("wasserstein")[0])) <= 1e-5)
    #expect(abs(report.penalty - Double(try golden.required("penalty")[0])) <= 1e-6)
    let squares = gradient.reduce(0.0) { $0 + norm($1) * norm($1) }
    #expect(abs(report.gradientNorm - squares.squareRoot()) <= 1e-9 * report.gradientNorm)
  }

  @Test("the penalty's own gradient, tensor by tensor within 1e-5; biases receive nothing")
  func penaltyGradient() throws {
    let fake = generator.probabilities(try golden.required("latents"))
    var real = fake
    try golden.tokens("tokens").withUnsafeBufferPointer { Operations.oneHot($0, into: &real) }
    let scratch = WassersteinGradientPenalty.Scratch<TextCritic.Network>()
    scratch.mixed.prepare(like: real)
    Operations.interpolate(
      real, fake, weights: try golden.required("interpolation").values, into: &scratch.mixed)
    var gradient = critic.network.zeroed
    var terms = CriticTerms()
    WassersteinGradientPenalty(weight: 10).penalise(
      critic.network, batch: 4, terms: &terms, scratch: scratch, workspace: Workspace())
    critic.network.addTangentGradient(
      tangent: scratch.direction, cotangent: scratch.ones, trace: scratch.mixedTrace,
      into: &gradient, workspace: Workspace())
    let parameters = gradient.parameters
    for (name, value) in zip(parameters.names, parameters.tensors) {
      let reference = try golden.required("penaltyGradients." + name)
      if name.hasSuffix("bias") {
        #expect(value.values.allSatisfy { $0 == 0 }, "\(name)")
        #expect(norm(reference) == 0, "\(name)")
      } else {
        #expect(relativeError(value, reference) <= 1e-5, "\(name)")
      }
    }
  }

  @Test("the generator's gradient, tensor by tensor within 1e-5", arguments: [1, 3])
  func generatorGradient(shards: Int) throws {
    let (gradient, report) = try trainer(shards: shards).generatorGradient(
      latents: golden.required("latents"))
    for (name, value) in zip(generator.network.parameters.names, gradient) {
      #expect(
        relativeError(value, try golden.required("generatorGradients." + name)) <= 1e-5, "\(name)")
    }
    #expect(abs(report.loss - Double(try golden.required("generatorLoss")[0])) <= 1e-5)
  }

  @Test("the gradient of the score in the latents")
  func latentGradient() throws {
    let score = try LatentCriticScore(generator: generator, critic: critic)
    let (values, gradients) = try score.evaluate(golden.required("latents"))
    #expect(relativeError(values, try golden.required("scores.fake")) <= 3e-6)
    #expect(relativeError(gradients, try golden.required("latentGradient")) <= 1e-5)
  }

  @Test("pullback of the generator gives latents' and parameters' gradients at once")
  func generatorPullback() throws {
    let latents = try golden.required("latents")
    let cotangent = critic.inputGradient(generator.probabilities(latents)).gradients
    let result = generator.pullback(cotangent, latents: latents)
    #expect(relativeError(result.latents, try golden.required("latentGradient")) <= 1e-5)
    // The fixture's loss is −mean D, so its gradients are −1/4 of these.
    let named = result.parameters.parameters
    for (name, value) in zip(named.names, named.tensors) {
      let scaled = Tensor(shape: value.shape, values: value.values.map { -$0 / 4 })
      #expect(
        relativeError(scaled, try golden.required("generatorGradients." + name)) <= 1e-5, "\(name)")
    }
  }

  @Test("pushforward along a direction is the input gradient's product with it")
  func pushforward() throws {
    let samples = generator.probabilities(try golden.required("latents"))
    let tangent = Sequences(normal([4, 8, 11], "tangent"))
    let gradient = critic.inputGradient(samples).gradients.dense
    let slopes = critic.pushforward(tangent, at: samples)
    let width = 8 * 11
    for sample in 0..<4 {
      let expected = (0..<width).reduce(0.0) {
        $0 + Double(gradient[sample * width + $1]) * Double(tangent.dense[sample * width + $1])
      }
      #expect(abs(Double(slopes[sample]) - expected) <= 1e-5 * max(1, abs(expected)))
    }
  }
}
