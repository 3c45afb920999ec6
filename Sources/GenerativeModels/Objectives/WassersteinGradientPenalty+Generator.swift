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
    var shown = Sequences.empty
    var cotangent = Tensor.empty

    /// Empty memory.
    public init() {}

    /// Makes what a critic is shown of the generator's output.
    func show(_ representation: SampleRepresentation) {
      if representation != .raw { representation.show(generatorTrace.output, in: &shown) }
    }

    /// What ``show(_:)`` made; the output itself where that is shown.
    func samples(_ representation: SampleRepresentation) -> Sequences {
      representation == .raw ? generatorTrace.output : shown
    }
  }

  /// Adds one shard's share of the gradient of −mean D(G(z)) in the generator's parameters.
  ///
  /// A critic that is shown decoded samples passes its gradient on as if they were the probabilities
  /// that they were decoded from: the straight-through estimator (Bengio, Léonard and Courville,
  /// arXiv 1308.3432).
  ///
  /// - Parameters:
  ///   - generator: the generator G.
  ///   - critic: the critic D; its parameters receive nothing.
  ///   - latents: the shard's latents `[n, Z]`.
  ///   - representation: what the critic is shown of samples.
  ///   - batch: B, the samples of the whole batch that the mean is over.
  ///   - gradient: what to add to.
  ///   - scratch: memory of the calling thread.
  ///   - workspace: memory of the calling thread.
  /// - Returns: Σ D(G(z)) over the shard.
  public func addGeneratorGradient<Generator: Layer, Critic: Layer>(
    of generator: Generator, critic: Critic, latents: Generator.Trace.Input,
    shown representation: SampleRepresentation = .raw, batch: Int, into gradient: inout Generator,
    scratch: GeneratorScratch<Generator, Critic>, workspace: Workspace
  ) -> Double
  where
    Generator.Trace.Output == Sequences, Critic.Trace.Input == Sequences,
    Critic.Trace.Output == Tensor
  {
    generator.apply(latents, trace: scratch.generatorTrace, workspace: workspace)
    scratch.show(representation)
    let samples = scratch.samples(representation)
    critic.apply(samples, trace: scratch.criticTrace, workspace: workspace)
    if scratch.cotangent.count != samples.samples {
      scratch.cotangent.prepare(count: samples.samples)
    }
    let share = -representation.slope / Float(batch)
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
