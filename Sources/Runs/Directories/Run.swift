import Files
import GenerativeModels
import NeuralNetworks
import Refinement
import TextCoding

/// A run directory: what a training left behind, complete enough to generate, refine and score.
///
/// ```
/// run.yml                  resolved configuration, digests, version, seed
/// vocabulary.tsv           the symbols
/// generator.safetensors    weights of G (the averaged ones where averaging was on)
/// critic.safetensors       weights of D
/// calibration.yml          the critic as a log density ratio, where it was calibrated
/// critic-decoded.safetensors, critic-smoothed.safetensors, critic-converged.safetensors
///                          the critic trained on against the finished generator, where it was continued
/// stages.yml, critic-stage-1.safetensors, …
///                          the ratios of a staged refinement, where they were fitted
/// refinement.yml           how the run is best refined, where that was looked for
/// records.jsonl            the course of training
/// CARD.md                  what it is, for people
/// checkpoints/<iteration>/ everything that resuming needs; a shipped run has none
/// ```
public struct Run: Sendable {
  /// Where it is.
  public let path: String
  /// Contents of `run.yml`.
  public let configuration: RunConfiguration
  /// Symbols and length.
  public let codec: TextCodec

  /// Opens a run and checks that its parts belong together; weights are read later.
  ///
  /// - Throws: `Failure` of kind `missingInput` when it is not a run directory, `badData` naming the
  ///   file that does not fit.
  public init(opening path: String) throws {
    guard FileSystem.isDirectory(path) else {
      throw Failure(.missingInput, "no run directory at \(path)")
    }
    guard FileSystem.exists(path + "/run.yml") else {
      let hint =
        FileSystem.exists(path + "/corpus.yml")
        ? "it is a prepared corpus; give the run that was trained on it"
        : "run.yml is missing; give a directory that `dgflow train` made"
      throw Failure(.missingInput, "\(path) is not a run: \(hint)")
    }
    configuration = try RunConfiguration(contentsOf: path + "/run.yml")
    let vocabulary = try Vocabulary(contentsOf: path + "/vocabulary.tsv")
    guard vocabulary.digest == configuration.vocabulary.digest else {
      throw Failure(
        .badData,
        "\(path)/vocabulary.tsv has digest \(vocabulary.digest), but run.yml was written with "
          + "\(configuration.vocabulary.digest): the file belongs to another run")
    }
    guard vocabulary.count == configuration.generator.vocabulary else {
      throw Failure(
        .badData,
        "\(path): the generator has \(configuration.generator.vocabulary) symbols but the "
          + "vocabulary \(vocabulary.count)")
    }
    codec = TextCodec(vocabulary: vocabulary, length: configuration.generator.length)
    self.path = path
  }

  /// Reads the generator, which computes its convolutions as in training: samples of a run stay what they
  /// were.
  ///
  /// - Throws: `Failure` of kind `missingInput` or `badData` naming file and tensor.
  public func generator() throws -> TextGenerator {
    let file = path + "/generator.safetensors"
    var generator = try TextGenerator(contentsOf: file)
    try requireShape(of: generator, from: file)
    generator.convolution = configuration.training.convolution
    return generator
  }

  /// Reads the critic, which computes its convolutions as in training.
  ///
  /// - Throws: `Failure` of kind `missingInput` or `badData` naming file and tensor.
  public func critic() throws -> TextCritic {
    let file = path + "/critic.safetensors"
    var critic = try TextCritic(contentsOf: file)
    try requireShape(of: critic, from: file)
    critic.convolution = configuration.training.convolution
    return critic
  }

  /// Checks that generator and critic were written together, where they say when.
  ///
  /// A training that is killed between the two files leaves a pair that never played each other.
  func requireWeightsOfOneIteration() throws {
    let stamps = try ["generator", "critic"].map {
      try SafetensorsFile(contentsOf: "\(path)/\($0).safetensors").metadata["iteration"]
    }
    guard let generator = stamps[0], let critic = stamps[1], generator != critic else { return }
    throw Failure(
      .badData,
      "\(path): generator.safetensors is of iteration \(generator), critic.safetensors of "
        + "\(critic); `dgflow train --resume` writes both from the newest checkpoint")
  }

  /// Checks that a generator has the shape that `run.yml` states.
  func requireShape(of generator: TextGenerator, from file: String) throws {
    guard generator.configuration == configuration.generator else {
      throw Failure(
        .badData,
        "\(file) holds \(Self.words(generator.configuration)), but run.yml says "
          + "\(Self.words(configuration.generator)): the file belongs to another run")
    }
  }

  /// Checks that a critic has the shape that `run.yml` states.
  func requireShape(of critic: TextCritic, from file: String) throws {
    guard critic.configuration == configuration.critic else {
      throw Failure(
        .badData,
        "\(file) holds \(Self.words(critic.configuration)), but run.yml says "
          + "\(Self.words(configuration.critic)): the file belongs to another run")
    }
  }

  private static func words(_ shape: GeneratorConfiguration) -> String {
    "latent width \(shape.latentWidth), length \(shape.length), width \(shape.width), "
      + "\(shape.blocks) blocks, \(shape.vocabulary) symbols, temperature "
      + "\(shape.temperature ?? 1)"
  }

  private static func words(_ shape: CriticConfiguration) -> String {
    "length \(shape.length), width \(shape.width), \(shape.blocks) blocks, "
      + "\(shape.vocabulary) symbols"
  }

  /// Checks that a corpus has the vocabulary and length that the run was trained with.
  ///
  /// - Throws: `Failure` of kind `badData` that names both.
  public func requireSameVocabulary(as corpus: PreparedCorpus) throws {
    guard corpus.codec == codec else {
      throw Failure(
        .badData,
        "the vocabulary of \(corpus.path) (digest \(corpus.codec.vocabulary.digest), length "
          + "\(corpus.codec.length)) is not the one that \(path) was trained with (digest "
          + "\(codec.vocabulary.digest), length \(codec.length)); prepare the corpus with "
          + "--vocabulary \(path)/vocabulary.tsv --length \(codec.length)")
    }
  }
}
