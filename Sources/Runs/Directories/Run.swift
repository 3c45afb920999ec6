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

  /// Reads the generator.
  ///
  /// - Throws: `Failure` of kind `missingInput` or `badData` naming file and tensor.
  public func generator() throws -> TextGenerator {
    let file = path + "/generator.safetensors"
    let generator = try TextGenerator(contentsOf: file)
    guard generator.configuration == configuration.generator else {
      throw Failure(
        .badData,
        "\(file): weights of shape \(generator.configuration) do not fit run.yml "
          + "(\(configuration.generator))")
    }
    return generator
  }

  /// Reads the critic.
  ///
  /// - Throws: `Failure` of kind `missingInput` or `badData` naming file and tensor.
  public func critic() throws -> TextCritic {
    let file = path + "/critic.safetensors"
    let critic = try TextCritic(contentsOf: file)
    guard critic.configuration == configuration.critic else {
      throw Failure(
        .badData,
        "\(file): weights of shape \(critic.configuration) do not fit run.yml "
          + "(\(configuration.critic))")
    }
    return critic
  }

  /// Reads `calibration.yml`; nil where the run was not calibrated.
  ///
  /// - Throws: `Failure` of kind `badData`.
  public func calibration() throws -> RunCalibration? {
    let file = path + "/calibration.yml"
    guard FileSystem.exists(file) else { return nil }
    return try RunCalibration(contentsOf: file)
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
