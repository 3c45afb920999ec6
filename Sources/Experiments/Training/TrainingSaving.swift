import GenerativeModels
import Runs
import Tensors

/// Brings a training's state to the disk: checkpoint, then the weights and files that other commands
/// read.
///
/// Each step is atomic. What is current already is not written again, so that a resumed run that has
/// nothing left to do keeps its checkpoint untouched.
struct TrainingSaving {
  /// How far a training is.
  struct Position: Equatable {
    private let iteration: Int
    private let warmStartStep: Int

    init(_ state: AdversarialState) {
      iteration = state.iteration
      warmStartStep = state.warmStart?.step ?? 0
    }
  }

  /// The run directory.
  var path: String
  /// Contents of `run.yml`.
  var configuration: RunConfiguration
  /// Checkpoints that are kept.
  let kept: Int
  /// Position of the newest checkpoint on disk.
  var savedCheckpoint: Position?
  /// Position of the weights on disk; nil where that is not known.
  var savedWeights: Position?
  /// The newest record with scores, for the card.
  var lastEvaluation: TrainingRecord?

  init(path: String, configuration: RunConfiguration, kept: Int) {
    self.path = path
    self.configuration = configuration
    self.kept = kept
  }

  /// Writes what is not current.
  ///
  /// - Returns: the folder of the checkpoint, if one was written.
  /// - Throws: `Failure` of kind `cannotWrite`.
  @discardableResult
  mutating func save(
    _ state: AdversarialState, seconds: Double, recordBytes: Int
  ) throws -> String? {
    var folder: String?
    let position = Position(state)
    if savedCheckpoint != position {
      let checkpoint = Checkpoint(
        iteration: state.iteration, seconds: seconds, recordBytes: recordBytes,
        vocabularyDigest: configuration.vocabulary.digest,
        corpusDigest: configuration.corpus.digest)
      folder = try checkpoint.write(state, run: path, keeping: kept)
      savedCheckpoint = position
    }
    if savedWeights != position {
      try writeWeights(of: state, seconds: seconds)
      savedWeights = position
    }
    return folder
  }

  private mutating func writeWeights(of state: AdversarialState, seconds: Double) throws {
    let moves =
      configuration.progress.iterations != state.iteration || state.warmStart != nil
    // A calibration describes the weights that it was made for, and no others.
    if moves { try RunCalibration.remove(run: path) }
    let stamp = ["iteration": String(state.iteration)]
    try state.samplingGenerator.write(to: path + "/generator.safetensors", metadata: stamp)
    try state.critic.write(to: path + "/critic.safetensors", metadata: stamp)
    configuration.progress = RunConfiguration.Progress(
      iterations: state.iteration, seconds: seconds, instructionSet: Operations.instructionSet)
    try configuration.write(to: path + "/run.yml")
    try RunCard.write(
      configuration, course: lastEvaluation.map { [$0] } ?? [], moves: moves, run: path)
  }
}
