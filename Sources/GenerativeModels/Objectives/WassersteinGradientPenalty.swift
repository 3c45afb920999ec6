import NeuralNetworks
import Tensors

/// The objective of WGAN-GP.
///
/// The critic minimises mean D(fake) − mean D(real) + λ · mean e(‖∇D(x̂)‖)², where
/// x̂ = real + α (fake − real) with its own α for each sample, the norm runs over all positions and
/// symbols of a sample, and e is the form's, ‖∇D(x̂)‖ − 1 as published; the generator minimises
/// −mean D(G(z)). Gulrajani et al., arXiv 1704.00028, algorithm 1.
///
/// The penalty's parameter gradient is exact: with g = ∇D(x̂) and v = ∂penalty/∂g =
/// (2λ/B) e(‖g‖) g / ‖g‖ held fixed, it is the parameter gradient of ⟨v, g⟩, the derivative of D
/// along v, which a ``NeuralNetworks/PiecewiseLinear`` critic gives by one `pushforward`. At ‖g‖ = 0,
/// where the norm has no derivative, v is 0.
public struct WassersteinGradientPenalty: Sendable, Equatable {
  /// The penalty's weight λ; 10 in arXiv 1704.00028.
  public let weight: Double
  /// Which norms cost; two-sided in arXiv 1704.00028.
  public let form: PenaltyForm

  /// An objective with penalty weight λ ≥ 0.
  public init(weight: Double = 10, form: PenaltyForm = .twoSided) {
    precondition(weight >= 0, "WassersteinGradientPenalty: weight \(weight) is negative")
    self.weight = weight
    self.form = form
  }

  /// Reusable memory for one shard's pass through the critic.
  public final class Scratch<Critic: PiecewiseLinear>
  where Critic.Trace.Input == Sequences, Critic.Trace.Output == Tensor {
    let pair = CriticPair<Critic>()
    let mixedTrace = Critic.Trace()
    var mixed = Sequences.empty
    var direction = Sequences.empty
    var ones = Tensor.empty

    /// Empty memory.
    public init() {}
  }

  /// Adds one shard's share of the critic loss's gradient.
  ///
  /// - Parameters:
  ///   - critic: the critic D.
  ///   - real: real samples `[n, L, V]`.
  ///   - fake: as many generated samples.
  ///   - interpolation: α for each sample, in [0, 1].
  ///   - batch: B, the samples of the whole batch that means are over; n in a batch of one shard.
  ///   - gradient: what to add to.
  ///   - scratch: memory of the calling thread.
  ///   - workspace: memory of the calling thread.
  /// - Returns: sums over the shard's samples.
  public func addCriticGradient<Critic: PiecewiseLinear>(
    of critic: Critic, real: Sequences, fake: Sequences, interpolation: [Float], batch: Int,
    into gradient: inout Critic, scratch: Scratch<Critic>, workspace: Workspace
  ) -> CriticTerms where Critic.Trace.Input == Sequences, Critic.Trace.Output == Tensor {
    var terms = scorePair(
      of: critic, real: real, fake: fake, batch: batch, scratch: scratch, workspace: workspace)
    scratch.mixed.prepare(like: real)
    Operations.interpolate(real, fake, weights: interpolation, into: &scratch.mixed)
    penalise(critic, batch: batch, terms: &terms, scratch: scratch, workspace: workspace)
    critic.addGradients(
      at: PenalisedPoint(
        input: scratch.pair.samples, cotangent: scratch.pair.cotangent, trace: scratch.pair.trace),
      along: PenalisedTangent(
        tangent: scratch.direction, cotangent: scratch.ones, trace: scratch.mixedTrace),
      into: &gradient, workspace: workspace)
    return terms
  }

  /// Scores real and fake samples as one batch and pulls their loss back.
  private func scorePair<Critic: PiecewiseLinear>(
    of critic: Critic, real: Sequences, fake: Sequences, batch: Int, scratch: Scratch<Critic>,
    workspace: Workspace
  ) -> CriticTerms where Critic.Trace.Input == Sequences, Critic.Trace.Output == Tensor {
    var terms = CriticTerms()
    terms.samples = real.samples
    let share = 1 / Float(batch)
    scratch.pair.score(real: real, fake: fake, with: critic, workspace: workspace)
    scratch.pair.pullBack(critic, workspace: workspace) { real, fake in
      terms.realScores += Double(real)
      terms.fakeScores += Double(fake)
      return (-share, share)
    }
    return terms
  }

  /// Finds the direction v of the penalty at `scratch.mixed` and pushes it forward.
  func penalise<Critic: PiecewiseLinear>(
    _ critic: Critic, batch: Int, terms: inout CriticTerms, scratch: Scratch<Critic>,
    workspace: Workspace
  ) where Critic.Trace.Input == Sequences, Critic.Trace.Output == Tensor {
    let count = scratch.mixed.samples
    if scratch.ones.count != count {
      scratch.ones = Tensor(shape: [count], values: .init(repeating: 1, count: count))
    }
    critic.apply(scratch.mixed, trace: scratch.mixedTrace, workspace: workspace)
    critic.pullback(
      scratch.ones, input: scratch.mixed, trace: scratch.mixedTrace, reachingInput: true,
      workspace: workspace)
    let norms = Operations.sampleNorms(scratch.mixedTrace.inputCotangent)
    let factors = norms.map { norm in
      norm == 0 ? 0 : Float(2 * weight / Double(batch) * form.excess(Double(norm)) / Double(norm))
    }
    scratch.direction.prepare(like: scratch.mixed)
    Operations.scaleSamples(
      scratch.mixedTrace.inputCotangent, by: factors, into: &scratch.direction)
    critic.pushforward(
      scratch.direction, input: scratch.mixed, trace: scratch.mixedTrace, workspace: workspace)
    for norm in norms {
      terms.norms += Double(norm)
      terms.penalties += form.excess(Double(norm)) * form.excess(Double(norm))
    }
  }
}

/// Sums over samples that the critic's loss is made of, in Double.
public struct CriticTerms: Sendable, Equatable {
  /// Samples of each kind summed over.
  public var samples = 0
  /// Σ D(real).
  public var realScores = 0.0
  /// Σ D(fake).
  public var fakeScores = 0.0
  /// Σ e(‖∇D(x̂)‖)².
  public var penalties = 0.0
  /// Σ ‖∇D(x̂)‖.
  public var norms = 0.0

  /// No samples.
  public init() {}

  /// Adds the sums of another shard.
  public static func += (left: inout CriticTerms, right: CriticTerms) {
    left.samples += right.samples
    left.realScores += right.realScores
    left.fakeScores += right.fakeScores
    left.penalties += right.penalties
    left.norms += right.norms
  }
}
