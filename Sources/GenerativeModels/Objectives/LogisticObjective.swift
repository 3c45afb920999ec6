import NeuralNetworks
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The logistic objective: a critic whose score is the log odds that a sample is real.
///
/// It minimises mean ln(1 + e^(−D(real))) + mean ln(1 + e^(D(fake))). Over all functions the minimum is
/// at D = ln p_data − ln p_model, the log density ratio (Goodfellow et al., arXiv 1406.2661,
/// proposition 1, in log odds), as far as real and generated samples are shown to it alike.
public struct LogisticObjective: Sendable, Equatable {
  /// The objective; it has no settings.
  public init() {}

  /// Reusable memory for one shard's pass through the critic.
  public final class Scratch<Critic: Layer>
  where Critic.Trace.Input == Sequences, Critic.Trace.Output == Tensor {
    let pair = CriticPair<Critic>()

    /// Empty memory.
    public init() {}
  }

  /// Adds one shard's share of the loss's gradient.
  ///
  /// - Parameters:
  ///   - critic: the critic D.
  ///   - real: real samples `[n, L, V]`.
  ///   - fake: as many generated samples.
  ///   - batch: B, the pairs of the whole batch that the means are over.
  ///   - gradient: what to add to.
  ///   - scratch: memory of the calling thread.
  ///   - workspace: memory of the calling thread.
  /// - Returns: the loss summed over the shard's pairs, in nats.
  public func addCriticGradient<Critic: Layer>(
    of critic: Critic, real: Sequences, fake: Sequences, batch: Int, into gradient: inout Critic,
    scratch: Scratch<Critic>, workspace: Workspace
  ) -> Double where Critic.Trace.Input == Sequences, Critic.Trace.Output == Tensor {
    let pair = scratch.pair
    let loss = pullBack(
      pair, of: critic, real: real, fake: fake, batch: batch, workspace: workspace)
    critic.addGradient(
      input: pair.samples, cotangent: pair.cotangent, trace: pair.trace, into: &gradient,
      workspace: workspace)
    return loss
  }

  /// Scores real and fake samples and pulls their loss back.
  ///
  /// - Returns: the loss summed over the pairs.
  func pullBack<Critic: Layer>(
    _ pair: CriticPair<Critic>, of critic: Critic, real: Sequences, fake: Sequences, batch: Int,
    workspace: Workspace
  ) -> Double where Critic.Trace.Input == Sequences, Critic.Trace.Output == Tensor {
    pair.score(real: real, fake: fake, with: critic, workspace: workspace)
    var loss = 0.0
    pair.pullBack(critic, workspace: workspace) { real, fake in
      loss += Self.loss(Double(real)) + Self.loss(-Double(fake))
      return (
        Float(-Self.probability(-Double(real)) / Double(batch)),
        Float(Self.probability(Double(fake)) / Double(batch))
      )
    }
    return loss
  }

  /// What a real sample of a score costs, ln(1 + e^(−score)), in nats and finite for every score.
  ///
  /// A generated sample costs the loss of −score.
  public static func loss(_ score: Double) -> Double {
    max(-score, 0) + log1p(exp(-abs(score)))
  }

  /// 1 / (1 + e^(−score)).
  private static func probability(_ score: Double) -> Double {
    score >= 0 ? 1 / (1 + exp(-score)) : exp(score) / (1 + exp(score))
  }
}
