import Determinism
import Files
import NeuralNetworks
import Tensors

/// Trains the critic of the plane on to tell real from generated points; the generator stays as it is.
///
/// As ``CriticContinuation`` for text, by the same objectives, against points of fresh latents or of particles that a
/// refinement has moved.
public struct PlaneContinuation {
  /// How the critic is trained on.
  public struct Settings: Codable, Equatable, Sendable {
    /// What the critic is trained on by.
    public var objective: CriticContinuation.Objective
    /// λ of the Wasserstein objective: 0.1, as in training.
    public var penalty = PlaneRecipe().penalty
    /// Steps: 4,000, chosen here.
    public var steps = 4_000
    /// Real points of a batch, and as many generated ones; 256, as in training.
    public var batch = 256
    /// Adam's rate at the first step, from where it falls to nothing along a line, chosen here: 1e-3 under the
    /// logistic objective, 1e-4 under the Wasserstein one, which at 1e-3 tells less.
    public var rate: Double
    /// Shards of a batch; part of the result's definition.
    public var shards = 8
    /// Seed of all draws.
    public var seed: UInt64

    /// Settings with the defaults of an objective.
    public init(_ objective: CriticContinuation.Objective = .logistic, seed: UInt64) {
      self.objective = objective
      self.seed = seed
      rate = objective == .logistic ? 1e-3 : 1e-4
    }
  }

  /// The networks with the critic as it stands.
  public private(set) var networks: PlaneNetworks
  /// Steps done.
  public private(set) var step = 0

  private let problem: PlaneProblem
  private let settings: Settings
  private let particles: Tensor?
  private let threads: Int
  private let ranges: [Range<Int>]
  private let gradients: GradientShards<PlaneNetworks.Critic>
  private var optimiser: Adam
  private let arenas = Pool { Arena() }
  private let real: RandomStream
  private let latentStream: RandomStream
  private let interpolation: RandomStream

  /// All memory of one thread during a step.
  private final class Arena {
    let workspace = Workspace()
    let scratch = LogisticObjective.Scratch<PlaneNetworks.Critic>()
    let penalised = WassersteinGradientPenalty.Scratch<PlaneNetworks.Critic>()
    let trace = PlaneNetworks.Generator.Trace()
  }

  /// A continuation before its first step.
  ///
  /// - Parameter particles: latents `[P, Z]`, P ≥ 1, of the points to tell real ones from, drawn with replacement;
  ///   nil draws new ones from the prior.
  public init(
    of networks: PlaneNetworks, problem: PlaneProblem, particles: Tensor? = nil,
    settings: Settings, threads: Int
  ) {
    precondition(
      settings.steps >= 1 && settings.batch >= 1 && settings.rate > 0 && threads >= 1,
      "PlaneContinuation: \(settings), \(threads) threads")
    self.networks = networks
    self.problem = problem
    self.particles = particles
    self.settings = settings
    self.threads = threads
    ranges = shardRanges(count: settings.batch, shards: min(settings.shards, settings.batch))
    gradients = GradientShards(of: networks.critic, shards: ranges.count)
    optimiser = Adam(of: networks.critic, rate: settings.rate, beta1: 0.9, beta2: 0.999)
    real = RandomStream(seed: settings.seed, name: "plane.continuation.real")
    latentStream = RandomStream(seed: settings.seed, name: "plane.continuation.latents")
    interpolation = RandomStream(seed: settings.seed, name: "plane.continuation.interpolation")
  }

  /// All steps that are left.
  ///
  /// - Throws: `Failure` of kind `internalFault` when a loss is not finite.
  public mutating func run() throws {
    while step < settings.steps { _ = try advance() }
  }

  /// One step.
  ///
  /// - Returns: the mean loss of the batch before the update: nats under the logistic objective, else mean D(fake) −
  ///   mean D(real).
  /// - Throws: `Failure` of kind `internalFault` when it is not finite.
  public mutating func advance() throws -> Double {
    let points = problem.points(count: settings.batch, from: real, step: UInt32(step))
    let latents = latents()
    let (networks, ranges, arenas) = (networks, ranges, arenas)
    let (batch, gradients, objective) = (settings.batch, gradients, settings.objective)
    let penalty = WassersteinGradientPenalty(weight: settings.penalty)
    let mixing = (0..<batch).map {
      interpolation.uniform(sample: UInt64($0), step: UInt32(step))
    }
    let losses = Cores.map(shards: ranges.count, threads: threads) { shard in
      let range = ranges[shard]
      return Operations.withFlushedDenormals {
        arenas.withElement(key: range.count) { arena in
          networks.generator.apply(
            latents.rows(range), trace: arena.trace, workspace: arena.workspace)
          let real = Sequences(
            points.rows(range).reshaped([range.count, 1, 2]), padding: arena.trace.output.padding)
          return gradients.accumulate(shard: shard) { gradient in
            switch objective {
            case .logistic:
              return LogisticObjective().addCriticGradient(
                of: networks.critic, real: real, fake: arena.trace.output, batch: batch,
                into: &gradient, scratch: arena.scratch, workspace: arena.workspace)
            case .wasserstein:
              let terms = penalty.addCriticGradient(
                of: networks.critic, real: real, fake: arena.trace.output,
                interpolation: Array(mixing[range]), batch: batch, into: &gradient,
                scratch: arena.penalised, workspace: arena.workspace)
              return terms.fakeScores - terms.realScores
            }
          }
        }
      }
    }
    let loss = losses.reduce(0, +) / Double(batch)
    _ = gradients.sum(threads: threads)
    guard loss.isFinite else {
      throw Failure(
        .internalFault, "continued critic, step \(step + 1): the loss is \(loss), not finite")
    }
    optimiser.rate = settings.rate * (1 - Double(step) / Double(settings.steps))
    optimiser.update(&self.networks.critic, gradient: gradients.total, threads: threads)
    step += 1
    return loss
  }

  private func latents() -> Tensor {
    let width = networks.generator.first.latentWidth
    var latents = Tensor(shape: [settings.batch, width])
    guard let particles else {
      TrainingDraws.fill(&latents, latentStream, step: step)
      return latents
    }
    for row in 0..<settings.batch {
      let drawn = latentStream.index(
        below: particles.shape[0], sample: UInt64(row), step: UInt32(step))
      for index in 0..<width { latents[row * width + index] = particles[drawn * width + index] }
    }
    return latents
  }
}
