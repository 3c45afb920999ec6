import Files
import NeuralNetworks
import Tensors
import Testing

@testable import GenerativeModels

@Suite("Text generator and critic")
struct TextNetworkTests {
  @Test("probabilities and tokens are the same bits for N = 1, 7, 63, 64 and 1, 2, 3 threads")
  func batchIndependence() {
    let generator = Small.generator()
    let latents = normal([64, Small.latentWidth], "z")
    let whole = generator.probabilities(latents)
    let tokens = generator.tokens(latents)
    #expect(tokens == Operations.argmax(whole))
    for threads in 1...3 {
      #expect(generator.probabilities(latents, threads: threads) == whole)
      #expect(generator.tokens(latents, threads: threads) == tokens)
      #expect(
        Small.critic().scores(whole, threads: threads)
          == Small.critic().scores(whole, threads: 1))
    }
    for count in [1, 7, 63] {
      #expect(generator.probabilities(latents.rows(0..<count)) == whole.samples(0..<count))
      #expect(
        generator.tokens(latents.rows(0..<count)) == Array(tokens.prefix(count * Small.length)))
    }
    #expect(generator.tokens(Tensor(shape: [0, Small.latentWidth])).isEmpty)
    #expect(generator.probabilities(Tensor(shape: [0, Small.latentWidth])).samples == 0)
  }

  @Test("probabilities of a position sum to one")
  func simplex() {
    let samples = Small.generator().probabilities(normal([9, Small.latentWidth], "z"))
    for sample in 0..<9 {
      for position in 0..<Small.length {
        let row = (0..<Small.vocabulary).map { samples[sample, position, $0] }
        #expect(row.allSatisfy { $0 > 0 })
        #expect(abs(row.reduce(0, +) - 1) <= 1e-6)
      }
    }
  }

  @Test("sharpness is the mean of the largest probabilities, the same for any number of threads")
  func sharpness() {
    let latents = normal([40, Small.latentWidth], "z")
    let probabilities = Small.generator().probabilities(latents)
    var sum = 0.0
    for sample in 0..<40 {
      for position in 0..<Small.length {
        let row = (0..<Small.vocabulary).map { probabilities[sample, position, $0] }
        sum += Double(row.max() ?? 0)
      }
    }
    let values = (1...3).map { Small.generator().sharpness(latents, threads: $0) }
    #expect(abs(values[0] - sum / Double(40 * Small.length)) < 1e-12)
    #expect(values.allSatisfy { $0 == values[0] && $0 > 1 / Double(Small.vocabulary) })
  }

  @Test("initial parameters depend on seed and shape only, and the networks differ")
  func initialParameters() {
    let shape = GeneratorConfiguration(width: 8, vocabulary: 12)
    #expect(shape.latentWidth == 128 && shape.length == 32 && shape.blocks == 5)
    #expect(TextGenerator(shape, seed: 1) == TextGenerator(shape, seed: 1))
    #expect(TextGenerator(shape, seed: 1) != TextGenerator(shape, seed: 2))
    let critic = TextCritic(CriticConfiguration(width: 8, vocabulary: 12), seed: 1)
    #expect(
      critic.network.parameters["blocks.0.conv1.weight"]
        != TextGenerator(shape, seed: 1).network.parameters["blocks.0.conv1.weight"])
    #expect(
      TextGenerator(shape, seed: 1).network.parameterCount
        == 128 * 256 + 256 + 10 * (5 * 64 + 8) + 8 * 12 + 12)
    #expect(
      critic.network.parameterCount == 12 * 8 + 8 + 10 * (5 * 64 + 8) + 32 * 8 + 1)
  }

  @Test("files give back the same networks, and each refuses the other's")
  func files() throws {
    try withFolder { folder in
      let (generator, critic) = (Small.generator(), Small.critic())
      try generator.write(to: folder + "/g", metadata: ["iteration": "3"])
      try critic.write(to: folder + "/c")
      #expect(try TextGenerator(contentsOf: folder + "/g") == generator)
      #expect(try TextCritic(contentsOf: folder + "/c") == critic)
      #expect(throws: Failure.self) { try TextGenerator(contentsOf: folder + "/c") }
      #expect(throws: Failure.self) { try TextCritic(contentsOf: folder + "/g") }
      // Even without the format's name the parameters do not fit.
      #expect(throws: Failure.self) {
        try TextGenerator(parameters: critic.network.parameters, source: "x")
      }
      #expect(throws: Failure.self) {
        try TextCritic(parameters: generator.network.parameters, source: "x")
      }
      do {
        _ = try TextGenerator(contentsOf: folder + "/absent")
        Issue.record("an absent file was read")
      } catch let failure as Failure {
        #expect(failure.kind == .missingInput)
      }
    }
  }

  @Test("weights that are not finite are refused with their name")
  func nonFinite() throws {
    var generator = Small.generator()
    generator.network.first.bias[2] = .nan
    do {
      _ = try TextGenerator(parameters: generator.network.parameters, source: "there")
      Issue.record("NaN was accepted")
    } catch let failure as Failure {
      #expect(failure.kind == .badData)
      #expect(failure.message.contains("there: parameter input.bias"))
    }
  }

  @Test("the critic gap is the difference of mean scores")
  func gap() throws {
    let (critic, generator) = (Small.critic(), Small.generator())
    let training = randomTokens(40 * Small.length, below: Small.vocabulary, "a")
    let heldOut = randomTokens(23 * Small.length, below: Small.vocabulary, "b")
    let latents = normal([17, Small.latentWidth], "z")
    let gap = try CriticGap(
      critic: critic, generator: generator, training: training, heldOut: heldOut, latents: latents)
    func mean(_ scores: Tensor) -> Double {
      scores.values.reduce(0.0) { $0 + Double($1) } / Double(scores.count)
    }
    #expect(gap.training == mean(critic.scores(tokens: training)))
    #expect(gap.heldOut == mean(critic.scores(tokens: heldOut)))
    #expect(gap.generated == mean(critic.scores(generator.probabilities(latents))))
    #expect(gap.overfitting == gap.training - gap.heldOut)
    #expect(
      gap.trainingEstimate - gap.heldOutEstimate == gap.trainingEstimate - gap.heldOutEstimate)
    for threads in 2...3 {
      let other = try CriticGap(
        critic: critic, generator: generator, training: training, heldOut: heldOut,
        latents: latents, threads: threads)
      #expect(other == gap)
    }
  }
}
