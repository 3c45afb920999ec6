import Files
import Foundation
import NeuralNetworks
import Tensors
import Testing

@testable import GenerativeModels

@Suite("Training a critic on")
struct CriticContinuationTests {
  private func settings(
    _ representation: SampleRepresentation = .decoded
  ) -> CriticContinuation.Settings {
    var settings = CriticContinuation.Settings(representation, seed: 5)
    settings.batch = 10
    settings.shards = 4
    settings.rate = 3e-3
    return settings
  }

  private func continuation(
    _ settings: CriticContinuation.Settings, threads: Int = 1
  ) throws -> CriticContinuation {
    try CriticContinuation(
      of: Small.critic(), against: .generator(Small.generator()), settings: settings,
      threads: threads)
  }

  @Test(
    "the same critic for any number of threads, the generator untouched",
    arguments: [SampleRepresentation.raw, .decoded, .smoothed(level: 0.1)])
  func threads(representation: SampleRepresentation) throws {
    let data = try Small.data()
    let results = try [1, 2, 3].map { threads in
      let continuation = try continuation(settings(representation), threads: threads)
      let losses = try (0..<6).map { _ in try continuation.advance(data) }
      #expect(continuation.step == 6)
      return (losses: losses, critic: continuation.critic)
    }
    #expect(results[0].critic != Small.critic())
    for result in results.dropFirst() {
      #expect(result.losses == results[0].losses && result.critic == results[0].critic)
    }
  }

  @Test("a step follows the gradient of its own draws in its representation")
  func firstLoss() throws {
    let data = try Small.data()
    for representation in [SampleRepresentation.raw, .decoded, .smoothed(level: 0.3)] {
      let settings = settings(representation)
      let score = try LatentCriticScore(
        generator: Small.generator(), critic: Small.critic(), representation: representation)
      // All that a step can draw of real strings is one, so that only the latents vary.
      let one = try TokenMatrix(
        tokens: Array(data.tokens.prefix(Small.length)), length: Small.length,
        vocabulary: Small.vocabulary)
      let real = LogisticObjective.loss(Double(try score.values(tokens: one.tokens).values[0]))
      let loss = try continuation(settings).advance(one)
      let latents = normalLatents(settings)
      let fake = try score.values(latents).values.map { LogisticObjective.loss(-Double($0)) }
      #expect(abs(loss - real - fake.reduce(0, +) / 10) < 1e-5, "\(representation)")
    }
  }

  private func normalLatents(_ settings: CriticContinuation.Settings) -> Tensor {
    var latents = Tensor(shape: [settings.batch, Small.latentWidth])
    TrainingDraws.fill(
      &latents, .init(seed: settings.seed, name: "continuation.latents"), step: 0)
    return latents
  }

  @Test("it learns to tell real strings from generated ones")
  func learns() throws {
    let continuation = try continuation(settings())
    let data = try Small.data(rows: 1)
    let losses = try (0..<150).map { _ in try continuation.advance(data) }
    #expect(losses[0] > 0.5)
    #expect(losses.suffix(10).allSatisfy { $0 < 0.1 * losses[0] }, "\(losses.suffix(10))")
  }

  @Test(
    "under the Wasserstein objective it follows the gradient of training, the same for any number of threads"
  )
  func wasserstein() throws {
    let data = try Small.data()
    var settings = settings(.raw)
    (settings.objective, settings.penalty, settings.penaltyForm) = (.wasserstein, 0.5, .zeroCentred)
    let results = try [1, 3].map { threads in
      let continuation = try continuation(settings, threads: threads)
      return (try (0..<40).map { _ in try continuation.advance(data) }, continuation.critic)
    }
    #expect(results[0].0 == results[1].0 && results[0].1 == results[1].1)
    let losses = results[0].0
    let score = try LatentCriticScore(
      generator: Small.generator(), critic: Small.critic(), representation: .raw)
    let one = try TokenMatrix(
      tokens: Array(data.tokens.prefix(Small.length)), length: Small.length,
      vocabulary: Small.vocabulary)
    let first = try continuation(settings).advance(one)
    let fake = try score.values(normalLatents(settings)).values.reduce(0) { $0 + Double($1) } / 10
    let real = Double(try score.values(tokens: one.tokens).values[0])
    #expect(abs(first - (fake - real)) < 1e-5)
    #expect(losses.suffix(10).reduce(0, +) < losses.prefix(10).reduce(0, +))
    // A penalty of another form leads elsewhere.
    settings.penaltyForm = .twoSided
    let other = try continuation(settings)
    for _ in 0..<40 { _ = try other.advance(data) }
    #expect(other.critic != results[0].1)
  }

  @Test("settings without sense are refused")
  func refused() throws {
    for change in [
      { (settings: inout CriticContinuation.Settings) in settings.rate = 0 },
      { $0.rate = .nan }, { $0.objective = .wasserstein }, { $0.batch = 0 }, { $0.shards = 11 },
      { $0.shards = 0 },
    ] {
      var settings = settings()
      change(&settings)
      #expect(throws: Failure.self) { _ = try continuation(settings) }
    }
  }

  @Test("particles and strings stand for the prior's samples, the same for any number of threads")
  func opponents() throws {
    let data = try Small.data()
    var settings = settings()
    settings.penalty = 0.1
    let particles = normal([3, Small.latentWidth], "particles")
    let strings = try TokenMatrix(
      tokens: Small.generator().tokens(particles), length: Small.length,
      vocabulary: Small.vocabulary)
    func continued(
      _ opponent: CriticContinuation.Opponent, threads: Int
    ) throws -> (losses: [Double], critic: TextCritic) {
      let continuation = try CriticContinuation(
        of: Small.critic(), against: opponent, settings: settings, threads: threads)
      return (try (0..<4).map { _ in try continuation.advance(data) }, continuation.critic)
    }
    let one = try continued(.particles(Small.generator(), particles), threads: 1)
    let three = try continued(.particles(Small.generator(), particles), threads: 3)
    #expect(one.losses == three.losses && one.critic == three.critic)
    // Decoded particles are their strings.
    let text = try continued(.strings(strings), threads: 2)
    #expect(one.losses == text.losses && one.critic == text.critic)
    let prior = try continued(.generator(Small.generator()), threads: 1)
    #expect(prior.losses != one.losses)
    settings.penalty = 0
    let free = try continued(.strings(strings), threads: 1)
    #expect(free.losses[0] == text.losses[0] && free.critic != text.critic)
    settings.penalty = -1
    #expect(throws: Failure.self) { _ = try continued(.strings(strings), threads: 1) }
  }

  @Test("settings that were written before there was a penalty are read as without one")
  func oldSettings() throws {
    var expected = CriticContinuation.Settings(.decoded, seed: 3)
    let encoded = try JSONEncoder().encode(expected)
    var object = try #require(
      try JSONSerialization.jsonObject(with: encoded) as? [String: Any])
    #expect(object.removeValue(forKey: "penalty") != nil)
    let old = try JSONSerialization.data(withJSONObject: object)
    #expect(try JSONDecoder().decode(CriticContinuation.Settings.self, from: old) == expected)
    expected.penalty = 0.5
    let whole = try JSONEncoder().encode(expected)
    #expect(try JSONDecoder().decode(CriticContinuation.Settings.self, from: whole) == expected)
  }
}
