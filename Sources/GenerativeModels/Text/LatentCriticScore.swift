import Files
import NeuralNetworks
import Tensors

/// d(G(z)): the critic's score of the generator's sample at a latent, with its gradient.
///
/// Every function stays on the calling thread, may be called from several threads at once, and treats
/// each row on its own: row n of a result depends on row n of the latents, bit for bit, whatever the
/// batch. Values need one forward pass of generator and critic a sample, gradients two.
public struct LatentCriticScore: Sendable {
  /// The generator G.
  public let generator: TextGenerator
  /// The critic whose score is d.
  public let critic: TextCritic
  /// What the critic is shown.
  public let representation: SampleRepresentation
  private let pool = Pool { TextArena() }

  /// A score.
  ///
  /// - Parameters:
  ///   - generator: G.
  ///   - critic: a critic of samples of the same length and vocabulary.
  ///   - representation: what the critic is shown; `raw` is the published choice.
  /// - Throws: `Failure(.badData)` when the networks do not fit together, `Failure(.usage)` when the
  ///   smoothing level is outside [0, 1).
  public init(
    generator: TextGenerator, critic: TextCritic, representation: SampleRepresentation = .raw
  ) throws {
    let (g, c) = (generator.configuration, critic.configuration)
    guard g.length == c.length && g.vocabulary == c.vocabulary else {
      throw Failure(
        .badData,
        "the generator makes \(g.length) positions of \(g.vocabulary) symbols but the critic reads "
          + "\(c.length) of \(c.vocabulary): they belong to different runs")
    }
    if case .smoothed(let level) = representation, !(0..<1).contains(level) {
      throw Failure(.usage, "smoothing level \(level) is outside [0, 1)")
    }
    self.generator = generator.prepared()
    self.critic = critic.prepared()
    self.representation = representation
  }

  /// Z, the width of a latent.
  public var latentWidth: Int { generator.configuration.latentWidth }

  /// d(G(z)), `[N, Z]` → `[N]`.
  ///
  /// - Throws: `Failure(.badData)` when the latents are not `[N, Z]`.
  public func values(_ latents: Tensor) throws -> Tensor {
    try check(latents)
    var values = Tensor(shape: [latents.shape[0]])
    forEachChunk(latents) { range, arena in
      values.write(arena.critic.output, at: range.lowerBound)
    }
    return values
  }

  /// d(G(z)) with its gradient in z, `[N, Z]` → `[N]`, `[N, Z]`.
  ///
  /// - Returns: values, bitwise those of ``values(_:)``, and gradients.
  /// - Throws: `Failure(.badData)` when the latents are not `[N, Z]`, `Failure(.usage)` when the
  ///   representation has no gradient.
  public func evaluate(_ latents: Tensor) throws -> (values: Tensor, gradients: Tensor) {
    try check(latents)
    guard representation.isDifferentiable else {
      throw Failure(
        .usage, "decoded samples have no gradient; use the raw or smoothed representation")
    }
    var values = Tensor(shape: [latents.shape[0]])
    var gradients = Tensor(shape: latents.shape)
    forEachChunk(latents) { range, arena in
      values.write(arena.critic.output, at: range.lowerBound)
      let workspace = arena.workspace
      critic.network.pullback(
        arena.ones(range.count), input: arena.samples, trace: arena.critic, reachingInput: true,
        workspace: workspace)
      generator.network.pullback(
        arena.critic.inputCotangent, input: arena.latents, trace: arena.generator,
        reachingInput: true, workspace: workspace)
      gradients.write(
        arena.generator.inputCotangent, at: range.lowerBound * latentWidth,
        scale: representation.slope)
    }
    return (values, gradients)
  }

  /// d of real token strings in this representation, `[N · L]` row-major → `[N]`; single-threaded.
  ///
  /// - Throws: `Failure(.badData)` when the tokens are not rows of L symbols below V.
  public func values(tokens: [UInt16]) throws -> Tensor {
    let (length, vocabulary) = (critic.configuration.length, critic.configuration.vocabulary)
    try TokenCheck.check(tokens, length: length, vocabulary: vocabulary)
    let count = tokens.count / length
    var values = Tensor(shape: [count])
    for index in 0..<TextArena.chunks(count) {
      let range = TextArena.range(index, of: count)
      Operations.withFlushedDenormals {
        pool.withElement(key: range.count) { arena in
          tokens[range.lowerBound * length..<range.upperBound * length].withUnsafeBufferPointer {
            representation.show(
              $0, length: length, vocabulary: vocabulary, in: &arena.samples)
          }
          critic.network.apply(arena.samples, trace: arena.critic, workspace: arena.workspace)
          values.write(arena.critic.output, at: range.lowerBound)
        }
      }
    }
    return values
  }

  /// Runs generator and critic on each chunk, then `body`.
  private func forEachChunk(_ latents: Tensor, _ body: (Range<Int>, TextArena) -> Void) {
    let count = latents.shape[0]
    for index in 0..<TextArena.chunks(count) {
      let range = TextArena.range(index, of: count)
      Operations.withFlushedDenormals {
        pool.withElement(key: range.count) { arena in
          arena.latents.copy(rows: range, of: latents)
          generator.network.apply(
            arena.latents, trace: arena.generator, workspace: arena.workspace)
          representation.show(arena.generator.output, in: &arena.samples)
          critic.network.apply(arena.samples, trace: arena.critic, workspace: arena.workspace)
          body(range, arena)
        }
      }
    }
  }

  private func check(_ latents: Tensor) throws {
    guard latents.shape.count == 2 && latents.shape[1] == latentWidth else {
      throw Failure(
        .badData,
        "latents have shape \(latents.shape), the generator needs [N, \(latentWidth)]")
    }
  }
}

extension Tensor {
  /// Writes the elements of `source`, scaled, from flat index `start` on.
  mutating func write(_ source: Tensor, at start: Int, scale: Float = 1) {
    source.withUnsafeValues { source in
      withUnsafeMutableValues { target in
        for index in source.indices { target[start + index] = scale * source[index] }
      }
    }
  }
}
