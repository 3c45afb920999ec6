import Files
import GenerativeModels
import Tensors

/// A folder `checkpoints/<iteration>` of a run: everything that training needs to go on bit for bit.
///
/// Generator, critic, both optimisers, the average and the counters are in three safetensors files;
/// `checkpoint.yml` says which run they belong to. The folder appears complete or not at all. All
/// random draws are functions of the seed and the iteration, so there is no other state.
public struct Checkpoint: Codable, Sendable, Equatable {
  /// Version of the file format that this build reads and writes.
  public static let formatVersion = 1

  /// Format version of the file.
  public var format: Int
  /// Version of dgflow that wrote it.
  public var version: String
  /// Iterations done.
  public var iteration: Int
  /// Seconds of training so far.
  public var seconds: Double
  /// Length of `records.jsonl` when it was written; resuming cuts the file back to it.
  public var recordBytes: Int
  /// Digest of the vocabulary.
  public var vocabularyDigest: String
  /// Digest of the corpus.
  public var corpusDigest: String
  /// Instruction set of the kernels; going on is bit-identical only on the same one.
  public var instructionSet: String

  /// A description of the current format and version.
  public init(
    iteration: Int, seconds: Double, recordBytes: Int, vocabularyDigest: String,
    corpusDigest: String
  ) {
    format = Self.formatVersion
    version = Version.current
    self.iteration = iteration
    self.seconds = seconds
    self.recordBytes = recordBytes
    self.vocabularyDigest = vocabularyDigest
    self.corpusDigest = corpusDigest
    instructionSet = Operations.instructionSet
  }

  /// Writes the checkpoint of a run, then removes all but the newest `keeping`.
  ///
  /// - Returns: the folder.
  /// - Throws: `Failure` of kind `cannotWrite`; older checkpoints are then still there.
  @discardableResult
  public func write(_ state: AdversarialState, run path: String, keeping: Int) throws -> String {
    let folder = path + "/checkpoints"
    try FileSystem.makeDirectory(folder)
    let directory = try AtomicDirectory(path: "\(folder)/\(iteration)", replacing: true)
    try state.write(to: directory.partialPath)
    try YAMLFile.write(self, to: directory.partialPath + "/checkpoint.yml")
    try directory.commit()
    let older = try Self.iterations(run: path).filter { $0 < iteration }
    for old in older.dropLast(max(0, keeping - 1)) {
      FileSystem.removeDirectory("\(folder)/\(old)")
    }
    return directory.path
  }

  /// Iterations of a run's checkpoints, oldest first.
  public static func iterations(run path: String) throws -> [Int] {
    let folder = path + "/checkpoints"
    guard FileSystem.isDirectory(folder) else { return [] }
    return try FileSystem.names(in: folder).compactMap(Int.init).sorted()
  }

  /// Reads the newest checkpoint of a run.
  ///
  /// - Throws: `Failure` of kind `missingInput` when there is none, `badData` when it is damaged.
  public static func newest(run path: String) throws -> (Checkpoint, AdversarialState) {
    guard let iteration = try iterations(run: path).last else {
      throw Failure(
        .missingInput,
        "\(path) has no checkpoints, so it cannot be resumed; a shipped run keeps weights only")
    }
    let folder = "\(path)/checkpoints/\(iteration)"
    let checkpoint = try YAMLFile.read(Checkpoint.self, from: folder + "/checkpoint.yml")
    guard checkpoint.format == formatVersion else {
      throw Failure(
        .badData,
        "\(folder)/checkpoint.yml: format \(checkpoint.format); this dgflow reads format "
          + "\(formatVersion)")
    }
    let state = try AdversarialState(contentsOf: folder)
    guard state.iteration == checkpoint.iteration else {
      throw Failure(
        .badData,
        "\(folder): weights of iteration \(state.iteration), but checkpoint.yml says "
          + "\(checkpoint.iteration)")
    }
    return (checkpoint, state)
  }
}
