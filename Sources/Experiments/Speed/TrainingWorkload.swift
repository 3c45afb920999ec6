import Determinism
import GenerativeModels
import Refinement
import Tensors

/// Steps of training on random text, for timing.
struct TrainingWorkload {
  private let trainer: AdversarialTrainer
  private let tokens: [UInt16]
  private let prior: StandardNormalLatents
  private let interpolation = RandomStream(seed: 1, name: "benchmark.interpolation")
  private let batch: Int
  private var step = 0

  /// Networks as training begins them, with the default recipe at this batch.
  init(
    _ size: ModelSize, batch: Int, convolution: ConvolutionAlgorithm, threads: Int
  ) throws {
    let recipe = AdversarialConfiguration(
      batch: batch, shards: min(AdversarialConfiguration().shards, batch),
      convolution: convolution)
    trainer = AdversarialTrainer(
      try AdversarialState(configuration: recipe, generator: size.generator, critic: size.critic),
      threads: threads)
    let symbols = RandomStream(seed: 1, name: "benchmark.tokens")
    tokens = (0..<batch * size.length).map {
      UInt16(symbols.index(below: size.vocabulary, sample: UInt64($0), step: 0))
    }
    prior = StandardNormalLatents(latentWidth: size.latentWidth)
    self.batch = batch
  }

  /// One critic step with draws of its own.
  mutating func stepCritic() throws {
    let latents = nextLatents()
    let weights = (0..<batch).map {
      interpolation.uniform(sample: UInt64($0), step: UInt32(truncatingIfNeeded: step))
    }
    _ = try trainer.criticStep(tokens: tokens, latents: latents, interpolation: weights)
  }

  /// One generator step with draws of its own.
  mutating func stepGenerator() throws {
    _ = try trainer.generatorStep(latents: nextLatents())
  }

  private mutating func nextLatents() -> Tensor {
    step += 1
    return prior.sample(count: batch, firstSample: step * batch, from: .latents(seed: 1))
  }
}
