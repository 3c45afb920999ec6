import NeuralNetworks
import Tensors

extension WassersteinGradientPenalty {
  /// Reusable memory for one shard's pass through generator and critic.
  public final class GeneratorScratch<Generator: Layer, Critic: Layer>
  where
    Generator.Trace.Output == Sequences, Critic.Trace.Input == Sequences,
    Critic.Trace.Output == Tensor
  {
    let generatorTrace = Generator.Trace()
    let criticTrace = Critic.Trace()
    var cotangent = Tensor.empty

    /// Empty memory.
    public init() {}
  }

  /// Adds one shard's share of the gradient of −mean D(G(z)) in the generator's parameters.
  ///
  /// - Parameters:
  ///   - generator: the generator G.
  ///   - critic: the critic D; its parameters receive nothing.
  ///   - latents: the shard's latents `[n, Z]`.
  ///   - batch: B, the samples of the whole batch that the mean is over.
  ///   - gradient: what to add to.
  ///   - scratch: memory of the calling thread.
  ///   - workspace: memory of the calling thread.
  /// - Returns: Σ D(G(z)) over the shard.
  public func addGeneratorGradient<Generator: Layer, Critic: Layer>(
    of generator: Generator, critic: Critic, latents: Generator.Trace.Input, batch: Int,
    into gradient: inout Generator, scratch: GeneratorScratch<Generator, Critic>,
    workspace: Workspace
  ) -> Double
  where
    Generator.Trace.Output == Sequences, Critic.Trace.Input == Sequences,
    Critic.Trace.Output == Tensor
  {
    generator.apply(latents, trace: scratch.generatorTrace, workspace: workspace)
    let samples = scratch.generatorTrace.output
    critic.apply(samples, trace: scratch.criticTrace, workspace: workspace)
    if scratch.cotangent.count != samples.samples {
      scratch.cotangent.prepare(count: samples.samples)
    }
    let share = -1 / Float(batch)
    for index in 0..<samples.samples { scratch.cotangent[index] = share }
    critic.pullback(
      scratch.cotangent, input: samples, trace: scratch.criticTrace, reachingInput: true,
      workspace: workspace)
    generator.pullback(
      scratch.criticTrace.inputCotangent, input: latents, trace: scratch.generatorTrace,
      reachingInput: false, workspace: workspace)
    generator.addGradient(
      input: latents, cotangent: scratch.criticTrace.inputCotangent,
      trace: scratch.generatorTrace, into: &gradient, workspace: workspace)
    return scratch.criticTrace.output.withUnsafeValues { scores in
      scores.reduce(0) { $0 + Double($1) }
    }
  }
}
