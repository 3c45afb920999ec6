import Determinism
import Files
import NeuralNetworks
import Tensors

/// Trains a copy of a critic on to tell real from generated samples; the generator stays as it is.
///
/// A Wasserstein critic's score has no scale and is learnt against generators that are gone. Under the
/// ``LogisticObjective`` it becomes the log density ratio of real text and this generator's, in the one
/// representation that both are shown in; under its own objective, ``WassersteinGradientPenalty``, it catches up
/// with this generator and stays as smooth as the penalty makes it. The caller decides when to stop: a critic that
/// is trained on for long learns the training text by heart.
///
/// As in training, the batch is cut into shards whose gradients are summed in order, so that the result is
/// the same bits for any number of threads; the draws of a step depend on the seed and the step alone.
public final class CriticContinuation {
  /// What the critic is trained on by.
  public enum Objective: String, Codable, Sendable {
    /// ``LogisticObjective``, with a zero-centred penalty where its weight is above 0.
    case logistic
    /// ``WassersteinGradientPenalty``, as in training.
    case wasserstein
  }

  /// How the critic is trained on.
  public struct Settings: Codable, Sendable, Equatable {
    /// What the critic is shown.
    public var representation: SampleRepresentation
    /// What it is trained on by.
    public var objective = Objective.logistic
    /// Pairs of a real and a generated sample in a batch; 64, as in training.
    public var batch = 64
    /// Parts that a batch is cut into, part of the result's definition; 8, as in training.
    public var shards = 8
    /// Adam's rate; 1e-4, chosen here: the published rate of the critic.
    public var rate = 1e-4
    /// Adam's decay of the first moment; 0.9, as in arXiv 1412.6980: the opponent stands still here.
    public var beta1 = 0.9
    /// Adam's decay of the second moment; 0.999, as there.
    public var beta2 = 0.999
    /// λ of a gradient penalty on interpolates of real and generated samples; 0, none.
    ///
    /// It keeps the score smooth enough to climb; a score that only has to tell needs none. The Wasserstein objective
    /// cannot do without.
    public var penalty = 0.0
    /// Which norms the penalty is on; zero-centred, as in the presets.
    public var penaltyForm = PenaltyForm.zeroCentred
    /// Seed of all draws.
    public var seed: UInt64

    /// Reads settings; those written before there was a penalty or a choice of objectives have none.
    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      representation = try container.decode(SampleRepresentation.self, forKey: .representation)
      batch = try container.decode(Int.self, forKey: .batch)
      shards = try container.decode(Int.self, forKey: .shards)
      rate = try container.decode(Double.self, forKey: .rate)
      beta1 = try container.decode(Double.self, forKey: .beta1)
      beta2 = try container.decode(Double.self, forKey: .beta2)
      penalty = try container.decodeIfPresent(Double.self, forKey: .penalty) ?? 0
      objective =
        try container.decodeIfPresent(Objective.self, forKey: .objective) ?? .logistic
      penaltyForm =
        try container.decodeIfPresent(PenaltyForm.self, forKey: .penaltyForm) ?? .zeroCentred
      seed = try container.decode(UInt64.self, forKey: .seed)
    }

    /// Settings with the defaults.
    public init(_ representation: SampleRepresentation, seed: UInt64) {
      self.representation = representation
      self.seed = seed
    }
  }

  /// How it is trained on.
  public let settings: Settings
  /// The critic as it stands.
  public private(set) var critic: TextCritic
  /// Steps done.
  public private(set) var step = 0

  private let opponent: Opponent
  private let threads: Int
  private var optimiser: Adam
  private let ranges: [Range<Int>]
  private let gradients: GradientShards<TextCritic.Network>
  private let arenas = Pool { ContinuationArena() }
  private let rows: RandomStream
  private let latentStream: RandomStream
  private let interpolation: RandomStream
  private var tokens: [UInt16]
  private var generated: [UInt16]
  private var latents: Tensor

  /// What real text is told from.
  public enum Opponent: Sendable {
    /// Samples of a generator at new latents of the prior.
    case generator(TextGenerator)
    /// Samples of a generator at latents `[P, Z]`, P ≥ 1, drawn with replacement.
    case particles(TextGenerator, Tensor)
    /// Token strings, drawn with replacement.
    case strings(TokenMatrix)
  }

  /// A continuation before its first step.
  ///
  /// - Parameters:
  ///   - critic: where it starts.
  ///   - opponent: samples of the critic's length and vocabulary, at least one.
  ///   - threads: at least 1; without influence on the result.
  /// - Throws: `Failure(.usage)` for a rate that is not positive, a penalty below 0, or none for the Wasserstein
  ///   objective, or a batch or shards below 1.
  public init(
    of critic: TextCritic, against opponent: Opponent, settings: Settings, threads: Int = 1
  ) throws {
    var width = 0
    switch opponent {
    case .generator(let generator):
      width = generator.configuration.latentWidth
      self.opponent = .generator(generator.prepared(threads: threads))
    case .particles(let generator, let latents):
      width = generator.configuration.latentWidth
      precondition(
        latents.shape.count == 2 && latents.shape[0] >= 1 && latents.shape[1] == width,
        "CriticContinuation: particles \(latents.shape) for latents of width \(width)")
      self.opponent = .particles(generator.prepared(threads: threads), latents)
    case .strings(let strings):
      precondition(
        strings.count >= 1 && strings.length == critic.configuration.length,
        "CriticContinuation: \(strings.count) strings of \(strings.length) tokens")
      self.opponent = opponent
    }
    guard settings.rate > 0, settings.rate.isFinite else {
      throw Failure(.usage, "the critic's rate is \(settings.rate), it must be positive")
    }
    guard settings.penalty >= 0, settings.penalty.isFinite else {
      throw Failure(
        .usage, "the penalty is \(settings.penalty): give a finite number of at least 0")
    }
    guard settings.objective == .logistic || settings.penalty > 0 else {
      throw Failure(
        .usage, "a Wasserstein critic without a penalty has no bound: give a penalty above 0")
    }
    guard settings.batch >= 1, (1...settings.batch).contains(settings.shards) else {
      throw Failure(
        .usage,
        "a batch of \(settings.batch) in \(settings.shards) shards: give at least 1 of both, and no "
          + "more shards than samples")
    }
    self.settings = settings
    self.critic = critic
    self.critic.transformWeights(threads: threads)
    self.threads = threads
    optimiser = Adam(
      of: critic.network, rate: settings.rate, beta1: settings.beta1, beta2: settings.beta2)
    ranges = shardRanges(count: settings.batch, shards: settings.shards)
    gradients = GradientShards(of: critic.network, shards: settings.shards)
    rows = RandomStream(seed: settings.seed, name: "continuation.rows")
    latentStream = RandomStream(seed: settings.seed, name: "continuation.latents")
    interpolation = RandomStream(seed: settings.seed, name: "continuation.interpolation")
    tokens = [UInt16](repeating: 0, count: settings.batch * critic.configuration.length)
    generated = tokens
    latents = Tensor(shape: [settings.batch, width])
  }

  /// One step: real strings, drawn with replacement, against as many new generated samples.
  ///
  /// - Parameter data: real token strings of the critic's length and vocabulary, at least one.
  /// - Returns: the mean loss of the batch before the update, without the penalty: nats under the logistic objective,
  ///   2 ln 2 for a critic that knows nothing; else mean D(fake) − mean D(real).
  /// - Throws: `Failure(.badData)` for a token that is not below V, `Failure(.internalFault)` when a loss
  ///   or gradient is not finite (the critic is unchanged then), and what `data` throws.
  public func advance(_ data: some TokenBatches) throws -> Double {
    let shape = critic.configuration
    precondition(
      data.length == shape.length && data.vocabulary == shape.vocabulary && data.count > 0,
      "CriticContinuation: \(data.count) strings of \(data.length) tokens below \(data.vocabulary) for "
        + "a critic of \(shape.length) below \(shape.vocabulary)")
    let drawn = (0..<settings.batch).map {
      rows.index(below: data.count, sample: UInt64($0), step: UInt32(step))
    }
    try tokens.withUnsafeMutableBufferPointer { try data.copyRows(drawn, into: $0) }
    try TokenCheck.check(tokens, length: shape.length, vocabulary: shape.vocabulary)
    drawGenerated()
    let loss = losses().reduce(0, +) / Double(settings.batch)
    let squares = gradients.sum(threads: threads)
    guard loss.isFinite, squares.allSatisfy(\.isFinite) else {
      throw Failure(
        .internalFault,
        "continued critic, step \(step + 1): loss \(loss) or a gradient is not finite; give a lower "
          + "rate")
    }
    optimiser.update(&critic.network, gradient: gradients.total, threads: threads)
    critic.transformWeights(threads: threads)
    step += 1
    return loss
  }

  /// Draws this step's generated samples: their latents, or their tokens.
  private func drawGenerated() {
    func drawn(below count: Int) -> [Int] {
      (0..<settings.batch).map {
        latentStream.index(below: count, sample: UInt64($0), step: UInt32(step))
      }
    }
    switch opponent {
    case .generator: TrainingDraws.fill(&latents, latentStream, step: step)
    case .particles(_, let particles):
      let width = particles.shape[1]
      for (row, source) in drawn(below: particles.shape[0]).enumerated() {
        for index in 0..<width { latents[row * width + index] = particles[source * width + index] }
      }
    case .strings(let strings):
      generated.withUnsafeMutableBufferPointer {
        strings.copyRows(drawn(below: strings.count), into: $0)
      }
    }
  }

  /// The loss of each shard, whose gradients are left in `gradients`.
  private func losses() -> [Double] {
    let (critic, arenas) = (critic.network, arenas)
    let (gradients, ranges, settings) = (gradients, ranges, settings)
    let (tokens, generated, latents) = (tokens, generated, latents)
    let (opponent, shape) = (opponent, self.critic.configuration)
    let penalty = WassersteinGradientPenalty(weight: settings.penalty, form: settings.penaltyForm)
    let mixing =
      settings.penalty > 0
      ? (0..<settings.batch).map { interpolation.uniform(sample: UInt64($0), step: UInt32(step)) }
      : []
    return Cores.map(shards: ranges.count, threads: threads) { shard in
      let range = ranges[shard]
      return Operations.withFlushedDenormals {
        arenas.withElement(key: range.count) { arena in
          func show(_ tokens: [UInt16], in samples: inout Sequences) {
            tokens[range.lowerBound * shape.length..<range.upperBound * shape.length]
              .withUnsafeBufferPointer {
                settings.representation.show(
                  $0, length: shape.length, vocabulary: shape.vocabulary, in: &samples)
              }
          }
          show(tokens, in: &arena.real)
          switch opponent {
          case .generator(let generator), .particles(let generator, _):
            arena.latents.copy(rows: range, of: latents)
            generator.network.apply(
              arena.latents, trace: arena.generator, workspace: arena.workspace)
            settings.representation.show(arena.generator.output, in: &arena.fake)
          case .strings: show(generated, in: &arena.fake)
          }
          return gradients.accumulate(shard: shard) { gradient in
            switch settings.objective {
            case .wasserstein:
              let terms = penalty.addCriticGradient(
                of: critic, real: arena.real, fake: arena.fake, interpolation: Array(mixing[range]),
                batch: settings.batch, into: &gradient, scratch: arena.penalised,
                workspace: arena.workspace)
              return terms.fakeScores - terms.realScores
            case .logistic where settings.penalty > 0:
              return LogisticObjective().addCriticGradient(
                of: critic, real: arena.real, fake: arena.fake, interpolation: Array(mixing[range]),
                penalty: penalty, batch: settings.batch, into: &gradient,
                scratch: arena.penalised, workspace: arena.workspace)
            case .logistic:
              return LogisticObjective().addCriticGradient(
                of: critic, real: arena.real, fake: arena.fake, batch: settings.batch,
                into: &gradient, scratch: arena.scratch, workspace: arena.workspace)
            }
          }
        }
      }
    }
  }
}

/// All memory of one thread during a step.
private final class ContinuationArena {
  let workspace = Workspace()
  let generator = TextGenerator.Network.Trace()
  let scratch = LogisticObjective.Scratch<TextCritic.Network>()
  let penalised = WassersteinGradientPenalty.Scratch<TextCritic.Network>()
  var latents = Tensor.empty
  var real = Sequences.empty
  var fake = Sequences.empty
}
