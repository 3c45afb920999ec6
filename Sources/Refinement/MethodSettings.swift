import Files

/// How a method is run: the values that are recorded beside its samples.
public struct MethodSettings: Codable, Equatable, Sendable {
  /// The method.
  public var method: MethodName
  /// Divergence, η, γ, steps and integrator of a flow; η and steps of DDLS, MALA and DOT; η of Ex²MCMC's local steps.
  public var flow: RefinementSettings
  /// T of DDLS and MALA; 1 is the data's law.
  public var temperature = 1.0
  /// K: proposals of MH-GAN and of the best of many; 1/acceptance of DRS and OBRS, also before a flow.
  public var proposals = 50
  /// Candidates of a round of i-SIR and Ex²MCMC.
  public var candidates = ImportanceResampling.defaultCandidates
  /// Rounds of i-SIR and Ex²MCMC.
  public var rounds = 5
  /// Projection of DOT.
  public var projection = DiscriminatorOptimalTransport.Projection.released
  /// The stages of a staged refinement; nil for the others.
  public var stages: [MethodSettings]?

  /// Generated samples behind the rule of DRS and OBRS: 10,000, as the published code (9,984).
  public static let burnIn = 10_000

  /// The least budget of every method, in cost units: a round of Ex²MCMC and where it starts.
  public static let leastBudget = 18
  /// Most proposals: a million, as many as a random number's step can count with room for DRS's tail.
  public static let mostProposals = 1_000_000
  /// Most candidates of a round: 10,000, which with Z = 128 take 330 MB for each thread.
  public static let mostCandidates = 10_000

  /// A method with the settings of a flow, where it has any.
  public init(_ method: MethodName, flow: RefinementSettings = RefinementSettings()) {
    self.method = method
    self.flow = flow
  }

  /// A method at a budget of cost units a sample, its other settings as published.
  ///
  /// Steps and rounds are as many as the budget holds: E/2 for flows, DDLS and DOT (whose last value costs
  /// one more unit), E/2 − 1 for MALA and adaptive flows, (E − 1)/9 rounds of i-SIR, (E − 1)/17 of Ex²MCMC; E
  /// proposals for the rest. Of a flow after OBRS, ``selectionShare`` of E are proposals, and η is
  /// ``selectedStepShare`` of the flow's.
  ///
  /// - Parameters:
  ///   - budget: E, at least 2.
  ///   - flow: divergence, η and γ of a flow; its steps are replaced.
  public init(_ method: MethodName, budget: Int, flow: RefinementSettings = RefinementSettings()) {
    precondition(budget >= 2, "MethodSettings: a budget of \(budget) units")
    self.init(method, flow: flow)
    proposals = budget
    var left = budget
    if method == .selectedFlow {
      proposals = max(2, Int(Self.selectionShare * Double(budget)))
      left -= proposals
    }
    let looksAhead = method == .mala || method.usesDivergence && flow.integrator == .adaptive
    self.flow.steps = looksAhead ? left / 2 - 1 : left / 2
    switch method {
    case .ddls, .mala: self.flow.stepSize = DiscriminatorDrivenLatentSampling.defaultStepSize
    case .selectedFlow: self.flow.stepSize *= Self.selectedStepShare
    case .dot: self.flow.stepSize = DiscriminatorOptimalTransport.defaultStepSize
    case .ex2mcmc: self.flow.stepSize = ExploreExploitChain.defaultStepSize
    default: break
    }
    let explored = candidates - 1
    let exploited = method == .ex2mcmc ? 2 + 2 * ExploreExploitChain.defaultLocalSteps : 0
    rounds = (budget - 1) / (explored + exploited)
  }

  /// The share of the budget that OBRS spends before a flow: 2/5, chosen here on validation text.
  public static let selectionShare = 0.4

  /// The step size of a flow that begins at selected samples, where d is high and curved, over that of one from the
  /// prior: 0.3, chosen here on validation text.
  public static let selectedStepShare = 0.3

  /// OBRS with the same proposals: what comes before the flow.
  public var selection: MethodSettings {
    var selection = MethodSettings(.obrs)
    selection.proposals = proposals
    return selection
  }

  /// Checks every range.
  ///
  /// - Throws: `Failure` of kind `usage`, naming the value and its range.
  public func validate() throws {
    func require(_ holds: Bool, _ what: String) throws {
      guard holds else { throw Failure(.usage, what) }
    }
    try require(
      temperature > 0 && temperature.isFinite,
      "temperature \(temperature) is out of range: give a finite number above 0, such as 1")
    switch method {
    case .drs, .obrs, .mhgan, .best, .selectedFlow:
      let least = method == .mhgan || method == .best ? 1 : 2
      try require(
        (least...Self.mostProposals).contains(proposals),
        "\(method.title) with \(proposals) proposals: give at least \(least) and at most "
          + "\(Self.mostProposals)")
    case .isir, .ex2mcmc:
      try require(
        (2...Self.mostCandidates).contains(candidates),
        "\(method.title) with \(candidates) candidates: give at least 2 and at most "
          + "\(Self.mostCandidates)")
      try require(
        rounds >= 0 && rounds <= Self.mostProposals / candidates,
        "\(method.title) with \(rounds) rounds of \(candidates): give at least 0 and at most "
          + "\(Self.mostProposals / candidates)")
    case .staged:
      let stages = stages ?? []
      try require(!stages.isEmpty, "a staged refinement without stages: run `dgflow stage` first")
      for (index, stage) in stages.enumerated() {
        try require(
          stage.method == .dgflow || stage.method == .obrs && index == 0,
          "stage \(index + 1) is \(stage.method.title): stages are flows, and the first may be OBRS"
        )
        try stage.validate()
      }
    case .dgflow, .ddls, .mala, .dot, .randomDirection, .noiseOnly, .rescaled: break
    }
    try flow.validate()
  }

  /// What the method is called in a row: a flow by its divergence (`KL`), the others by name (`MH-GAN`).
  public var title: String {
    switch method {
    case .dgflow:
      flow.divergence.name + (flow.integrator == .fixed ? "" : ", \(flow.integrator.rawValue)")
    case .selectedFlow: "OBRS, " + MethodSettings(.dgflow, flow: flow).title
    default: method.title
    }
  }

  /// The settings that matter to the method, in a few words: `25 steps of 0.1`, `50 proposals`.
  public var words: String {
    switch method {
    case .dgflow, .randomDirection, .rescaled, .dot:
      "\(flow.steps) steps of \(flow.stepSize)"
    case .noiseOnly: "\(flow.steps) steps of noise \(flow.noiseWeight)"
    case .selectedFlow: "one of \(proposals), \(flow.steps) steps of \(flow.stepSize)"
    case .staged: (stages ?? []).map(\.words).joined(separator: "; ")
    case .ddls, .mala:
      "\(flow.steps) steps of \(flow.stepSize)"
        + (temperature == 1 ? "" : " at temperature \(temperature)")
    case .drs, .obrs: "one of \(proposals)"
    case .mhgan, .best: "\(proposals) proposals"
    case .isir: "\(rounds) rounds of \(candidates)"
    case .ex2mcmc: "\(rounds) rounds of \(candidates), local steps of \(flow.stepSize)"
    }
  }
}
