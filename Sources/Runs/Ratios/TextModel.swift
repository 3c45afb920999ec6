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
  /// How the critic was trained on against this generator; nil where it is the one that the generator was trained
  /// with.
  public let continuation: ContinuedCritic.Name?
  /// Whether the critic was only ever shown decoded samples, so that its gradient at soft ones is a
  /// surrogate.
  public let isStraightThrough: Bool

  /// A model of parts that fit together.
  ///
  /// - Precondition: generator, critic and codec have the same length and number of symbols.
  public init(
    generator: TextGenerator, critic: TextCritic, codec: TextCodec,
    continuation: ContinuedCritic.Name? = nil, isStraightThrough: Bool = false
  ) {
    let (made, read) = (generator.configuration, critic.configuration)
    precondition(
      made.length == codec.length && made.vocabulary == codec.vocabulary.count
        && read.length == codec.length && read.vocabulary == codec.vocabulary.count,
      "TextModel: generator \(made) and critic \(read) for strings of \(codec.length) of "
        + "\(codec.vocabulary.count) symbols")
    self.generator = generator
    self.critic = critic
    self.codec = codec
    self.continuation = continuation
    self.isStraightThrough = isStraightThrough
  }

  /// The model of a run.
  ///
  /// - Parameter choice: how the critic will become a ratio, which decides which critic is read; nil
  ///   reads the one that the generator was trained with.
  /// - Throws: `Failure` of kind `missingInput` or `badData`, also when generator and critic are of
  ///   different iterations.
  public init(_ run: Run, for choice: RatioChoice? = nil) throws {
    try run.requireWeightsOfOneIteration()
    let continuation = choice?.continuation
    self.init(
      generator: try run.generator(),
      critic: try continuation.map(run.continuedCritic) ?? run.critic(), codec: run.codec,
      continuation: continuation,
      isStraightThrough: (continuation == nil || continuation == .converged)
        && run.configuration.training.straightThrough)
  }

  /// The critic's score of samples, shown to it in a representation.
  ///
  /// - Throws: `Failure` where the networks do not fit together.
  public func score(_ representation: SampleRepresentation) throws -> LatentCriticScore {
    try LatentCriticScore(
      generator: generator, critic: critic, representation: representation)
  }
}
