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
/// The directory is complete from its first moment: checkpoint 0 holds the initial weights.
public final class TrainingSession {
  /// What the caller is told.
  public enum Event {
    /// A step of the warm start is done; seconds of training so far.
    case warmStart(WarmStartReport, seconds: Double)
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

  private let corpus: PreparedCorpus
  private let data: CorpusBatches
  private let pace: Pace
  private let threads: Int
  private let records: AppendingFile
  private var state: AdversarialState
  private var seconds: Double
  private var average = RecordAverage()
  private var saving: TrainingSaving
  private var isStopped = false
  /// Whether the kernels differ from those that trained the run so far.
  public let changesInstructionSet: Bool

  /// Begins a new run.
  ///
  /// - Parameters:
  ///   - path: the run directory to make; nothing may be there.
  ///   - preset: name of the preset that the defaults came from.
  ///   - networks: size of generator and critic.
  /// - Throws: `Failure` of kind `usage` for a recipe or pace out of range, `badData` when the corpus
  ///   has too few training strings or no validation strings, `cannotWrite` when something is at
  ///   `path`. Nothing is left behind then.
  public init(
    beginning path: String, corpus: PreparedCorpus, preset: String, networks: NetworkSize,
    recipe: AdversarialConfiguration, pace: Pace, threads: Int
  ) throws {
    try networks.validate()
    try recipe.validate()
    try pace.validate()
    let (length, vocabulary) = (corpus.codec.length, corpus.codec.vocabulary.count)
    data = try CorpusBatches(corpus)
    guard data.count >= recipe.batch else {
      throw Failure(
        .badData,
        "\(corpus.path) has \(data.count) training strings, fewer than a batch of \(recipe.batch); "
          + "prepare more text or give a smaller --batch")
    }
    try TrainingEvaluation.requireValidationText(corpus)
    let configuration = RunConfiguration(
      preset: preset, seed: recipe.seed,
      corpus: RunConfiguration.Corpus(
        name: corpus.name, digest: corpus.description.digest, trainingStrings: data.count),
      vocabulary: RunConfiguration.VocabularyRecord(
        digest: corpus.codec.vocabulary.digest, size: vocabulary),
      generator: networks.generator(length: length, vocabulary: vocabulary),
      critic: networks.critic(length: length, vocabulary: vocabulary),
      training: recipe,
      progress: RunConfiguration.Progress(
        iterations: 0, seconds: 0, instructionSet: Operations.instructionSet))
    state = try AdversarialState(
      configuration: recipe, generator: configuration.generator, critic: configuration.critic)
    self.corpus = corpus
    self.pace = pace
    self.threads = threads
    seconds = 0
    changesInstructionSet = false
    let initial = state
    var saving = TrainingSaving(
      path: path, configuration: configuration, kept: pace.checkpointsKept)
    let directory = try AtomicDirectory(path: path)
    try directory.fill { folder in
      try corpus.codec.vocabulary.write(to: folder + "/vocabulary.tsv")
      saving.path = folder
      try saving.save(initial, seconds: 0, recordBytes: 0)
      saving.path = path
    }
    try directory.commit()
    self.saving = saving
    records = try AppendingFile(path: path + "/records.jsonl")
  }

  /// Resumes a run from its newest checkpoint.
  ///
  /// The recipe is the checkpoint's. Records beyond the checkpoint are cut off; where the file is
  /// shorter than the checkpoint remembers, what is there is kept.
  ///
  /// - Parameters:
  ///   - iterations: new total of iterations; nil keeps the run's.
  /// - Throws: `Failure` of kind `missingInput` without a checkpoint, `badData` when the corpus is
  ///   not the one that the run was trained on or the checkpoint is damaged, `usage` for a recipe or
  ///   pace out of range, `cannotWrite` when another process trains the run.
  public init(
    resuming path: String, corpus: PreparedCorpus, iterations: Int?, pace: Pace, threads: Int
  ) throws {
    try pace.validate()
    let run = try Run(opening: path)
    let (checkpoint, state) = try Checkpoint.newest(of: run)
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
    try TrainingEvaluation.requireValidationText(corpus)
    self.state = state
    if let iterations { self.state.configuration.iterations = iterations }
    try self.state.configuration.validate()
    self.corpus = corpus
    data = try CorpusBatches(corpus)
    self.pace = pace
    self.threads = threads
    seconds = checkpoint.seconds
    changesInstructionSet = checkpoint.instructionSet != Operations.instructionSet
    var configuration = run.configuration
    configuration.training = self.state.configuration
    configuration.seed = self.state.configuration.seed
    saving = TrainingSaving(path: path, configuration: configuration, kept: pace.checkpointsKept)
    saving.savedCheckpoint = TrainingSaving.Position(state)
    records = try AppendingFile(path: path + "/records.jsonl")
    if records.count > checkpoint.recordBytes {
      try records.truncate(to: checkpoint.recordBytes)
    }
    saving.lastEvaluation = try RecordLog.read(run: path).last { $0.scores != nil }
  }

  /// Iterations done so far.
  public var iteration: Int { state.iteration }

  /// Iterations in all.
  public var iterations: Int { state.configuration.iterations }

  /// Trains until iterations or time are used up, or the caller says stop.
  ///
  /// - Parameter onEvent: called on the caller's thread; returning `stop` saves and ends.
  /// - Throws: `Failure` of kind `internalFault` when a value is not finite and `cannotWrite` when a
  ///   record or checkpoint cannot be written, each naming the last good checkpoint; what `onEvent`
  ///   throws.
  public func run(onEvent: (Event) throws -> TrainingDecision) throws -> Outcome {
    isStopped = false
    do {
      if state.iteration < iterations, !isTimeUp { try train(onEvent) }
      try save(state, onEvent)
    } catch let failure as Failure where [.internalFault, .cannotWrite].contains(failure.kind) {
      let last = try Checkpoint.iterations(run: saving.path).last
      let place = last.map { "the last good checkpoint is \(saving.path)/checkpoints/\($0)" }
      throw Failure(
        failure.kind, "\(failure.message); \(place ?? "no checkpoint was written yet")",
        cause: failure)
    }
    return isStopped
      ? .stopped(iteration: state.iteration, seconds: seconds)
      : .finished(iteration: state.iteration, seconds: seconds)
  }

  private var isTimeUp: Bool { pace.secondsLimit.map { seconds >= $0 } ?? false }

  private func train(_ onEvent: (Event) throws -> TrainingDecision) throws {
    let evaluation = try TrainingEvaluation(
      corpus: corpus, sampleCount: pace.sampleCount, seed: state.configuration.seed,
      threads: threads)
    let training = AdversarialTraining(
      schedule: TrainingSchedule(
        evaluateEvery: pace.evaluateEvery, checkpointEvery: pace.checkpointEvery),
      threads: threads)
    state = try training.run(state, data: data) { event, state in
      switch event {
      case .warmStartStepFinished(let report):
        seconds += report.seconds
        try tell(.warmStart(report, seconds: seconds), onEvent)
        if isTimeUp { return .stop }
      case .iterationFinished(let report):
        seconds += report.seconds
        average.add(report)
        try tell(.iteration(report, seconds: seconds), onEvent)
        if isStopped || isTimeUp { return .stop }
        let done = report.iteration
        let isEvaluated = isDue(done, every: pace.evaluateEvery) || done == iterations
        if isDue(done, every: pace.recordEvery), !isEvaluated {
          try write(average.record(iteration: done, seconds: seconds), [], onEvent)
        }
      case .evaluationDue:
        try evaluate(state, with: evaluation, onEvent)
      case .checkpointDue:
        try save(state, onEvent)
      }
      return isStopped ? .stop : .proceed
    }
    // Where training stopped between two records, what came after the last one is still told: with
    // scores when time ran out, without when the caller is in a hurry.
    guard !average.isEmpty else { return }
    if isStopped {
      try write(average.record(iteration: state.iteration, seconds: seconds), [], onEvent)
    } else {
      try evaluate(state, with: evaluation, onEvent)
    }
  }

  private func isDue(_ iteration: Int, every: Int) -> Bool {
    every > 0 && iteration.isMultiple(of: every)
  }

  private func evaluate(
    _ state: AdversarialState, with evaluation: TrainingEvaluation,
    _ onEvent: (Event) throws -> TrainingDecision
  ) throws {
    try requireFinite(state)
    var record = average.record(iteration: state.iteration, seconds: seconds)
    let result = try evaluation.evaluate(state)
    record.trainingGap = result.gap.trainingEstimate
    record.heldOutGap = result.gap.heldOutEstimate
    record.sharpness = result.sharpness
    record.duplicateRate = result.duplicateRate
    record.realDuplicateRate = evaluation.realDuplicateRate
    record.scores = result.scores
    saving.lastEvaluation = record
    try write(record, result.samples, onEvent)
  }

  private func write(
    _ record: TrainingRecord, _ samples: [String],
    _ onEvent: (Event) throws -> TrainingDecision
  ) throws {
    try records.append(try RecordLog.line(record))
    try tell(.record(record, samples: samples), onEvent)
  }

  private func save(
    _ state: AdversarialState, _ onEvent: (Event) throws -> TrainingDecision
  ) throws {
    try requireFinite(state)
    try records.synchronize()
    if let folder = try saving.save(state, seconds: seconds, recordBytes: records.count) {
      try tell(.checkpoint(path: folder), onEvent)
    }
  }

  /// An update can overflow after its gradient was checked; no such weights are scored or saved.
  private func requireFinite(_ state: AdversarialState) throws {
    for (network, parameters) in [
      ("generator", state.generator.network.parameters),
      ("generator's average", state.samplingGenerator.network.parameters),
      ("critic", state.critic.network.parameters),
    ] {
      guard let name = parameters.firstNonFinite else { continue }
      throw Failure(
        .internalFault,
        "iteration \(state.iteration): \(name) of the \(network) is not finite after its update; "
          + "train with lower rates")
    }
  }

  private func tell(_ event: Event, _ onEvent: (Event) throws -> TrainingDecision) throws {
    if try onEvent(event) == .stop { isStopped = true }
  }
}
