import ArgumentParser
import Experiments
import Files
import Refinement
import Runs

extension MethodName: ExpressibleByArgument {}
extension DiscriminatorOptimalTransport.Projection: ExpressibleByArgument {}

/// Which method refines, and the settings that are not a flow's.
struct MethodOptions: ParsableArguments {
  @Option(
    name: .customLong("method"),
    help: """
      How to refine: dgflow (gradient flow; what is done where nothing is said and the run was not tuned), \
      obrs-dgflow (starts chosen by obrs, then dgflow), staged (see `dgflow stage`), ddls (Langevin), mala (ddls \
      with Metropolis' correction), dot (optimal transport), drs and obrs (rejection), mhgan \
      (Metropolis-Hastings), isir (importance resampling), ex2mcmc (isir and mala); controls: best, \
      random-direction, noise-only, rescaled.
      """)
  var givenMethod: MethodName?

  @Option(
    name: .long,
    help: """
      f-divergence of a flow: kl (default), js, logd, and beyond the paper reverse-kl, pearson, jeffreys, whose \
      weights are capped at \(Int(FDivergence.largestFlowWeight)).
      """)
  var divergence: FDivergence?

  @Option(
    name: .long, parsing: .unconditional,
    help: """
      Cost units a sample, from which steps, rounds and proposals follow where they are not given \
      (\(2 * RefinementSettings.defaultSteps), 25 steps of a flow).
      """)
  var budget: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: "drs, obrs: keep one of so many; mhgan, best: proposals (as the budget).")
  var proposals: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: "isir, ex2mcmc: candidates of a round (\(ImportanceResampling.defaultCandidates)).")
  var candidates: Int?

  @Option(
    name: .long, parsing: .unconditional, help: "isir, ex2mcmc: rounds (as the budget holds).")
  var rounds: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: "ddls, mala: temperature of the law of latents (1, the data's; released runs imply 0.5).")
  var temperature: Double?

  @Option(
    name: .long,
    help: "dot: what is taken out of the gradient: none, released (default) or tangential.")
  var projection: DiscriminatorOptimalTransport.Projection?

  @Option(
    name: .long,
    help: "mhgan, --auto: prepared corpus whose validation text is used, or a bundled name.")
  var reference: String?

  @Flag(
    name: .long,
    help: """
      dgflow, obrs-dgflow: find divergence, step size, noise weight and steps on the tune part of validation text \
      first, and keep them in the run.
      """)
  var auto = false

  @Option(
    name: .long, parsing: .unconditional,
    help: "With --auto: cost units of the search (\(RefinementTuning.Settings().spend)).")
  var spend: Int?

  /// What was asked for.
  var method: MethodName { givenMethod ?? .dgflow }

  /// Whether nothing was said of how to refine.
  var isEmpty: Bool {
    givenMethod == nil && divergence == nil && budget == nil && proposals == nil
      && candidates == nil && rounds == nil && temperature == nil && projection == nil
  }

  func validate() throws {
    if let budget { try Given.count(budget, "--budget", atLeast: MethodSettings.leastBudget) }
    if let temperature { try Given.number(temperature, "--temperature", positive: true) }
    if let candidates { try Given.count(candidates, "--candidates", atLeast: 2) }
    if let rounds { try Given.count(rounds, "--rounds", atLeast: 0) }
    if let proposals { try Given.count(proposals, "--proposals") }
    let takes: [(option: String, isGiven: Bool, methods: [MethodName])] = [
      ("--divergence", divergence != nil, MethodName.allCases.filter(\.usesDivergence)),
      ("--proposals", proposals != nil, [.selectedFlow, .drs, .obrs, .mhgan, .best]),
      ("--candidates", candidates != nil, [.isir, .ex2mcmc]),
      ("--rounds", rounds != nil, [.isir, .ex2mcmc]),
      ("--temperature", temperature != nil, [.ddls, .mala]),
      ("--projection", projection != nil, [.dot]),
      ("--reference", reference != nil && !auto, [.mhgan]),
      ("--auto", auto, [.dgflow, .selectedFlow]),
    ]
    try requireMeaning(of: takes)
    if let spend { try Given.count(spend, "--spend") }
    if spend != nil, !auto {
      throw ValidationError("--spend is about --auto: add it, or leave it out")
    }
    if auto, reference == nil {
      throw ValidationError("--auto tunes on validation text: give --reference CORPUS")
    }
    if method == .mhgan, reference == nil {
      throw ValidationError(
        "mhgan begins its chains at held-out real text: give --reference CORPUS")
    }
  }

  /// Fails where an option of the flow was given that the method does not have.
  func requireMeaning(of flow: RefinementOptions) throws {
    let flows = MethodName.allCases.filter(\.usesDivergence)
    let steps = flows + [.ddls, .mala, .dot]
    if auto, flow.steps != nil || flow.stepSize != nil || flow.noise != nil || proposals != nil {
      throw ValidationError(
        "--auto finds step size, noise and steps: leave out --step-size, --noise, --steps and --proposals"
      )
    }
    try requireMeaning(of: [
      ("--steps", flow.steps != nil, steps),
      ("--step-size", flow.stepSize != nil, steps + [.ex2mcmc]),
      ("--noise", flow.noise != nil, flows), ("--prior-weight", flow.priorWeight != nil, flows),
      ("--integrator", flow.integrator != nil, [.dgflow, .selectedFlow]),
      ("--selection-ratio", flow.selectionRatio != nil, [.selectedFlow]),
    ])
  }

  private func requireMeaning(
    of options: [(option: String, isGiven: Bool, methods: [MethodName])]
  ) throws {
    for (option, isGiven, methods) in options where isGiven && !methods.contains(method) {
      let names = methods.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("\(option) is about \(names), not --method \(method.rawValue)")
    }
  }

  /// How to search for settings.
  func tuning(seed: UInt64) -> RefinementTuning.Settings {
    var settings = RefinementTuning.Settings()
    settings.method = method
    if let budget { settings.budget = budget }
    if let spend { settings.spend = spend }
    if let divergence { settings.divergences = [divergence] }
    settings.seed = seed
    return settings
  }

  /// What was given, else what the budget holds and the papers say.
  func settings(_ flow: RefinementOptions, along ratio: RatioChoice) -> MethodSettings {
    var settings = MethodSettings(
      method, budget: budget ?? 2 * RefinementSettings.defaultSteps,
      flow: flow.settings(divergence ?? .kullbackLeibler, along: ratio))
    if let stepSize = flow.stepSize { settings.flow.stepSize = stepSize }
    if let steps = flow.steps { settings.flow.steps = steps }
    if let proposals { settings.proposals = proposals }
    if let candidates { settings.candidates = candidates }
    if let rounds { settings.rounds = rounds }
    if let temperature { settings.temperature = temperature }
    if let projection { settings.projection = projection }
    return settings
  }
}
