import Determinism
import Files
import NeuralNetworks
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Trains a generator as the decoder of an autoencoder, so that adversarial training begins with one
/// that writes text.
///
/// Real text is encoded, put where the prior's latents lie (``LatentShell``), decoded, and the mean
/// cross-entropy of its symbols minimised. The encoder is then thrown away: what stays is a generator
/// whose outputs at the codes of real text are that text, and mixtures of it between them.
///
/// As in training, the batch is cut into shards whose gradients are summed in order, and the draws of a
/// step depend on the seed and the step alone.
final class AutoencoderWarmStart {
  /// The generator as it stands.
  var generator: TextGenerator
  /// Encoder, optimisers and steps as they stand.
  var state: WarmStartState

  private let recipe: AdversarialConfiguration
  private let threads: Int
  private let shell = LatentShell(noise: AutoencoderWarmStart.noise)
  private let ranges: [Range<Int>]
  private let generatorGradients: GradientShards<TextGenerator.Network>
  private let encoderGradients: GradientShards<TextEncoder.Network>
  private let arenas = Pool { WarmStartArena() }
  private let rows: RandomStream
  private let noises: RandomStream
  private var tokens: [UInt16]
  private var noise: Tensor

  /// σ of the noise on codes: 0.5, chosen here, half of what a code's element is on average.
  private static let noise = 0.5

  /// A warm start before its first step, or one to go on with.
  ///
  /// - Parameters:
  ///   - generator: where it starts.
  ///   - state: how far it has come; nil for not begun.
  ///   - recipe: gives batch, shards, seed and convolution.
  ///   - threads: at least 1; without influence on the result.
  init(
    of generator: TextGenerator, from state: WarmStartState? = nil,
    recipe: AdversarialConfiguration, threads: Int
  ) {
    precondition(threads >= 1, "AutoencoderWarmStart: \(threads) threads")
    self.generator = generator
    self.recipe = recipe
    self.threads = threads
    let state = state ?? WarmStartState(of: generator, recipe: recipe)
    self.state = state
    ranges = shardRanges(count: recipe.batch, shards: recipe.shards)
    generatorGradients = GradientShards(of: generator.network, shards: recipe.shards)
    encoderGradients = GradientShards(of: state.encoder.network, shards: recipe.shards)
    rows = RandomStream(seed: recipe.seed, name: "warm start.rows")
    noises = RandomStream(seed: recipe.seed, name: "warm start.noise")
    tokens = [UInt16](repeating: 0, count: recipe.batch * generator.configuration.length)
    noise = Tensor(shape: [recipe.batch, generator.configuration.latentWidth])
  }

  /// One step on real strings, drawn with replacement.
  ///
  /// - Parameter data: real token strings of the generator's length and vocabulary, at least one.
  /// - Returns: the mean cross-entropy of a symbol in nats, before the update.
  /// - Throws: `Failure(.badData)` for a token that is not below V, `Failure(.internalFault)` when the
  ///   loss is not finite, and what `data` throws.
  func advance(_ data: some TokenBatches) throws -> Double {
    let gradient = try gradient(data)
    state.update(
      &generator.network, gradient: (gradient.generator, gradient.encoder), threads: threads)
    return gradient.loss
  }

  /// The mean cross-entropy that ``advance(_:)`` would lower, with its gradients in the order of the
  /// parameters; changes nothing.
  func gradient(
    _ data: some TokenBatches
  ) throws -> (loss: Double, generator: [Tensor], encoder: [Tensor]) {
    let shape = generator.configuration
    let drawn = (0..<recipe.batch).map {
      rows.index(below: data.count, sample: UInt64($0), step: UInt32(state.step))
    }
    try tokens.withUnsafeMutableBufferPointer { try data.copyRows(drawn, into: $0) }
    try TokenCheck.check(tokens, length: shape.length, vocabulary: shape.vocabulary)
    TrainingDraws.fill(&noise, noises, step: state.step)
    generator.transformWeights(threads: threads)
    state.encoder.transformWeights(threads: threads)
    let loss = losses().reduce(0, +) / Double(recipe.batch * shape.length)
    let squares = generatorGradients.sum(threads: threads) + encoderGradients.sum(threads: threads)
    guard loss.isFinite, squares.allSatisfy(\.isFinite) else {
      throw Failure(
        .internalFault,
        "warm start, step \(state.step + 1): loss \(loss) or a gradient is not finite; train without it"
      )
    }
    return (loss, generatorGradients.total, encoderGradients.total)
  }

  /// The summed cross-entropy of each shard, whose gradients are left behind.
  private func losses() -> [Double] {
    let (generator, encoder, shell) = (generator.network, state.encoder.network, shell)
    let (generatorGradients, encoderGradients) = (generatorGradients, encoderGradients)
    let (arenas, ranges, tokens, noise) = (arenas, ranges, tokens, noise)
    let shape = self.generator.configuration
    let symbols = recipe.batch * shape.length
    return Cores.map(shards: ranges.count, threads: threads) { shard in
      let range = ranges[shard]
      let own = Array(tokens[range.lowerBound * shape.length..<range.upperBound * shape.length])
      return Operations.withFlushedDenormals {
        arenas.withElement(key: range.count) { arena in
          let workspace = arena.workspace
          own.withUnsafeBufferPointer {
            SampleRepresentation.raw.show(
              $0, length: shape.length, vocabulary: shape.vocabulary, in: &arena.real)
          }
          encoder.apply(arena.real, trace: arena.encoder, workspace: workspace)
          let codes = arena.encoder.output
          arena.latents.copy(rows: range, of: noise)
          shell.place(codes, in: &arena.latents)
          generator.apply(arena.latents, trace: arena.generator, workspace: workspace)
          let loss = arena.setCotangent(tokens: own, share: 1 / Float(symbols))
          generator.pullback(
            arena.cotangent, input: arena.latents, trace: arena.generator, reachingInput: true,
            workspace: workspace)
          generatorGradients.accumulate(shard: shard) { gradient in
            generator.addGradient(
              input: arena.latents, cotangent: arena.cotangent, trace: arena.generator,
              into: &gradient, workspace: workspace)
          }
          arena.codeCotangent.prepare(codes.shape)
          shell.pullBack(
            arena.generator.inputCotangent, codes: codes, into: &arena.codeCotangent)
          encoder.pullback(
            arena.codeCotangent, input: arena.real, trace: arena.encoder, reachingInput: false,
            workspace: workspace)
          encoderGradients.accumulate(shard: shard) { gradient in
            encoder.addGradient(
              input: arena.real, cotangent: arena.codeCotangent, trace: arena.encoder,
              into: &gradient, workspace: workspace)
          }
          return loss
        }
      }
    }
  }
}

/// All memory of one thread during a step.
private final class WarmStartArena {
  let workspace = Workspace()
  let encoder = TextEncoder.Network.Trace()
  let generator = TextGenerator.Network.Trace()
  var real = Sequences.empty
  var latents = Tensor.empty
  var cotangent = Sequences.empty
  var codeCotangent = Tensor.empty

  /// Sets the cotangent of the probabilities of −Σ ln p(token), times `share`.
  ///
  /// - Returns: −Σ ln p(token).
  func setCotangent(tokens: [UInt16], share: Float) -> Double {
    let output = generator.output
    cotangent.prepare(like: output)
    var loss = 0.0
    for sample in 0..<output.samples {
      for position in 0..<output.length {
        let token = Int(tokens[sample * output.length + position])
        for channel in 0..<output.channels { cotangent[sample, position, channel] = 0 }
        // Below 1e-20 the slope is cut, so that loss and gradient stay finite.
        let probability = max(output[sample, position, token], 1e-20)
        loss -= log(Double(probability))
        cotangent[sample, position, token] = -share / probability
      }
    }
    return loss
  }
}
