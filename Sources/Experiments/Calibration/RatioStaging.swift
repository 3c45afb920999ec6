import Determinism
import Files
import GenerativeModels
import Refinement
import Runs
import Tensors

/// Fits the ratios of a staged refinement, one after the other.
///
/// A pool of particles starts from latents of the prior. For each stage the run's critic is trained on as a
/// classifier of real training text and the particles where they stand, fitted and checked on validation text and as
/// many samples that passed the same stages; then particles and samples are refined by the stage. All of them are
/// discarded: what is refined later has other latents.
///
/// A selection wants the critic that tells best; a flow wants one that is smooth as well, so its critic is trained
/// on with a gradient penalty.
public enum RatioStaging {
  /// η of the flows: 0.003, chosen here on validation text; ratios of trained-on critics are steep.
  public static let stepSize = 0.003

  /// What is fitted, and on how much.
  public struct Settings: Sendable, Equatable {
    /// What each stage does: flows, of which the first may be OBRS.
    public var plan: [MethodSettings]
    /// Particles; 16,384, chosen here: a critic meets each some four times in a thousand steps.
    public var particles = 16_384
    /// Strings and samples on each side of a fit and of a check.
    public var count = CriticCalibration.defaultCount
    /// How long a critic is trained on; its penalty is that of the stage.
    public var pace = CriticCalibration.Continuing()
    /// What a flow's critic is shown: smoothed samples, chosen here; decoded ones did no worse on validation text.
    public var representation = RatioRepresentation.smoothed
    /// λ of the gradient penalty of a flow's critic: 0.05, chosen here; 0.01 to 0.05 did alike on validation text.
    public var penalty = 0.05

    /// Settings with the defaults.
    public init(plan: [MethodSettings]) { self.plan = plan }

    /// A plan for a budget of cost units a sample: OBRS with its share, then flows that share the rest.
    ///
    /// - Parameters:
    ///   - stages: number of flows, at least 1.
    ///   - selects: whether OBRS comes first.
    ///   - flow: divergence, η, γ and integrator of the flows.
    public static func plan(
      budget: Int, stages: Int, selects: Bool, flow: RefinementSettings
    ) -> [MethodSettings] {
      precondition(stages >= 1, "RatioStaging: \(stages) stages")
      var plan: [MethodSettings] = []
      var left = budget
      if selects {
        var selection = MethodSettings(.obrs)
        selection.proposals = max(2, Int(MethodSettings.selectionShare * Double(budget)))
        left -= selection.proposals
        plan.append(selection)
      }
      var each = flow
      each.steps = max(1, left / (2 * stages))
      return plan + Array(repeating: MethodSettings(.dgflow, flow: each), count: stages)
    }
  }

  /// Told where the fit stands.
  public enum Progress: Sendable {
    /// A look at the critic of a stage, counted from 0.
    case critic(stage: Int, ContinuedCritic.Point)
    /// Particles moved by a stage.
    case particles(stage: Int, done: Int, total: Int)
  }

  /// Fits the stages.
  ///
  /// The result depends on run, corpus, settings and seed, not on threads.
  ///
  /// - Parameter progress: throwing ends the work.
  /// - Returns: the stages with their critics, not yet written.
  /// - Throws: `Failure` of kind `usage` for settings out of range, and as ``CriticCalibration``'s functions.
  public static func stages(
    of run: Run, on corpus: PreparedCorpus, settings: Settings, seed: UInt64, threads: Int,
    progress: (Progress) throws -> Void = { _ in }
  ) throws -> (record: RunStages, critics: [TextCritic]) {
    let clock = ContinuousClock()
    let begin = clock.now
    try validate(settings)
    let model = try TextModel(run)
    var evidence = try CriticCalibration.Evidence(
      model, of: run, on: corpus, count: settings.count, seed: seed, threads: threads)
    let data = try CorpusBatches(corpus)
    let prior = StandardNormalLatents(latentWidth: model.generator.configuration.latentWidth)
    var particles = prior.sample(
      count: settings.particles, from: RandomStream(seed: seed, name: "stage particles"))
    var cost = RefinementCost()
    var (stages, critics): ([RunStages.Stage], [TextCritic]) = ([], [])
    for (index, method) in settings.plan.enumerated() {
      let climbs = method.method.usesGradient
      var critic = CriticContinuation.Settings(
        CriticCalibration.shown(climbs ? settings.representation : .decoded),
        seed: seed &+ UInt64(index))
      critic.penalty = climbs ? settings.penalty : 0
      let continued = try CriticCalibration.continued(
        model, critic, against: evidence, particles: particles, data: data, pace: settings.pace,
        threads: threads
      ) { try progress(.critic(stage: index, $0)) }
      critics.append(continued.critic)
      stages.append(RunStages.Stage(settings: method, critic: continued.record))
      guard index + 1 < settings.plan.count else { break }
      let ratio = try RunStages.ratio(
        of: continued.critic, continued.record, model: model, for: method.method, run: run.path)
      let prepared = try PreparedMethod(
        method, for: PreparedMethod.Problem(ratio: ratio.ratio, prior: prior),
        seed: seed ^ StableHash("fit of stage \(index)").value,
        sharing: BatchSharing(threads: threads))
      let evidenceCount = evidence.latents.shape[0]
      let total = settings.particles + evidenceCount
      // The samples behind the fit are moved as particles that no critic is trained on.
      let moved = try prepared.method.refine(particles, firstSample: 0) {
        try progress(
          .particles(stage: index, done: settings.particles * $0.step / $0.steps, total: total))
        return .proceed
      }
      let checked = try prepared.method.refine(evidence.latents, firstSample: settings.particles)
      particles = moved.latents
      evidence.latents = checked.latents
      cost = cost + prepared.fixedCost + moved.cost + checked.cost
    }
    return (
      RunStages(
        corpusDigest: corpus.description.digest, seed: seed,
        iteration: run.configuration.progress.iterations, particles: settings.particles, cost: cost,
        seconds: (clock.now - begin).inSeconds, stages: stages), critics
    )
  }

  private static func validate(_ settings: Settings) throws {
    guard (1...RunStages.mostStages).contains(settings.plan.count), settings.particles >= 1 else {
      throw Failure(
        .usage,
        "\(settings.plan.count) stages with \(settings.particles) particles: give 1 to "
          + "\(RunStages.mostStages) stages and at least 1 particle")
    }
    var whole = MethodSettings(.staged)
    whole.stages = settings.plan
    try whole.validate()
    try settings.pace.validate()
  }
}
