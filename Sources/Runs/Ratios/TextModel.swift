import GenerativeModels
import Refinement
import TextCoding

/// The text GAN's score d(G(z)) is the keyhole through which refinement sees it.
extension LatentCriticScore: LatentLogDensityRatio {}

/// A generator, its critic and the codec of their text.
public struct TextModel: Sendable {
  /// Latents to samples.
  public let generator: TextGenerator
  /// Samples to scores.
  public let critic: TextCritic
  /// Tokens to text and back.
  public let codec: TextCodec

  /// A model of parts that fit together.
  public init(generator: TextGenerator, critic: TextCritic, codec: TextCodec) {
    self.generator = generator
    self.critic = critic
    self.codec = codec
  }

  /// The model of a run.
  ///
  /// - Throws: `Failure` of kind `missingInput` or `badData`.
  public init(_ run: Run) throws {
    self.init(
      generator: try run.generator(), critic: try run.critic(), codec: run.codec)
  }

  /// The critic's score of samples, shown to it in a representation.
  ///
  /// - Throws: `Failure` where the networks do not fit together.
  public func score(_ representation: SampleRepresentation) throws -> LatentCriticScore {
    try LatentCriticScore(
      generator: generator, critic: critic, representation: representation)
  }
}
