import Determinism
import Files
import Tensors

/// A method ready to refine, and what it cost before the first sample.
public struct PreparedMethod: Sendable {
  /// Latents in, refined latents out.
  public let method: any RefinementMethod
  /// Spent once, whatever the number of samples: burn-in, the Lipschitz constant's pairs.
  public let fixedCost: RefinementCost

  /// What a method needs to know of the problem, beyond its settings.
  public struct Problem: Sendable {
    /// d(G(z)), with a gradient where the method uses one.
    public var ratio: any LatentLogDensityRatio
    /// The prior of the latents.
    public var prior: any LatentDistribution
    /// d for a selection before a flow; nil where that is taken from ``ratio``.
    public var selection: (any LatentLogDensityRatio)?
    /// d of each stage of a staged refinement; empty for the others.
    public var stages: [any LatentLogDensityRatio] = []
    /// d of held-out real text, for MH-GAN; may be empty for the others.
    public var realValues: [Float]

    /// A problem.
    public init(
      ratio: any LatentLogDensityRatio, prior: any LatentDistribution,
      selection: (any LatentLogDensityRatio)? = nil,
      stages: [any LatentLogDensityRatio] = [], realValues: [Float] = []
    ) {
      self.ratio = ratio
      self.selection = selection
      self.stages = stages
      self.prior = prior
      self.realValues = realValues
    }
  }

  /// A method made elsewhere.
  public init(_ method: any RefinementMethod, fixedCost: RefinementCost = RefinementCost()) {
    self.method = method
    self.fixedCost = fixedCost
  }

  /// Makes a method of its settings.
  ///
  /// - Parameters:
  ///   - settings: which method, and how; in range.
  ///   - problem: the ratio, the prior and where chains begin.
  ///   - seed: of all random numbers; burn-in has a stream of its own, so that no sample takes part in it.
  ///   - saving: what a flow keeps on the way; the other methods keep nothing.
  ///   - sharing: how rows are shared by the cores.
  /// - Throws: `Failure` of kind `badData` when d is constant where a scale is needed, or MH-GAN has nowhere
  ///   to begin; also what the ratio throws.
  public init(
    _ settings: MethodSettings, for problem: Problem, seed: UInt64,
    saving: TrajectorySaving = .nothing, sharing: BatchSharing = BatchSharing()
  ) throws {
    let (ratio, prior) = (problem.ratio, problem.prior)
    let flow = settings.flow
    var fixed = RefinementCost()
    func burnIn() throws -> [Float] {
      fixed.values += MethodSettings.burnIn
      return try ratio.values(
        prior.sample(
          count: MethodSettings.burnIn, from: RandomStream(seed: seed, name: "burn-in")),
        sharing: sharing)
    }
    func inTurn(
      _ stages: [MethodSettings], _ ratios: [any LatentLogDensityRatio]
    ) throws -> any RefinementMethod {
      precondition(
        stages.count == ratios.count,
        "PreparedMethod: \(stages.count) stages, \(ratios.count) ratios")
      return StagedRefinement(
        try zip(stages, ratios).enumerated().map { index, stage in
          let part = try PreparedMethod(
            stage.0, for: Problem(ratio: stage.1, prior: prior),
            seed: index == 0 ? seed : seed ^ StableHash("stage \(index)").value, sharing: sharing)
          fixed = fixed + part.fixedCost
          return part.method
        })
    }
    switch settings.method {
    case .dgflow:
      method = DiscriminatorGradientFlow.method(
        along: ratio, settings: flow, prior: prior, seed: seed, saving: saving, sharing: sharing)
    case .selectedFlow:
      method = try inTurn(
        [settings.selection, MethodSettings(.dgflow, flow: flow)],
        [problem.selection ?? ratio, ratio])
    case .staged:
      method = try inTurn(settings.stages ?? [], problem.stages)
    case .ddls, .mala:
      method = DiscriminatorDrivenLatentSampling(
        ratio: ratio, prior: prior, stepSize: flow.stepSize, steps: flow.steps,
        temperature: settings.temperature, isCorrected: settings.method == .mala, seed: seed,
        sharing: sharing)
    case .dot:
      fixed.values += 2 * DiscriminatorOptimalTransport.defaultPairs
      let constant = try DiscriminatorOptimalTransport.effectiveLipschitzConstant(
        of: ratio, prior: prior, seed: seed)
      guard constant > 0, constant.isFinite else {
        throw Failure(
          .badData,
          "DOT: the log density ratio does not change between latents (Lipschitz constant "
            + "\(constant)): check the model's weights")
      }
      method = DiscriminatorOptimalTransport(
        ratio: ratio, lipschitzConstant: constant, stepSize: flow.stepSize, steps: flow.steps,
        projection: settings.projection, sharing: sharing)
    case .drs:
      method = RejectionSampling(
        ratio: ratio, prior: prior,
        rule: .discriminator(burnIn: try burnIn(), budget: Double(settings.proposals)),
        mostProposals: RejectionSampling.patience * settings.proposals, seed: seed, sharing: sharing
      )
    case .obrs:
      method = RejectionSampling(
        ratio: ratio, prior: prior,
        rule: .budgeted(burnIn: try burnIn(), budget: Double(settings.proposals)),
        mostProposals: RejectionSampling.patience * settings.proposals, seed: seed, sharing: sharing
      )
    case .mhgan:
      guard !problem.realValues.isEmpty else {
        throw Failure(.badData, "MH-GAN begins at held-out real text: give a reference corpus")
      }
      fixed.values += problem.realValues.count
      method = MetropolisHastingsSelection(
        ratio: ratio, prior: prior, realValues: problem.realValues, length: settings.proposals,
        seed: seed, sharing: sharing)
    case .isir:
      method = ImportanceResampling(
        ratio: ratio, prior: prior, candidates: settings.candidates, rounds: settings.rounds,
        seed: seed, sharing: sharing)
    case .ex2mcmc:
      method = ExploreExploitChain(
        ratio: ratio, prior: prior, candidates: settings.candidates, stepSize: flow.stepSize,
        rounds: settings.rounds, seed: seed, sharing: sharing)
    case .best:
      method = BestOfMany(
        ratio: ratio, prior: prior, candidates: settings.proposals, seed: seed, sharing: sharing)
    case .randomDirection, .noiseOnly, .rescaled:
      let kind: FlowControl.Kind =
        switch settings.method {
        case .randomDirection: .randomDirection
        case .noiseOnly: .noiseOnly
        default: .rescaled
        }
      method = FlowControl(kind, ratio: ratio, settings: flow, seed: seed, sharing: sharing)
    }
    fixedCost = fixed
  }
}
