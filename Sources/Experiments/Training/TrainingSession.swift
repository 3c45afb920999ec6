// `Experiments` puts the parts to work: scoring while training, calibrating a run, comparing base and
// refined samples. It may import `Runs` and everything below; its results are Codable values.

import Files
import GenerativeModels
import NGramScoring
import Runs
import Tensors
import TextCoding

/// One training of a run directory, from its start or from its newest checkpoint.
///
/// Writes records and checkpoints as it goes, so that nothing is lost when it is stopped; on the same
/// instruction set a training that was stopped and resumed ends with the same bits as one that was not.
public final class TrainingSession {
  /// How often things happen, and how much is measured.
  public struct Pace: Sendable {
    /// Iterations between records; 100, chosen here.
    public var recordEvery = 100
    /// Iterations between evaluations; 500, chosen here: under a tenth of the training time.
    public var evaluateEvery = 500
    /// Iterations between checkpoints; 1,000, chosen here: a few minutes at the default preset.
    public var checkpointEvery = 1_000
    /// Checkpoints that are kept; 2, chosen here: the newest and one before it.
    public var checkpointsKept = 2
    /// Samples scored at an evaluation; 2,000, chosen here for speed.
    public var sampleCount = 2_000
    /// Seconds of training after which to stop, those of earlier parts included; nil for no limit.
    public var secondsLimit: Double?

    /// The default pace.
    public init() {}
  }

  /// What the caller is told.
  public enum Event {
    /// An iteration is done; seconds of training so far.
    case iteration(IterationReport, seconds: Double)
    /// A record was written; newest samples where an evaluation was made.
    case record(TrainingRecord, samples: [String])
    /// A checkpoint was written.
    case checkpoint(path: String)
  }

  /// How a training ended.
  public enum Outcome: Sendable, Equatable {
    /// All iterations or all time used.
    case finished(iteration: Int, seconds: Double)
    /// Stopped by the caller; everything is saved.
    case stopped(iteration: Int, seconds: Double)
  }

  private let path: String
  private let corpus: PreparedCorpus
  private var configuration: RunConfiguration
  private var state: AdversarialState
  private let pace: Pace
  private let threads: Int
  private var seconds: Double
  private var savedIteration: Int?
  private let records: AppendingFile
  /// Whether the kernels differ from those that trained the run so far.
  public let changesInstructionSet: Bool

  /// Begins a new run.
  ///
  /// - Parameters:
  ///   - path: the run directory to make; nothing may be there.
  ///   - preset: name of the preset that the defaults came from.
  ///   - width: channels C of generator and critic.
  /// - Throws: `Failure` of kind `cannotWrite` when something is at `path`.
  public init(
    beginning path: String, corpus: PreparedCorpus, preset: String, width: Int,
    recipe: AdversarialConfiguration, pace: Pace, threads: Int
  ) throws {
    try recipe.validate()
    let (length, vocabulary) = (corpus.codec.length, corpus.codec.vocabulary.count)
    let strings = try corpus.strings(.train).count
    guard strings >= recipe.batch else {
      throw Failure(
        .badData,
        "\(corpus.path) has \(strings) training strings, fewer than a batch of \(recipe.batch); "
          + "prepare more text or give a smaller --batch")
    }
    configuration = RunConfiguration(
      preset: preset, seed: recipe.seed,
      corpus: RunConfiguration.Corpus(
        name: corpus.name, digest: corpus.description.digest, trainingStrings: strings),
      vocabulary: RunConfiguration.VocabularyRecord(
        digest: corpus.codec.vocabulary.digest, size: vocabulary),
      generator: GeneratorConfiguration(length: length, width: width, vocabulary: vocabulary),
      critic: CriticConfiguration(length: length, width: width, vocabulary: vocabulary),
      training: recipe,
      progress: RunConfiguration.Progress(
        iterations: 0, seconds: 0, instructionSet: Operations.instructionSet))
    state = try AdversarialState(
      configuration: recipe, generator: configuration.generator, critic: configuration.critic)
    self.path = path
    self.corpus = corpus
    self.pace = pace
    self.threads = threads
    seconds = 0
    changesInstructionSet = false
    let directory = try AtomicDirectory(path: path)
    try corpus.codec.vocabulary.write(to: directory.partialPath + "/vocabulary.tsv")
    try configuration.write(to: directory.partialPath + "/run.yml")
    try directory.commit()
    records = try AppendingFile(path: path + "/records.jsonl")
  }

  /// Resumes a run from its newest checkpoint.
  ///
  /// - Parameters:
  ///   - iterations: new total of iterations; nil keeps the run's.
  /// - Throws: `Failure` of kind `missingInput` without a checkpoint, `badData` when the corpus is
  ///   not the one that the run was trained on.
  public init(
    resuming path: String, corpus: PreparedCorpus, iterations: Int?, pace: Pace, threads: Int
  ) throws {
    let run = try Run(opening: path)
    let (checkpoint, state) = try Checkpoint.newest(run: path)
    guard checkpoint.vocabularyDigest == corpus.codec.vocabulary.digest else {
      try run.requireSameVocabulary(as: corpus)
      throw Failure(
        .badData, "\(path): the newest checkpoint was made with another vocabulary than run.yml's")
    }
    guard checkpoint.corpusDigest == corpus.description.digest else {
      throw Failure(
        .badData,
        "\(path) was trained on a corpus with digest \(checkpoint.corpusDigest), but "
          + "\(corpus.path) has \(corpus.description.digest): resume with the same corpus")
    }
    configuration = run.configuration
    self.state = state
    if let iterations { self.state.configuration.iterations = iterations }
    try self.state.configuration.validate()
    configuration.training = self.state.configuration
    self.path = path
    self.corpus = corpus
    self.pace = pace
    self.threads = threads
    seconds = checkpoint.seconds
    changesInstructionSet = checkpoint.instructionSet != Operations.instructionSet
    records = try AppendingFile(path: path + "/records.jsonl")
    if records.count > checkpoint.recordBytes {
      try records.truncate(to: checkpoint.recordBytes)
    }
  }

  /// Iterations done so far.
  public var iteration: Int { state.iteration }

  /// Iterations in all.
  public var iterations: Int { state.configuration.iterations }

  /// Trains until iterations or time are used up, or the caller says stop.
  ///
  /// - Parameter onEvent: called on the caller's thread; returning `stop` saves and ends.
  /// - Throws: `Failure` of kind `internalFault` when a value is not finite, naming the last good
  ///   checkpoint, and `cannotWrite` when a record or checkpoint cannot be written.
  public func run(onEvent: (Event) throws -> TrainingDecision) throws -> Outcome {
    let evaluation = try TrainingEvaluation(
      corpus: corpus, sampleCount: pace.sampleCount, seed: configuration.seed, threads: threads)
    var average = RecordAverage()
    var isStopped = false
    let training = AdversarialTraining(
      schedule: TrainingSchedule(
        evaluateEvery: pace.evaluateEvery, checkpointEvery: pace.checkpointEvery),
      threads: threads)
    do {
      state = try training.run(state, data: try CorpusBatches(corpus)) { event, state in
        switch event {
        case .iterationFinished(let report):
          seconds += report.seconds
          average.add(report)
          if try onEvent(.iteration(report, seconds: seconds)) == .stop {
            isStopped = true
            return .stop
          }
          let done = report.iteration
          let evaluates = done % max(pace.evaluateEvery, 1) == 0 || done == iterations
          if done % max(pace.recordEvery, 1) == 0, !evaluates {
            try write(average.record(iteration: done, seconds: seconds), [], onEvent)
          }
          if let limit = pace.secondsLimit, seconds >= limit { return .stop }
        case .evaluationDue(let iteration):
          try evaluate(state, with: evaluation, &average, iteration, onEvent)
        case .checkpointDue:
          try save(state, onEvent)
        }
        return .proceed
      }
    } catch let failure as Failure where failure.kind == .internalFault {
      let last = try Checkpoint.iterations(run: path).last
      let remedy =
        last.map { "the last good checkpoint is \(path)/checkpoints/\($0)" }
        ?? "no checkpoint was written yet"
      throw Failure(.internalFault, "\(failure.message); \(remedy)", cause: failure)
    }
    if !isStopped, state.iteration < iterations {
      // Time ran out between two evaluations: the last point of the curve is made here.
      try evaluate(state, with: evaluation, &average, state.iteration, onEvent)
    }
    try save(state, onEvent)
    return isStopped
      ? .stopped(iteration: state.iteration, seconds: seconds)
      : .finished(iteration: state.iteration, seconds: seconds)
  }

  private func evaluate(
    _ state: AdversarialState, with evaluation: TrainingEvaluation,
    _ average: inout RecordAverage, _ iteration: Int,
    _ onEvent: (Event) throws -> TrainingDecision
  ) throws {
    var record = average.record(iteration: iteration, seconds: seconds)
    let result = try evaluation.evaluate(state)
    record.trainingGap = result.gap.trainingEstimate
    record.heldOutGap = result.gap.heldOutEstimate
    record.scores = result.scores
    try write(record, result.samples, onEvent)
  }

  private func write(
    _ record: TrainingRecord, _ samples: [String],
    _ onEvent: (Event) throws -> TrainingDecision
  ) throws {
    try records.append(try RecordLog.line(record))
    _ = try onEvent(.record(record, samples: samples))
  }

  /// Brings the state to the disk: checkpoint, then the weights that other commands read.
  private func save(
    _ state: AdversarialState, _ onEvent: (Event) throws -> TrainingDecision
  ) throws {
    guard savedIteration != state.iteration else { return }
    try records.synchronize()
    let checkpoint = Checkpoint(
      iteration: state.iteration, seconds: seconds, recordBytes: records.count,
      vocabularyDigest: configuration.vocabulary.digest, corpusDigest: configuration.corpus.digest)
    let folder = try checkpoint.write(state, run: path, keeping: pace.checkpointsKept)
    let stamp = ["iteration": String(state.iteration)]
    try state.samplingGenerator.write(to: path + "/generator.safetensors", metadata: stamp)
    try state.critic.write(to: path + "/critic.safetensors", metadata: stamp)
    configuration.progress = RunConfiguration.Progress(
      iterations: state.iteration, seconds: seconds, instructionSet: Operations.instructionSet)
    try configuration.write(to: path + "/run.yml")
    savedIteration = state.iteration
    _ = try onEvent(.checkpoint(path: folder))
  }
}
