import Determinism
import Files
import GenerativeModels
import Refinement
import Tensors

/// A critic of the plane behind its generator is seen through the same keyhole as one of text.
extension PlaneScore: LatentLogDensityRatio {}

/// Base against refined points of a trained WGAN-GP of the plane, by the code that refines text.
public struct PlaneComparison: Sendable {
  /// How the critic becomes the ratio.
  public enum RatioKind: String, CaseIterable, Codable, Sendable {
    /// The score, centred at the midpoint of the means of real and generated points.
    case raw
    /// scale · score + offset, fitted by logistic regression on fresh real and generated points.
    case calibrated
    /// The same of a critic that was trained on as a classifier against the generator.
    case continued
    /// The same of a critic that was trained on by the training's own objective against the finished generator.
    case converged
  }

  /// What is compared, and how.
  public struct Settings: Codable, Equatable, Sendable {
    /// Points of a row: 5,000, as published.
    public var count = 5_000
    /// Methods; a flow makes a row for each divergence.
    public var methods = MethodName.allCases
    /// Divergences of the flow; controls follow the first.
    public var divergences = FDivergence.published
    /// E, cost units a point.
    public var budget = 2 * RefinementSettings.defaultSteps
    /// How the critic becomes the ratio.
    public var ratio = RatioKind.calibrated
    /// η of flows.
    public var stepSize = 0.01
    /// γ of flows.
    public var noiseWeight = RefinementSettings.defaultNoiseWeight
    /// How a flow takes its steps.
    public var integrator = RefinementSettings.Integrator.fixed
    /// Steps of a critic that is trained on, for a continued or converged ratio and for each stage.
    public var criticSteps = PlaneContinuation.Settings(seed: 0).steps
    /// Seed of latents, noise and real points; independent of the training's.
    public var seed: UInt64 = 1

    /// The defaults.
    public init() {}

    /// What is done for each refined row.
    public var rows: [MethodSettings] {
      methods.flatMap { method in
        (method == .dgflow ? divergences : Array(divergences.prefix(1))).map {
          let flow = RefinementSettings(
            divergence: $0, stepSize: stepSize, noiseWeight: noiseWeight, integrator: integrator)
          var settings = MethodSettings(method, budget: budget, flow: flow)
          if method == .staged {
            settings.stages = RatioStaging.Settings.plan(
              budget: budget, stages: 3, selects: false, flow: flow)
          }
          return settings
        }
      }
    }
  }

  /// One row: points with their statistics, and what they cost.
  public struct Row: Codable, Sendable {
    /// What the points are.
    public let name: String
    /// How they were refined; nil for real and base points.
    public let method: MethodSettings?
    /// How near they are to the law.
    public let statistics: PlaneStatistics
    /// Cost units a point; nil for real and base points.
    public let costPerSample: Double?
    /// Spent before the first point.
    public let fixedCost: RefinementCost?
    /// How often proposals were taken; nil for a method that always moves.
    public let acceptance: Acceptance?
  }

  /// Everything about one trained model.
  public struct Outcome: Codable, Sendable {
    /// Seed of the training.
    public let trainingSeed: UInt64
    /// Scale of the ratio, 1 for a raw score.
    public let scale: Double
    /// Offset of the ratio.
    public let offset: Double
    /// Area under the curve of the score between real and generated points.
    public let areaUnderCurve: Double
    /// Bandwidth of the kernel score.
    public let bandwidth: Double
    /// Real, base and refined rows.
    public let rows: [Row]
  }

  /// Most points of a row: 100,000, since distances are taken between all of them.
  public static let mostPoints = 100_000

  /// Real points behind a fit, a centre and the starts of MH-GAN, and as many generated ones.
  static let fitCount = 5_000

  let settings: Settings
  let threads: Int

  /// A comparison.
  ///
  /// - Throws: `Failure` of kind `usage` when a setting is out of range.
  public init(settings: Settings, threads: Int) throws {
    guard (10...Self.mostPoints).contains(settings.count),
      settings.budget >= MethodSettings.leastBudget, settings.criticSteps >= 1
    else {
      throw Failure(
        .usage,
        "\(settings.count) points at a budget of \(settings.budget): give 10 to \(Self.mostPoints) points "
          + "and at least \(MethodSettings.leastBudget) units")
    }
    for row in settings.rows { try row.validate() }
    self.settings = settings
    self.threads = threads
  }

  /// Rows of a trained model.
  ///
  /// - Parameters:
  ///   - networks: generator and critic.
  ///   - trainingSeed: recorded.
  ///   - progress: told the name of each row before it is made; throwing ends the comparison.
  public func outcome(
    of networks: PlaneNetworks, problem: PlaneProblem, trainingSeed: UInt64,
    progress: (String) throws -> Void = { _ in }
  ) throws -> Outcome {
    let base = PlaneScore(networks)
    let score = try score(of: networks, problem)
    let prior = StandardNormalLatents(latentWidth: score.latentWidth)
    let reference = PlaneReference(
      problem, count: settings.count, seed: settings.seed, threads: threads)
    let evidence = try evidence(of: score, problem)
    let ratio = try ratio(of: score, evidence)
    let start = prior.sample(count: settings.count, from: .latents(seed: settings.seed))
    try progress("real")
    var rows = [
      row(
        "real", points: problem.points(count: settings.count, from: stream("real row")), reference),
      row("base", points: base.points(start), reference),
    ]
    for method in settings.rows {
      try progress(method.title)
      let stages =
        method.method == .staged
        ? try self.stages(method.stages ?? [], of: networks, problem) : []
      let prepared = try PreparedMethod(
        method,
        for: PreparedMethod.Problem(
          ratio: ratio, prior: prior, stages: stages,
          realValues: evidence.real.map { Float(ratio.scale * $0 + ratio.offset) }),
        seed: settings.seed, sharing: BatchSharing(threads: threads))
      let result = try prepared.method.refine(start)
      rows.append(
        Row(
          name: method.title, method: method,
          statistics: reference.statistics(score.points(result.latents)),
          costPerSample: result.unitsPerSample, fixedCost: prepared.fixedCost,
          acceptance: result.acceptance))
    }
    return Outcome(
      trainingSeed: trainingSeed, scale: ratio.scale, offset: ratio.offset,
      areaUnderCurve: areaUnderCurve(evidence), bandwidth: reference.bandwidth, rows: rows)
  }

  /// A picture of the first divergence's flow.
  public func picture(of networks: PlaneNetworks, problem: PlaneProblem) throws -> PlanePicture {
    let score = try score(of: networks, problem)
    let flow =
      settings.rows.first { $0.method.usesDivergence }?.flow
      ?? RefinementSettings(stepSize: settings.stepSize, noiseWeight: settings.noiseWeight)
    return try PlanePicture(
      score, ratio: try ratio(of: score, try evidence(of: score, problem)), settings: flow,
      real: problem.points(count: PlanePicture.count, from: stream("real row")),
      seed: settings.seed, threads: threads)
  }

  /// The score that the ratio is made of.
  private func score(of networks: PlaneNetworks, _ problem: PlaneProblem) throws -> PlaneScore {
    switch settings.ratio {
    case .raw, .calibrated: PlaneScore(networks)
    case .continued:
      PlaneScore(
        try continued(networks, problem, .logistic, particles: nil, seed: settings.seed))
    case .converged:
      PlaneScore(
        try continued(networks, problem, .wasserstein, particles: nil, seed: settings.seed))
    }
  }

  /// Networks whose critic was trained on against fresh points of the generator, or against particles.
  func continued(
    _ networks: PlaneNetworks, _ problem: PlaneProblem,
    _ objective: CriticContinuation.Objective, particles: Tensor?, seed: UInt64
  ) throws -> PlaneNetworks {
    var pace = PlaneContinuation.Settings(objective, seed: seed)
    pace.steps = settings.criticSteps
    var continuation = PlaneContinuation(
      of: networks, problem: problem, particles: particles, settings: pace, threads: threads)
    try continuation.run()
    return continuation.networks
  }

  /// Scores of fresh real points, and of generated ones: fresh ones or those at some latents.
  func evidence(
    of score: PlaneScore, _ problem: PlaneProblem, at latents: Tensor? = nil
  ) throws -> ScoreSet {
    let prior = StandardNormalLatents(latentWidth: score.latentWidth)
    return try ScoreSet(
      real: score.values(points: problem.points(count: Self.fitCount, from: stream("fit")))
        .values,
      generated: score.values(
        latents ?? prior.sample(count: Self.fitCount, from: stream("fit latents"))
      ).values)
  }

  private func ratio(of score: PlaneScore, _ evidence: ScoreSet) throws -> CalibratedRatio {
    switch settings.ratio {
    case .raw: CalibratedRatio(score, scale: 1, offset: -ScoreCentre(evidence).centre)
    case .calibrated, .continued, .converged:
      CalibratedRatio(score, calibration: try LogisticCalibration(fitting: evidence))
    }
  }

  private func row(_ name: String, points: Tensor, _ reference: PlaneReference) -> Row {
    Row(
      name: name, method: nil, statistics: reference.statistics(points), costPerSample: nil,
      fixedCost: nil, acceptance: nil)
  }

  func stream(_ name: String) -> RandomStream {
    RandomStream(seed: settings.seed, name: "plane." + name)
  }
}
