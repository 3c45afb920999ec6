import Files
import Foundation
import NeuralNetworks
import Tensors
import Testing

@testable import GenerativeModels

@Suite("Recipes beyond the published one")
struct RecipeTests {
  private var recipe: AdversarialConfiguration {
    AdversarialConfiguration(
      batch: 10, criticIterations: 2, shards: 4, averageDecay: 0.9, seed: 5, iterations: 6)
  }

  /// Everything at once that the published recipe has not.
  private var departing: AdversarialConfiguration {
    var recipe = recipe
    recipe.penaltyForm = .oneSided
    recipe.spectralBound = 1.5
    recipe.straightThrough = true
    recipe.initialisation = .closedBranches
    recipe.warmStart = 5
    recipe.rateHalfLife = 4
    recipe.rateForm = .harmonic
    return recipe
  }

  private func state(_ recipe: AdversarialConfiguration) throws -> AdversarialState {
    try AdversarialState(
      configuration: recipe,
      generator: GeneratorConfiguration(
        latentWidth: Small.latentWidth, length: Small.length, width: 6, blocks: 2,
        vocabulary: Small.vocabulary, temperature: 0.5),
      critic: CriticConfiguration(
        length: Small.length, width: 6, blocks: 2, vocabulary: Small.vocabulary))
  }

  private func train(
    _ recipe: AdversarialConfiguration, threads: Int = 1
  ) throws -> AdversarialState {
    try AdversarialTraining(threads: threads).run(state(recipe), data: Small.data())
  }

  @Test("each part changes what is learnt; all together are the same bits for any threads")
  func parts() throws {
    let plain = try train(recipe)
    let parts: [(inout AdversarialConfiguration) -> Void] = [
      { $0.penaltyForm = .zeroCentred }, { $0.spectralBound = 0.5 },
      { $0.straightThrough = true }, { $0.initialisation = .closedBranches }, { $0.warmStart = 3 },
      { $0.rateHalfLife = 2 },
    ]
    for (index, part) in parts.enumerated() {
      var changed = recipe
      part(&changed)
      #expect(try train(changed).generator != plain.generator, "part \(index)")
    }
    var halving = recipe
    halving.rateHalfLife = 2
    var harmonic = halving
    harmonic.rateForm = .harmonic
    #expect(try train(harmonic).generator != train(halving).generator)
    let all = try train(departing)
    #expect(try train(departing, threads: 3) == all)
  }

  @Test("a training with every part, saved, loaded and gone on with, is the whole one")
  func resumption() throws {
    let whole = try train(departing)
    var short = departing
    short.iterations = 2
    let half = try train(short)
    let resumed = try withFolder { folder in
      try half.write(to: folder)
      var loaded = try AdversarialState(contentsOf: folder)
      #expect(loaded == half)
      #expect(loaded.generator.configuration.temperature == 0.5)
      loaded.configuration.iterations = 6
      return try AdversarialTraining(threads: 2).run(loaded, data: Small.data())
    }
    #expect(resumed == whole)
  }

  @Test("rates halve in their half-life, once or again and again, and stay without one")
  func rates() {
    var recipe = recipe
    #expect(recipe.rateFactor(iteration: 1_000_000) == 1)
    recipe.rateHalfLife = 100
    #expect(recipe.rateFactor(iteration: 0) == 1)
    #expect(recipe.rateFactor(iteration: 100) == 0.5)
    #expect(abs(recipe.rateFactor(iteration: 250) - pow(0.5, 2.5)) < 1e-15)
    recipe.rateForm = .harmonic
    #expect([0, 100, 300].map(recipe.rateFactor) == [1, 0.5, 0.25])
  }

  @Test("the critic's weights stay within their spectral bound")
  func spectralBound() throws {
    var recipe = recipe
    recipe.spectralBound = 0.5
    recipe.criticRate = 0.05
    recipe.penalty = 0
    let critic = try train(recipe).critic.network
    let norm = critic.second.first.blocks[0].convolution1.weight.withUnsafeValues {
      Operations.spectralNorm($0, rows: $0.count / 6, columns: 6, iterations: 300)
    }
    #expect(norm > 0.4 && norm < 0.55)
  }

  @Test("straight through, the generator follows the critic's slope at its decoded samples")
  func straightThrough() throws {
    var recipe = recipe
    recipe.straightThrough = true
    let state = try Small.state(recipe)
    let latents = normal([10, Small.latentWidth], "z")
    let found = try AdversarialTrainer(state).generatorGradient(latents: latents)
    let tokens = state.generator.tokens(latents)
    var decoded = Sequences(samples: 10, length: Small.length, channels: Small.vocabulary)
    tokens.withUnsafeBufferPointer { Operations.oneHot($0, into: &decoded) }
    let (scores, slopes) = state.critic.inputGradient(decoded)
    var cotangent = Sequences(samples: 10, length: Small.length, channels: Small.vocabulary)
    Operations.add(slopes, scale: -0.1, into: &cotangent)
    let expected = state.generator.pullback(cotangent, latents: latents).parameters
    for (a, b) in zip(found.gradient, expected.parameters.tensors) {
      #expect(relativeError(a, b) < 1e-5)
    }
    let mean = scores.values.reduce(0.0) { $0 + Double($1) } / 10
    #expect(abs(found.report.loss + mean) < 1e-6)

    let real = randomTokens(10 * Small.length, below: Small.vocabulary, "real")
    let report = try AdversarialTrainer(state).criticGradient(
      tokens: real, latents: latents, interpolation: .init(repeating: 0.5, count: 10)
    ).report
    let realMean = state.critic.scores(tokens: real).values.reduce(0.0) { $0 + Double($1) } / 10
    #expect(abs(report.wasserstein - (realMean - mean)) < 1e-6)
    let gap = try CriticGap(
      critic: state.critic, generator: state.generator, training: real, heldOut: real,
      latents: latents, decoded: true)
    #expect(abs(gap.generated - mean) < 1e-6 && abs(gap.training - realMean) < 1e-6)
  }

  @Test("a recipe of an older file, without the newer parts, is the published one")
  func oldFiles() throws {
    let text = try JSONEncoder().encode(departing)
    var object = try #require(JSONSerialization.jsonObject(with: text) as? [String: Any])
    #expect(
      try JSONDecoder().decode(AdversarialConfiguration.self, from: text) == departing)
    for key in [
      "penaltyForm", "spectralBound", "straightThrough", "initialisation", "warmStart",
      "rateHalfLife", "rateForm",
    ] {
      #expect(object.removeValue(forKey: key) != nil, "\(key)")
    }
    var halving = recipe
    halving.rateHalfLife = 4
    let older = try JSONEncoder().encode(halving)
    var known = try #require(JSONSerialization.jsonObject(with: older) as? [String: Any])
    known["rateForm"] = nil
    #expect(
      try JSONDecoder().decode(
        AdversarialConfiguration.self, from: JSONSerialization.data(withJSONObject: known))
        == halving)
    let old = try JSONSerialization.data(withJSONObject: object)
    #expect(try JSONDecoder().decode(AdversarialConfiguration.self, from: old) == recipe)
  }

  @Test("a generator's file keeps its temperature; one without sense is refused")
  func temperature() throws {
    let generator = try state(recipe).generator
    try withFolder { folder in
      let path = folder + "/g.safetensors"
      try generator.write(to: path)
      #expect(try TextGenerator(contentsOf: path) == generator)
      let parameters = generator.network.parameters
      for text in ["0", "warm", "inf"] {
        try parameters.write(to: path, metadata: ["temperature": text])
        do {
          _ = try TextGenerator(contentsOf: path)
          Issue.record("temperature \(text) was accepted")
        } catch let failure as Failure {
          #expect(failure.kind == .badData && failure.message.contains("temperature is \(text)"))
        }
      }
      let plain = try TextGenerator(parameters: parameters, source: "test")
      let latents = normal([4, Small.latentWidth], "z")
      #expect(plain.sharpness(latents) < generator.sharpness(latents))
      #expect(plain.tokens(latents) == generator.tokens(latents))
    }
  }
}
