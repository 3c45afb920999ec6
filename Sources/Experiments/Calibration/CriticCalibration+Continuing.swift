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

  /// Trains a run's critic on against real text and the run's own samples, in each of the ways of
  /// ``Runs/ContinuedCritic/Name``, then fits and checks it.
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
  /// - Returns: the weights and what they are; no converged critic where the recipe bounds the critic's slope
  ///   otherwise than by a penalty.
  /// - Throws: as ``calibrate(_:on:count:seed:threads:)``; `Failure` of kind `usage` for a pace without
  ///   sense, `internalFault` where training leaves the finite numbers, and what `progress` throws.
  public static func continued(
    _ run: Run, on corpus: PreparedCorpus, count: Int = defaultCount,
    pace: Continuing = Continuing(), seed: UInt64, threads: Int,
    progress: (ContinuedCritic.Name, ContinuedCritic.Point) throws -> Void = { _, _ in }
  ) throws -> [(critic: TextCritic, record: ContinuedCritic)] {
    try pace.validate()
    let model = try TextModel(run)
    let evidence = try Evidence(
      model, of: run, on: corpus, count: count, seed: seed, threads: threads)
    let data = try CorpusBatches(corpus)
    let recipe = run.configuration.training
    return try ContinuedCritic.Name.allCases.compactMap { name in
      var settings = CriticContinuation.Settings(shown(name.representation), seed: seed)
      settings.penalty = pace.penalty
      if name == .converged {
        guard recipe.penalty > 0, recipe.spectralBound == nil else { return nil }
        settings.objective = .wasserstein
        settings.representation = recipe.representation
        (settings.penalty, settings.penaltyForm) = (recipe.penalty, recipe.penaltyForm)
      }
      return try continued(
        model, settings, against: evidence, particles: nil, data: data, pace: pace,
        threads: threads
      ) { try progress(name, $0) }
    }
  }

  /// Trains a model's critic on.
  ///
  /// - Parameters:
  ///   - settings: objective, penalty, seed and what the critic is shown; the rate is that of the pace.
  ///   - evidence: what decides when to stop, and what the fit is made and checked on.
  ///   - particles: latents of the samples to tell real text from; nil draws from the prior.
  static func continued(
    _ model: TextModel, _ settings: CriticContinuation.Settings, against evidence: Evidence,
    particles: Tensor?, data: CorpusBatches, pace: Continuing, threads: Int,
    progress: (ContinuedCritic.Point) throws -> Void
  ) throws -> (critic: TextCritic, record: ContinuedCritic) {
    var settings = settings
    if let rate = pace.rate { settings.rate = rate }
    let isLogistic = settings.objective == .logistic
    // What is fitted is d of text; the training's samples can be told by their sharpness alone.
    let scored = isLogistic ? settings.representation : .decoded
    let continuation = try CriticContinuation(
      of: model.critic,
      against: particles.map { .particles(model.generator, $0) } ?? .generator(model.generator),
      settings: settings, threads: threads)
    func score(_ critic: TextCritic) throws -> LatentCriticScore {
      try LatentCriticScore(
        generator: model.generator, critic: critic, representation: scored)
    }
    var course: [ContinuedCritic.Point] = []
    var kept = (step: 0, logLoss: Double.infinity, critic: model.critic)
    var losses: [Double] = []
    while true {
      let point = ContinuedCritic.Point(
        step: continuation.step,
        trainingLogLoss: losses.isEmpty || !isLogistic
          ? nil : losses.reduce(0, +) / Double(2 * losses.count),
        logLoss: try logLoss(
          try evidence.fitScores(of: try score(continuation.critic)), isRatio: isLogistic))
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
        record: try evidence.record(of: try score(kept.critic), in: representation(of: scored)))
    )
  }

  /// The log loss of scores taken as log density ratios, or of their fit where they are none; nats a string.
  private static func logLoss(_ scores: ScoreSet, isRatio: Bool) throws -> Double {
    let fit = isRatio ? nil : try LogisticCalibration(fitting: scores)
    func ratio(_ score: Double) -> Double {
      fit.map { $0.scale * score + $0.offset } ?? score
    }
    let losses =
      scores.real.map { LogisticObjective.loss(ratio($0)) }
      + scores.generated.map { LogisticObjective.loss(-ratio($0)) }
    return losses.reduce(0, +) / Double(losses.count)
  }
}
