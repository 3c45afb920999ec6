import Files
import GenerativeModels
import Refinement
import Runs
import Tensors

extension CriticCalibration {
  /// How long a critic is trained on.
  public struct Continuing: Sendable, Equatable {
    /// Steps at most; 3,000, chosen here: both representations took three minutes of two cores for half
    /// as many at width 64, looks included, and the log loss still fell.
    public var steps = 3_000
    /// Steps between looks at the log loss; 100, chosen here.
    public var every = 100
    /// Looks without a lower log loss after which the rest is left; 5, chosen here.
    public var patience = 5
    /// Adam's rate; nil takes that of ``GenerativeModels/CriticContinuation/Settings``.
    public var rate: Double?
    /// λ of the gradient penalty; 0 is none.
    public var penalty = 0.0

    /// The defaults.
    public init() {}

    /// Checks the ranges.
    ///
    /// - Throws: `Failure` of kind `usage`.
    func validate() throws {
      guard steps >= 1, every >= 1, patience >= 1 else {
        throw Failure(
          .usage,
          "a critic is trained on for \(steps) steps, with a look every \(every) and patience for "
            + "\(patience): give at least 1 of each")
      }
    }
  }

  /// Trains a run's critic on as a classifier of real text and the run's own samples, in each
  /// representation that shows both alike, then fits and checks it.
  ///
  /// Real strings to train on come from the training split. The critic that is kept is the one with the
  /// least log loss on the fit part of the validation split and as many samples; the check part, on
  /// which quality is stated, decides nothing.
  ///
  /// The result depends on run, corpus, count, pace and seed, not on threads.
  ///
  /// - Parameters:
  ///   - count: as ``calibrate(_:on:count:seed:threads:)``.
  ///   - pace: how long.
  ///   - progress: called after every look; throwing ends the work.
  /// - Returns: for each of ``Runs/ContinuedCritic/representations``, the weights and what they are.
  /// - Throws: as ``calibrate(_:on:count:seed:threads:)``; `Failure` of kind `usage` for a pace without
  ///   sense, `internalFault` where training leaves the finite numbers, and what `progress` throws.
  public static func continued(
    _ run: Run, on corpus: PreparedCorpus, count: Int = defaultCount,
    pace: Continuing = Continuing(), seed: UInt64, threads: Int,
    progress: (RatioRepresentation, ContinuedCritic.Point) throws -> Void = { _, _ in }
  ) throws -> [(critic: TextCritic, record: ContinuedCritic)] {
    try pace.validate()
    let model = try TextModel(run)
    let evidence = try Evidence(
      model, of: run, on: corpus, count: count, seed: seed, threads: threads)
    let data = try CorpusBatches(corpus)
    return try ContinuedCritic.representations.map { representation in
      try continued(
        model, representation, against: evidence, particles: nil, data: data, pace: pace,
        seed: seed, threads: threads
      ) { try progress(representation, $0) }
    }
  }

  /// Trains a model's critic on in one representation.
  ///
  /// - Parameters:
  ///   - evidence: what decides when to stop, and what the fit is made and checked on.
  ///   - particles: latents of the samples to tell real text from; nil draws from the prior.
  static func continued(
    _ model: TextModel, _ representation: RatioRepresentation, against evidence: Evidence,
    particles: Tensor?, data: CorpusBatches, pace: Continuing, seed: UInt64, threads: Int,
    progress: (ContinuedCritic.Point) throws -> Void
  ) throws -> (critic: TextCritic, record: ContinuedCritic) {
    var settings = CriticContinuation.Settings(shown(representation), seed: seed)
    if let rate = pace.rate { settings.rate = rate }
    settings.penalty = pace.penalty
    let continuation = try CriticContinuation(
      of: model.critic,
      against: particles.map { .particles(model.generator, $0) } ?? .generator(model.generator),
      settings: settings, threads: threads)
    func score(_ critic: TextCritic) throws -> LatentCriticScore {
      try LatentCriticScore(
        generator: model.generator, critic: critic, representation: settings.representation)
    }
    var course: [ContinuedCritic.Point] = []
    var kept = (step: 0, logLoss: Double.infinity, critic: model.critic)
    var losses: [Double] = []
    while true {
      let point = ContinuedCritic.Point(
        step: continuation.step,
        trainingLogLoss: losses.isEmpty ? nil : losses.reduce(0, +) / Double(2 * losses.count),
        logLoss: logLoss(try evidence.fitScores(of: try score(continuation.critic))))
      course.append(point)
      if point.logLoss < kept.logLoss {
        kept = (point.step, point.logLoss, continuation.critic)
      }
      try progress(point)
      let left = pace.steps - point.step
      guard left > 0, point.step - kept.step < pace.patience * pace.every else { break }
      losses = try (0..<min(pace.every, left)).map { _ in try continuation.advance(data) }
    }
    return (
      kept.critic,
      ContinuedCritic(
        settings: settings, step: kept.step, course: course,
        record: try evidence.record(of: try score(kept.critic), in: representation))
    )
  }

  /// The log loss of scores taken as log density ratios, nats a string.
  private static func logLoss(_ scores: ScoreSet) -> Double {
    let losses =
      scores.real.map { LogisticObjective.loss($0) }
      + scores.generated.map { LogisticObjective.loss(-$0) }
    return losses.reduce(0, +) / Double(losses.count)
  }
}
