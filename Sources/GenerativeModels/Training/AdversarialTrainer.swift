import Determinism
import Files
import NeuralNetworks
import Tensors

/// Single steps of adversarial training, from given batches, latents and interpolation weights.
///
/// The batch is cut into the recipe's shards; each goes through the whole step on one thread with
/// single-threaded operations, and gradients are summed in shard order, so the result is the same bits
/// for any number of threads. After the first step a step allocates next to nothing.
///
/// A step that meets a value that is not finite throws before it changes anything.
public final class AdversarialTrainer {
  /// The networks and their optimisers.
  public internal(set) var state: AdversarialState
  /// Threads that carry the shards.
  public let threads: Int

  private let objective: WassersteinGradientPenalty
  private let ranges: [Range<Int>]
  private let arenas = Pool { TrainingArena() }
  private let criticGradients: GradientShards<TextCritic.Network>
  private let generatorGradients: GradientShards<TextGenerator.Network>
  private let criticNames: [String]
  private let generatorNames: [String]

  /// A trainer.
  ///
  /// - Parameters:
  ///   - state: where to start.
  ///   - threads: threads that carry the shards, at least 1; without influence on the result.
  public init(_ state: AdversarialState, threads: Int = 1) {
    precondition(threads >= 1, "AdversarialTrainer: \(threads) threads")
    self.state = state
    self.state.generator.transformWeights(threads: threads)
    self.state.critic.transformWeights(threads: threads)
    self.threads = threads
    let recipe = state.configuration
    switch recipe.objective {
    case .wassersteinGradientPenalty:
      objective = WassersteinGradientPenalty(weight: recipe.penalty, form: recipe.penaltyForm)
    }
    ranges = shardRanges(count: recipe.batch, shards: recipe.shards)
    criticGradients = GradientShards(of: state.critic.network, shards: recipe.shards)
    generatorGradients = GradientShards(of: state.generator.network, shards: recipe.shards)
    criticNames = state.critic.network.parameters.names
    generatorNames = state.generator.network.parameters.names
  }

  /// One critic step: generator forward, scores of real, generated and interpolated samples, the
  /// exact gradient of the penalty, Adam.
  ///
  /// - Parameters:
  ///   - tokens: real tokens `[B · L]`, each below V.
  ///   - latents: `[B, Z]`.
  ///   - interpolation: α for each sample, in [0, 1].
  /// - Returns: the loss and its parts before the update.
  /// - Throws: `Failure(.badData)` when a token is not below V, `Failure(.internalFault)` when a loss
  ///   or gradient is not finite; the state is unchanged then.
  public func criticStep(
    tokens: [UInt16], latents: Tensor, interpolation: [Float]
  ) throws -> CriticStepReport {
    let (gradient, report) = try criticGradient(
      tokens: tokens, latents: latents, interpolation: interpolation)
    state.updateCritic(gradient, threads: threads)
    return report
  }

  /// The gradient that ``criticStep(tokens:latents:interpolation:)`` would follow, in the order of the
  /// critic's parameters; changes nothing.
  ///
  /// - Parameters: as ``criticStep(tokens:latents:interpolation:)``.
  public func criticGradient(
    tokens: [UInt16], latents: Tensor, interpolation: [Float]
  ) throws -> (gradient: [Tensor], report: CriticStepReport) {
    let recipe = state.configuration
    let (generator, critic) = (state.generator, state.critic)
    let length = critic.configuration.length
    precondition(
      tokens.count == recipe.batch * length && interpolation.count == recipe.batch
        && latents.shape == [recipe.batch, generator.configuration.latentWidth],
      "AdversarialTrainer.criticStep: \(tokens.count) tokens, latents \(latents.shape), "
        + "\(interpolation.count) interpolation weights for a batch of \(recipe.batch)")
    try TokenCheck.check(tokens, length: length, vocabulary: critic.configuration.vocabulary)
    let (objective, ranges, arenas) = (objective, ranges, arenas)
    let (batch, representation) = (recipe.batch, recipe.representation)
    let gradients = criticGradients
    let shards = Cores.map(shards: ranges.count, threads: threads) { shard in
      let range = ranges[shard]
      return Operations.withFlushedDenormals {
        arenas.withElement(key: range.count) { arena in
          arena.latents.copy(rows: range, of: latents)
          generator.network.apply(
            arena.latents, trace: arena.scratch.generatorTrace, workspace: arena.workspace)
          arena.scratch.show(representation)
          tokens[range.lowerBound * length..<range.upperBound * length].withUnsafeBufferPointer {
            representation.show(
              $0, length: length, vocabulary: critic.configuration.vocabulary, in: &arena.real)
          }
          return gradients.accumulate(shard: shard) { gradient in
            objective.addCriticGradient(
              of: critic.network, real: arena.real, fake: arena.scratch.samples(representation),
              interpolation: Array(interpolation[range]), batch: batch, into: &gradient,
              scratch: arena.criticScratch, workspace: arena.workspace)
          }
        }
      }
    }
    var terms = CriticTerms()
    for shard in shards { terms += shard }
    let squares = gradients.sum(threads: threads)
    let report = CriticStepReport(
      terms, penaltyWeight: recipe.penalty, gradientNorm: squares.reduce(0, +).squareRoot())
    try check(squares, names: criticNames, loss: report.loss, network: "critic")
    return (gradients.total, report)
  }

  /// One generator step: generator and critic forward, gradient of −mean D(G(z)), Adam, average.
  ///
  /// - Parameter latents: `[B, Z]`.
  /// - Returns: the loss before the update.
  /// - Throws: `Failure(.internalFault)` when a loss or gradient is not finite; the state is unchanged
  ///   then.
  public func generatorStep(latents: Tensor) throws -> GeneratorStepReport {
    let (gradient, report) = try generatorGradient(latents: latents)
    state.updateGenerator(gradient, threads: threads)
    return report
  }

  /// The gradient that ``generatorStep(latents:)`` would follow, in the order of the generator's
  /// parameters; changes nothing.
  ///
  /// - Parameter latents: `[B, Z]`.
  public func generatorGradient(
    latents: Tensor
  ) throws -> (gradient: [Tensor], report: GeneratorStepReport) {
    let batch = state.configuration.batch
    let representation = state.configuration.representation
    let (generator, critic) = (state.generator.network, state.critic.network)
    precondition(
      latents.shape == [batch, state.generator.configuration.latentWidth],
      "AdversarialTrainer.generatorStep: latents \(latents.shape) for a batch of \(batch)")
    let (objective, ranges, arenas) = (objective, ranges, arenas)
    let gradients = generatorGradients
    let sums = Cores.map(shards: ranges.count, threads: threads) { shard in
      Operations.withFlushedDenormals {
        arenas.withElement(key: ranges[shard].count) { arena in
          arena.latents.copy(rows: ranges[shard], of: latents)
          return gradients.accumulate(shard: shard) { gradient in
            objective.addGeneratorGradient(
              of: generator, critic: critic, latents: arena.latents, shown: representation,
              batch: batch, into: &gradient, scratch: arena.scratch, workspace: arena.workspace)
          }
        }
      }
    }
    let squares = gradients.sum(threads: threads)
    let report = GeneratorStepReport(
      loss: -sums.reduce(0, +) / Double(batch), gradientNorm: squares.reduce(0, +).squareRoot())
    try check(squares, names: generatorNames, loss: report.loss, network: "generator")
    return (gradients.total, report)
  }

  private func check(
    _ squares: [Double], names: [String], loss: Double, network: String
  ) throws {
    let place = "iteration \(state.iteration + 1), \(network) step"
    let remedy = "begin another run with lower rates"
    guard loss.isFinite else {
      throw Failure(.internalFault, "\(place): the loss is \(loss), not finite; \(remedy)")
    }
    if let index = squares.firstIndex(where: { !$0.isFinite }) {
      throw Failure(
        .internalFault, "\(place): the gradient of \(names[index]) is not finite; \(remedy)")
    }
  }
}

/// All memory of one thread during a step.
private final class TrainingArena {
  let workspace = Workspace()
  let criticScratch = WassersteinGradientPenalty.Scratch<TextCritic.Network>()
  let scratch = WassersteinGradientPenalty.GeneratorScratch<
    TextGenerator.Network, TextCritic.Network
  >()
  var latents = Tensor.empty
  var real = Sequences.empty
}
