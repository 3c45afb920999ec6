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

  /// Writes the checkpoint of a run, then removes what is no longer needed.
  ///
  /// That is all but the newest `keeping`, and what a training that was killed left half-written. Only
  /// one training at a time may write to a run.
  ///
  /// - Returns: the folder.
  /// - Throws: `Failure` of kind `cannotWrite`; older checkpoints are then still there.
  @discardableResult
  public func write(_ state: AdversarialState, run path: String, keeping: Int) throws -> String {
    let folder = path + "/checkpoints"
    try FileSystem.makeDirectory(folder)
    let directory = try AtomicDirectory(path: "\(folder)/\(iteration)", replacing: true)
    try directory.fill { partial in
      try state.write(to: partial)
      try YAMLFile.write(self, to: partial + "/checkpoint.yml")
    }
    try directory.commit()
    let older = try Self.iterations(run: path).filter { $0 < iteration }
    for old in older.dropLast(max(0, keeping - 1)) {
      FileSystem.removeDirectory("\(folder)/\(old)")
    }
    for name in try FileSystem.names(in: folder) {
      let parts = name.split(separator: ".", maxSplits: 1)
      guard parts.count == 2, Int(parts[0]) != nil, parts[1].hasPrefix("partial-") else { continue }
      FileSystem.removeDirectory("\(folder)/\(name)")
    }
    return directory.path
  }

  /// Iterations of a run's checkpoints, oldest first; whatever else is in the folder is passed over.
  public static func iterations(run path: String) throws -> [Int] {
    let folder = path + "/checkpoints"
    guard FileSystem.isDirectory(folder) else { return [] }
    return try FileSystem.names(in: folder).compactMap { name in
      // Only the names that `write` gives: no sign, no leading zero.
      guard let iteration = Int(name), iteration >= 0, String(iteration) == name else { return nil }
      return FileSystem.isDirectory("\(folder)/\(name)") ? iteration : nil
    }.sorted()
  }

  /// Reads the newest checkpoint of a run.
  ///
  /// - Throws: `Failure` of kind `missingInput` when there is none, `badData` when it is damaged or
  ///   does not fit the run, with the checkpoint before it where there is one.
  public static func newest(of run: Run) throws -> (Checkpoint, AdversarialState) {
    let iterations = try iterations(run: run.path)
    guard let iteration = iterations.last else {
      throw Failure(
        .missingInput,
        FileSystem.exists(run.path + "/generator.safetensors")
          ? "\(run.path) has no checkpoints, so it cannot be resumed; a shipped run keeps weights "
            + "only"
          : "\(run.path) ended before its first checkpoint, so it cannot be resumed; remove it and "
            + "train again")
    }
    let folder = "\(run.path)/checkpoints/\(iteration)"
    do {
      return try read(folder, iteration: iteration, run: run)
    } catch let failure as Failure where failure.kind == .badData || failure.kind == .missingInput {
      guard let before = iterations.dropLast().last else { throw failure }
      throw Failure(
        failure.kind,
        "\(failure.message); remove \(folder) to go on from checkpoint \(before)",
        cause: failure)
    }
  }

  private static func read(
    _ folder: String, iteration: Int, run: Run
  ) throws -> (Checkpoint, AdversarialState) {
    let file = folder + "/checkpoint.yml"
    let checkpoint = try YAMLFile.read(Checkpoint.self, from: file, format: formatVersion)
    guard checkpoint.iteration == iteration, checkpoint.recordBytes >= 0,
      checkpoint.seconds >= 0, checkpoint.seconds.isFinite
    else {
      throw Failure(
        .badData,
        "\(file): iteration \(checkpoint.iteration), \(checkpoint.seconds) seconds and "
          + "\(checkpoint.recordBytes) bytes of records are not what training writes")
    }
    // The networks are compared before the state is made of them: a state takes fitting ones for
    // granted.
    try run.requireShape(
      of: TextGenerator(contentsOf: folder + "/generator.safetensors"), from: folder)
    try run.requireShape(of: TextCritic(contentsOf: folder + "/critic.safetensors"), from: folder)
    let state = try AdversarialState(contentsOf: folder)
    guard state.iteration == iteration else {
      throw Failure(
        .badData,
        "\(folder): weights of iteration \(state.iteration), but checkpoint.yml says "
          + "\(iteration)")
    }
    return (checkpoint, state)
  }
}
