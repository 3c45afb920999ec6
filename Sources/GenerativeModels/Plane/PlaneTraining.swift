import Determinism
import Files
import NeuralNetworks
import Tensors

/// Training of a WGAN-GP of the plane.
///
/// Each batch is cut into the recipe's shards, whose gradients are summed in order: the same bits on any number
/// of threads. Real points are drawn afresh at every step, as published.
public struct PlaneTraining {
  /// What is learnt.
  public let problem: PlaneProblem
  /// How.
  public let recipe: PlaneRecipe
  /// The networks as they are.
  public private(set) var networks: PlaneNetworks
  /// Generator steps done.
  public private(set) var iteration = 0

  private let threads: Int
  private let objective: WassersteinGradientPenalty
  private let ranges: [Range<Int>]
  private let arenas = Pool { Arena() }
  private let criticGradients: GradientShards<PlaneNetworks.Critic>
  private let generatorGradients: GradientShards<PlaneNetworks.Generator>
  private var criticOptimiser: Adam
  private var generatorOptimiser: Adam
  private let draws: TrainingDraws
  private let real: RandomStream

  /// All memory of one thread during a step.
  private final class Arena {
    let workspace = Workspace()
    let critic = WassersteinGradientPenalty.Scratch<PlaneNetworks.Critic>()
    let generator = WassersteinGradientPenalty.GeneratorScratch<
      PlaneNetworks.Generator, PlaneNetworks.Critic
    >()
    let trace = PlaneNetworks.Generator.Trace()
    var latents = Tensor.empty
  }

  /// A training before its first step.
  ///
  /// - Throws: `Failure` of kind `usage` when the recipe is out of range.
  public init(_ problem: PlaneProblem, recipe: PlaneRecipe, threads: Int) throws {
    try recipe.validate()
    precondition(threads >= 1, "PlaneTraining: \(threads) threads")
    self.problem = problem
    self.recipe = recipe
    self.threads = threads
    networks = PlaneNetworks(recipe)
    objective = WassersteinGradientPenalty(weight: recipe.penalty)
    ranges = shardRanges(count: recipe.batch, shards: min(recipe.shards, recipe.batch))
    criticGradients = GradientShards(of: networks.critic, shards: ranges.count)
    generatorGradients = GradientShards(of: networks.generator, shards: ranges.count)
    criticOptimiser = Adam(of: networks.critic, rate: recipe.rate)
    generatorOptimiser = Adam(of: networks.generator, rate: recipe.rate)
    draws = TrainingDraws(seed: recipe.seed)
    real = RandomStream(seed: recipe.seed, name: "plane.real")
  }

  /// One iteration: the recipe's critic steps, then a generator step.
  ///
  /// - Returns: the critic's loss before its last step of the iteration.
  /// - Throws: `Failure` of kind `internalFault` when a loss is not finite.
  @discardableResult public mutating func step() throws -> Double {
    var latents = Tensor(shape: [recipe.batch, recipe.latentWidth])
    var loss = 0.0
    for inner in 0..<recipe.criticIterations {
      let step = iteration * recipe.criticIterations + inner
      draws.criticLatents(step: step, into: &latents)
      loss = try criticStep(latents: latents, step: step)
    }
    draws.generatorLatents(step: iteration, into: &latents)
    generatorStep(latents: latents)
    iteration += 1
    return loss
  }

  private mutating func criticStep(latents: Tensor, step: Int) throws -> Double {
    let points = problem.points(count: recipe.batch, from: real, step: UInt32(step))
    let interpolation = draws.interpolation(step: step, batch: recipe.batch)
    let (networks, objective, ranges, arenas) = (networks, objective, ranges, arenas)
    let (batch, gradients) = (recipe.batch, criticGradients)
    let shards = Cores.map(shards: ranges.count, threads: threads) { shard in
      let range = ranges[shard]
      return Operations.withFlushedDenormals {
        arenas.withElement(key: range.count) { arena in
          arena.latents = latents.rows(range)
          networks.generator.apply(
            arena.latents, trace: arena.trace, workspace: arena.workspace)
          let real = Sequences(
            points.rows(range).reshaped([range.count, 1, 2]), padding: arena.trace.output.padding)
          return gradients.accumulate(shard: shard) { gradient in
            objective.addCriticGradient(
              of: networks.critic, real: real, fake: arena.trace.output,
              interpolation: Array(interpolation[range]), batch: batch, into: &gradient,
              scratch: arena.critic, workspace: arena.workspace)
          }
        }
      }
    }
    var terms = CriticTerms()
    for shard in shards { terms += shard }
    _ = gradients.sum(threads: threads)
    let loss =
      (terms.fakeScores - terms.realScores + recipe.penalty * terms.penalties) / Double(batch)
    guard loss.isFinite else {
      throw Failure(
        .internalFault,
        "iteration \(iteration + 1): the critic's loss is \(loss), not finite; begin again with a lower rate"
      )
    }
    criticOptimiser.update(&self.networks.critic, gradient: gradients.total, threads: threads)
    return loss
  }

  private mutating func generatorStep(latents: Tensor) {
    let (networks, objective, ranges, arenas) = (networks, objective, ranges, arenas)
    let (batch, gradients) = (recipe.batch, generatorGradients)
    Cores.run(shards: ranges.count, threads: threads) { shard in
      Operations.withFlushedDenormals {
        arenas.withElement(key: ranges[shard].count) { arena in
          arena.latents = latents.rows(ranges[shard])
          gradients.accumulate(shard: shard) { gradient in
            _ = objective.addGeneratorGradient(
              of: networks.generator, critic: networks.critic, latents: arena.latents,
              batch: batch, into: &gradient, scratch: arena.generator, workspace: arena.workspace)
          }
        }
      }
    }
    _ = gradients.sum(threads: threads)
    generatorOptimiser.update(
      &self.networks.generator, gradient: gradients.total, threads: threads)
  }
}
