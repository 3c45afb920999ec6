import Files

/// How a method is run: the values that are recorded beside its samples.
public struct MethodSettings: Codable, Equatable, Sendable {
  /// The method.
  public var method: MethodName
  /// Divergence, η, γ and steps of a flow; η and steps of DDLS, MALA and DOT; η of Ex²MCMC's local steps.
  public var flow: RefinementSettings
  /// T of DDLS and MALA; 1 is the data's law.
  public var temperature = 1.0
  /// K: proposals of MH-GAN and of the best of many; 1/acceptance of DRS and OBRS.
  public var proposals = 50
  /// Candidates of a round of i-SIR and Ex²MCMC.
  public var candidates = ImportanceResampling.defaultCandidates
  /// Rounds of i-SIR and Ex²MCMC.
  public var rounds = 5
  /// Projection of DOT.
  public var projection = DiscriminatorOptimalTransport.Projection.released

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
  /// one more unit), E/2 − 1 for MALA, (E − 1)/9 rounds of i-SIR, (E − 1)/17 of Ex²MCMC; E proposals for the rest.
  ///
  /// - Parameters:
  ///   - budget: E, at least 2.
  ///   - flow: divergence, η and γ of a flow; its steps are replaced.
  public init(_ method: MethodName, budget: Int, flow: RefinementSettings = RefinementSettings()) {
    precondition(budget >= 2, "MethodSettings: a budget of \(budget) units")
    self.init(method, flow: flow)
    self.flow.steps = method == .mala ? budget / 2 - 1 : budget / 2
    switch method {
    case .ddls, .mala: self.flow.stepSize = DiscriminatorDrivenLatentSampling.defaultStepSize
    case .dot: self.flow.stepSize = DiscriminatorOptimalTransport.defaultStepSize
    case .ex2mcmc: self.flow.stepSize = ExploreExploitChain.defaultStepSize
    default: break
    }
    proposals = budget
    let explored = candidates - 1
    let exploited = method == .ex2mcmc ? 2 + 2 * ExploreExploitChain.defaultLocalSteps : 0
    rounds = (budget - 1) / (explored + exploited)
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
    case .drs, .obrs, .mhgan, .best:
      let least = method == .drs || method == .obrs ? 2 : 1
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
    case .dgflow, .ddls, .mala, .dot, .randomDirection, .noiseOnly, .rescaled: break
    }
    try flow.validate()
  }

  /// What the method is called in a row: a flow by its divergence (`KL`), the others by name (`MH-GAN`).
  public var title: String {
    method == .dgflow ? flow.divergence.name : method.title
  }

  /// The settings that matter to the method, in a few words: `25 steps of 0.1`, `50 proposals`.
  public var words: String {
    switch method {
    case .dgflow, .randomDirection, .rescaled, .dot:
      "\(flow.steps) steps of \(flow.stepSize)"
    case .noiseOnly: "\(flow.steps) steps of noise \(flow.noiseWeight)"
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
