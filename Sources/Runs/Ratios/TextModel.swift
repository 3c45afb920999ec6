import Files
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
  ///
  /// - Precondition: generator, critic and codec have the same length and number of symbols.
  public init(generator: TextGenerator, critic: TextCritic, codec: TextCodec) {
    let (made, read) = (generator.configuration, critic.configuration)
    precondition(
      made.length == codec.length && made.vocabulary == codec.vocabulary.count
        && read.length == codec.length && read.vocabulary == codec.vocabulary.count,
      "TextModel: generator \(made) and critic \(read) for strings of \(codec.length) of "
        + "\(codec.vocabulary.count) symbols")
    self.generator = generator
    self.critic = critic
    self.codec = codec
  }

  /// The model of a run.
  ///
  /// - Throws: `Failure` of kind `missingInput` or `badData`, also when generator and critic are of
  ///   different iterations.
  public init(_ run: Run) throws {
    try run.requireWeightsOfOneIteration()
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
