import NeuralNetworks
import Tensors

extension LogisticObjective {
  /// Adds one shard's share of the gradient of the loss with a gradient penalty.
  ///
  /// The loss is that of ``addCriticGradient(of:real:fake:batch:into:scratch:workspace:)`` plus λ · mean e(‖∇D(x̂)‖)²,
  /// as in ``WassersteinGradientPenalty``, whose exact parameter gradient is used.
  ///
  /// - Parameters:
  ///   - interpolation: α of x̂ = real + α (fake − real) for each sample, in [0, 1].
  ///   - penalty: weight λ and form e.
  /// - Returns: the logistic loss summed over the shard's pairs, in nats, without the penalty.
  public func addCriticGradient<Critic: PiecewiseLinear>(
    of critic: Critic, real: Sequences, fake: Sequences, interpolation: [Float],
    penalty: WassersteinGradientPenalty, batch: Int, into gradient: inout Critic,
    scratch: WassersteinGradientPenalty.Scratch<Critic>, workspace: Workspace
  ) -> Double where Critic.Trace.Input == Sequences, Critic.Trace.Output == Tensor {
    let pair = scratch.pair
    let loss = pullBack(
      pair, of: critic, real: real, fake: fake, batch: batch, workspace: workspace)
    scratch.mixed.prepare(like: real)
    Operations.interpolate(real, fake, weights: interpolation, into: &scratch.mixed)
    var terms = CriticTerms()
    penalty.penalise(critic, batch: batch, terms: &terms, scratch: scratch, workspace: workspace)
    critic.addGradients(
      at: PenalisedPoint(input: pair.samples, cotangent: pair.cotangent, trace: pair.trace),
      along: PenalisedTangent(
        tangent: scratch.direction, cotangent: scratch.ones, trace: scratch.mixedTrace),
      into: &gradient, workspace: workspace)
    return loss
  }
}
