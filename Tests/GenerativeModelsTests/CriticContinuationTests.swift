import Files
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
      of: Small.critic(), against: Small.generator(), settings: settings, threads: threads)
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

  @Test("settings without sense are refused")
  func refused() throws {
    for change in [
      { (settings: inout CriticContinuation.Settings) in settings.rate = 0 },
      { $0.rate = .nan }, { $0.batch = 0 }, { $0.shards = 11 }, { $0.shards = 0 },
    ] {
      var settings = settings()
      change(&settings)
      #expect(throws: Failure.self) { _ = try continuation(settings) }
    }
  }
}
