import Determinism
import Files
import NeuralNetworks
import Tensors
import Testing

@testable import GenerativeModels

@Suite("d(G(z)) and its representations")
struct LatentCriticScoreTests {
  static let representations: [SampleRepresentation] = [.raw, .decoded, .smoothed(level: 0.2)]

  private func score(_ representation: SampleRepresentation = .raw) throws -> LatentCriticScore {
    try LatentCriticScore(
      generator: Small.generator(), critic: Small.critic(), representation: representation)
  }

  @Test(
    "a sample's value and gradient are the same bits for N = 1, 7, 63, 64",
    arguments: representations)
  func batchIndependence(_ representation: SampleRepresentation) throws {
    let score = try score(representation)
    let latents = normal([64, Small.latentWidth], "z")
    let whole = try score.values(latents)
    let gradients = representation.isDifferentiable ? try score.evaluate(latents).gradients : nil
    for count in [1, 7, 63, 64] {
      for start in stride(from: 0, to: 64, by: count) {
        let range = start..<min(start + count, 64)
        #expect(try score.values(latents.rows(range)) == whole.rows(range))
        if let gradients {
          let part = try score.evaluate(latents.rows(range))
          #expect(part.values == whole.rows(range))
          #expect(part.gradients == gradients.rows(range))
        }
      }
    }
    #expect(try score.values(Tensor(shape: [0, Small.latentWidth])).count == 0)
  }

  @Test("calls from several threads at once give the same bits")
  func concurrentCalls() throws {
    let score = try score()
    let latents = normal([40, Small.latentWidth], "z")
    let expected = try score.evaluate(latents)
    let results = try Cores.map(shards: 8, threads: 4) { _ throws(Failure) in
      do {
        let result = try score.evaluate(latents)
        return result.values == expected.values && result.gradients == expected.gradients
      } catch {
        throw Failure(.internalFault, "evaluate", cause: error)
      }
    }
    #expect(results == .init(repeating: true, count: 8))
  }

  @Test("raw values are the critic's scores of the softmax")
  func raw() throws {
    let score = try score()
    let latents = normal([20, Small.latentWidth], "z")
    let scores = score.critic.scores(score.generator.probabilities(latents))
    #expect(try score.values(latents) == scores)
    #expect(score.critic.scores(of: score.generator, at: latents, threads: 2) == scores)
  }

  @Test("decoded values are the scores of the most probable symbols, and have no gradient")
  func decoded() throws {
    let score = try score(.decoded)
    let latents = normal([20, Small.latentWidth], "z")
    let tokens = score.generator.tokens(latents)
    #expect(try score.values(latents) == score.critic.scores(tokens: tokens))
    #expect(try score.values(tokens: tokens) == score.critic.scores(tokens: tokens))
    #expect(throws: Failure.self) { try score.evaluate(latents) }
  }

  @Test("smoothing mixes generated and real text alike with the uniform distribution")
  func smoothed() throws {
    let level: Float = 0.2
    let score = try score(.smoothed(level: level))
    let latents = normal([5, Small.latentWidth], "z")
    func mixed(_ x: Sequences) -> Sequences {
      let dense = x.dense
      return Sequences(
        Tensor(
          shape: dense.shape,
          values: dense.values.map { (1 - level) * $0 + level / Float(Small.vocabulary) }))
    }
    #expect(
      relativeError(
        try score.values(latents),
        score.critic.scores(mixed(score.generator.probabilities(latents)))) <= 1e-6)
    let tokens = randomTokens(5 * Small.length, below: Small.vocabulary, "t")
    var real = Sequences(samples: 5, length: Small.length, channels: Small.vocabulary)
    tokens.withUnsafeBufferPointer { Operations.oneHot($0, into: &real) }
    #expect(
      relativeError(try score.values(tokens: tokens), score.critic.scores(mixed(real))) <= 1e-6)
    let none = try self.score(.smoothed(level: 0))
    #expect(relativeError(try none.values(latents), try self.score().values(latents)) <= 1e-6)
  }

  @Test(
    "gradients are the slopes of the values",
    arguments: [SampleRepresentation.raw, .smoothed(level: 0.3)])
  func slopes(_ representation: SampleRepresentation) throws {
    let score = try score(representation)
    let (latents, along) = (
      normal([6, Small.latentWidth], "z"), normal([6, Small.latentWidth], "a")
    )
    let step: Float = 2e-3
    func moved(_ scale: Float) -> Tensor {
      Tensor(
        shape: latents.shape, values: zip(latents.values, along.values).map { $0 + scale * $1 })
    }
    let (up, down) = (try score.values(moved(step)), try score.values(moved(-step)))
    let gradients = try score.evaluate(latents).gradients
    let scale = norm(gradients) * norm(along) / 6
    for sample in 0..<6 {
      let slope = (Double(up[sample]) - Double(down[sample])) / (2 * Double(step))
      let rule = (0..<Small.latentWidth).reduce(0.0) {
        let index = sample * Small.latentWidth + $1
        return $0 + Double(gradients[index]) * Double(along[index])
      }
      #expect(abs(slope - rule) <= 1e-2 * scale)
    }
  }

  @Test("networks that do not fit, odd latents, foreign tokens and levels are refused")
  func refusals() throws {
    let critic = TextCritic(
      CriticConfiguration(length: 5, width: 4, blocks: 1, vocabulary: Small.vocabulary), seed: 1)
    #expect(throws: Failure.self) {
      try LatentCriticScore(generator: Small.generator(), critic: critic)
    }
    #expect(throws: Failure.self) { try score(.smoothed(level: 1)) }
    #expect(throws: Failure.self) { try score(.smoothed(level: .nan)) }
    #expect(throws: Failure.self) { try score().values(Tensor(shape: [2, 3])) }
    #expect(throws: Failure.self) { try score().values(tokens: [1, 2, 3]) }
    #expect(throws: Failure.self) {
      try score().values(tokens: .init(repeating: 7, count: Small.length))
    }
  }
}
