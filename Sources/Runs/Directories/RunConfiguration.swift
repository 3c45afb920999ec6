import Files
import GenerativeModels

/// Contents of `run.yml`: everything that decided what a run became.
public struct RunConfiguration: Codable, Sendable, Equatable {
  /// Version of the file format that this build reads and writes.
  public static let formatVersion = 1

  /// Which corpus the run was trained on.
  public struct Corpus: Codable, Sendable, Equatable {
    /// The directory's name, for people.
    public var name: String
    /// Digest of the prepared corpus.
    public var digest: String
    /// Number of training strings.
    public var trainingStrings: Int

    /// A description.
    public init(name: String, digest: String, trainingStrings: Int) {
      self.name = name
      self.digest = digest
      self.trainingStrings = trainingStrings
    }
  }

  /// Which vocabulary the run speaks.
  public struct VocabularyRecord: Codable, Sendable, Equatable {
    /// Digest of `vocabulary.tsv`.
    public var digest: String
    /// V, padding and unknown included.
    public var size: Int

    /// A description.
    public init(digest: String, size: Int) {
      self.digest = digest
      self.size = size
    }
  }

  /// How far training came.
  public struct Progress: Codable, Sendable, Equatable {
    /// Generator iterations whose weights are in the directory.
    public var iterations: Int
    /// Seconds of training, resumed parts included, scoring excluded.
    public var seconds: Double
    /// Instruction set of the kernels; weights are bit-identical only on the same one.
    public var instructionSet: String

    /// A description.
    public init(iterations: Int, seconds: Double, instructionSet: String) {
      self.iterations = iterations
      self.seconds = seconds
      self.instructionSet = instructionSet
    }
  }

  /// Format version of the file.
  public var format: Int
  /// Version of dgflow that wrote it.
  public var version: String
  /// Name of the preset that the defaults came from.
  public var preset: String
  /// Seed of initial weights, batches and latents.
  public var seed: UInt64
  /// The corpus.
  public var corpus: Corpus
  /// The vocabulary.
  public var vocabulary: VocabularyRecord
  /// Shape of the generator.
  public var generator: GeneratorConfiguration
  /// Shape of the critic.
  public var critic: CriticConfiguration
  /// The training recipe.
  public var training: AdversarialConfiguration
  /// How far training came.
  public var progress: Progress

  /// A configuration of the current format and version.
  public init(
    preset: String, seed: UInt64, corpus: Corpus, vocabulary: VocabularyRecord,
    generator: GeneratorConfiguration, critic: CriticConfiguration,
    training: AdversarialConfiguration, progress: Progress
  ) {
    format = Self.formatVersion
    version = Version.current
    self.preset = preset
    self.seed = seed
    self.corpus = corpus
    self.vocabulary = vocabulary
    self.generator = generator
    self.critic = critic
    self.training = training
    self.progress = progress
  }

  /// Reads and checks `run.yml`.
  ///
  /// - Throws: `Failure` of kind `missingInput` or `badData`.
  public init(contentsOf path: String) throws {
    self = try YAMLFile.read(RunConfiguration.self, from: path, format: Self.formatVersion)
    try check(path)
  }

  /// Checks the ranges, so that nothing that no training could have written reaches a network.
  private func check(_ path: String) throws {
    let extents = [
      ("generator.latentWidth", generator.latentWidth), ("generator.length", generator.length),
      ("generator.width", generator.width), ("generator.vocabulary", generator.vocabulary),
      ("critic.length", critic.length), ("critic.width", critic.width),
      ("critic.vocabulary", critic.vocabulary),
    ]
    for (name, value) in extents where !(1...(1 << 20)).contains(value) {
      throw Failure(.badData, "\(path): `\(name)` is \(value), out of range")
    }
    for (name, value) in [("generator.blocks", generator.blocks), ("critic.blocks", critic.blocks)]
    where !(0...(1 << 10)).contains(value) {
      throw Failure(.badData, "\(path): `\(name)` is \(value), out of range")
    }
    if let temperature = generator.temperature {
      guard GeneratorConfiguration.temperatures.contains(temperature) else {
        throw Failure(
          .badData, "\(path): `generator.temperature` is \(temperature), out of range")
      }
    }
    guard generator.length == critic.length, generator.vocabulary == critic.vocabulary else {
      throw Failure(
        .badData,
        "\(path): the generator makes \(generator.length) positions of \(generator.vocabulary) "
          + "symbols, but the critic reads \(critic.length) of \(critic.vocabulary)")
    }
    guard progress.iterations >= 0, (0..<1e12).contains(progress.seconds) else {
      throw Failure(
        .badData,
        "\(path): `progress` says \(progress.iterations) iterations in \(progress.seconds) seconds, "
          + "out of range")
    }
    do {
      try training.validate()
    } catch let failure as Failure {
      throw Failure(.badData, "\(path): \(failure.message)", cause: failure)
    }
  }

  /// Writes `run.yml`, atomically.
  ///
  /// - Throws: `Failure` of kind `cannotWrite`.
  public func write(to path: String) throws { try YAMLFile.write(self, to: path) }
}
