import NeuralNetworks
import Tensors

/// Mean critic scores of training text, held-out text and generated samples, without gradients.
///
/// A critic that scores training text above held-out text has learnt the training lines by heart
/// ("dim 512 overfits, even on Billion Word", comment in gan_language.py).
public struct CriticGap: Sendable, Equatable, Codable {
  /// Mean D of training text.
  public let training: Double
  /// Mean D of held-out text.
  public let heldOut: Double
  /// Mean D of generated samples, as the critic is shown them.
  public let generated: Double

  /// Wasserstein estimate on training text: mean D(training) − mean D(generated).
  public var trainingEstimate: Double { training - generated }
  /// Wasserstein estimate on held-out text: mean D(held out) − mean D(generated).
  public var heldOutEstimate: Double { heldOut - generated }
  /// mean D(training) − mean D(held out); 0 without overfitting.
  public var overfitting: Double { training - heldOut }

  /// Scores text and samples.
  ///
  /// - Parameters:
  ///   - critic: the critic D.
  ///   - generator: the generator G.
  ///   - training: tokens `[N · L]` of training text, N ≥ 1.
  ///   - heldOut: tokens of text that training never saw; need not be as many.
  ///   - latents: `[M, Z]`, M ≥ 1.
  ///   - decoded: whether the critic is shown samples decoded, as in straight-through training.
  ///   - threads: without influence on the result.
  /// - Throws: `Failure(.badData)` when tokens are not rows of L symbols below V.
  public init(
    critic: TextCritic, generator: TextGenerator, training: [UInt16], heldOut: [UInt16],
    latents: Tensor, decoded: Bool = false, threads: Int = 1
  ) throws {
    let shape = critic.configuration
    for tokens in [training, heldOut] {
      try TokenCheck.check(tokens, length: shape.length, vocabulary: shape.vocabulary)
      precondition(!tokens.isEmpty, "CriticGap: no tokens")
    }
    precondition(latents.count > 0, "CriticGap: no latents")
    func mean(_ scores: Tensor) -> Double {
      scores.withUnsafeValues { $0.reduce(0.0) { $0 + Double($1) } } / Double(scores.count)
    }
    self.training = mean(critic.scores(tokens: training, threads: threads))
    self.heldOut = mean(critic.scores(tokens: heldOut, threads: threads))
    generated = mean(
      decoded
        ? critic.scores(tokens: generator.tokens(latents, threads: threads), threads: threads)
        : critic.scores(of: generator, at: latents, threads: threads))
  }
}
