import NeuralNetworks
import Tensors

/// Real and generated samples of one shard, scored as one batch: the memory of it.
final class CriticPair<Critic: Layer>
where Critic.Trace.Input == Sequences, Critic.Trace.Output == Tensor {
  /// The trace of ``score(real:fake:with:workspace:)`` and ``pullBack(_:workspace:_:)``.
  let trace = Critic.Trace()
  /// Real samples, then as many generated ones, `[2n, L, V]`.
  private(set) var samples = Sequences.empty
  /// ∂loss/∂score, `[2n]`.
  private(set) var cotangent = Tensor.empty

  /// Scores real and generated samples, as many of one as of the other.
  func score(real: Sequences, fake: Sequences, with critic: Critic, workspace: Workspace) {
    let count = real.samples
    samples.prepare(
      samples: 2 * count, length: real.length, channels: real.channels, padding: real.padding)
    samples.copy(samples: 0..<count, of: real, to: 0)
    samples.copy(samples: 0..<count, of: fake, to: count)
    critic.apply(samples, trace: trace, workspace: workspace)
  }

  /// Pulls a loss back to the parameters of the critic, for its gradient.
  ///
  /// - Parameter slopes: given each pair's scores, the derivatives of the loss in them.
  func pullBack(
    _ critic: Critic, workspace: Workspace,
    _ slopes: (_ real: Float, _ fake: Float) -> (real: Float, fake: Float)
  ) {
    let count = samples.samples / 2
    cotangent.prepare(count: 2 * count)
    trace.output.withUnsafeValues { scores in
      for index in 0..<count {
        let slope = slopes(scores[index], scores[count + index])
        cotangent[index] = slope.real
        cotangent[count + index] = slope.fake
      }
    }
    critic.pullback(
      cotangent, input: samples, trace: trace, reachingInput: false, workspace: workspace)
  }
}
