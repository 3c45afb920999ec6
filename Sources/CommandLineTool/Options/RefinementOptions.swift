import ArgumentParser
import Files
import Refinement
import Runs

extension FDivergence: ExpressibleByArgument {}
extension RatioChoice.Kind: ExpressibleByArgument {}
extension RatioChoice.Offset: ExpressibleByArgument {}
extension RefinementSettings.Integrator: ExpressibleByArgument {}

/// The representations on which a calibrated ratio can be fitted.
enum FittedRepresentation: String, ExpressibleByArgument, CaseIterable {
  case raw, decoded, smoothed

  var representation: RatioRepresentation {
    switch self {
    case .raw: .raw
    case .decoded: .decoded
    case .smoothed: .smoothed
    }
  }
}

/// How far, how noisily and along which ratio latents move.
struct RefinementOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The critic as it is (raw, as the paper), calibrated, continued as a classifier, or converged by its own "
        + "objective; calibrated where the run has a usable fit."))
  var ratio: RatioChoice.Kind?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Calibrated, continued: the fit to use, made on raw (calibrated only), decoded (default) or "
        + "smoothed samples."))
  var representation: FittedRepresentation?

  @Option(
    name: .long,
    help: """
      obrs-dgflow: by which ratio starts are chosen (as --ratio where that is given, else continued where the run has \
      such a critic of decoded text).
      """)
  var selectionRatio: RatioChoice.Kind?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Raw with js or logd: centred at the midpoint of real and generated (default), or none (as "
        + "released)."))
  var offset: RatioChoice.Offset?

  @Option(
    name: .long, parsing: .unconditional,
    help: """
      Step size η of a flow (raw \(RatioChoice(kind: .raw).standardStepSize), the released image setting; \
      fitted ones \(RatioChoice(kind: .calibrated).standardStepSize), since a fit is steeper; after \
      obrs \(MethodSettings.selectedStepShare) of that) and of ddls, mala, dot and ex2mcmc (0.01, as released).
      """)
  var stepSize: Double?

  @Option(
    name: .customLong("noise"), parsing: .unconditional,
    help: "Noise weight γ (0.01, the released image setting); 0 is deterministic.")
  var noise: Double?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Steps (25, the released image setting); 0 changes nothing.")
  var steps: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Prior weight ω: how strongly a flow draws latents back to their prior (0, as published)."
  )
  var priorWeight: Double?

  @Option(
    name: .long,
    help: """
      How a flow takes its steps: fixed (default), all of the step size, as published, or adaptive, none longer than \
      the drift keeps its direction.
      """)
  var integrator: RefinementSettings.Integrator?

  func validate() throws {
    if let priorWeight { try Given.number(priorWeight, "--prior-weight") }
    if let stepSize { try Given.number(stepSize, "--step-size", positive: true) }
    if let noise { try Given.number(noise, "--noise") }
    if let steps { try Given.count(steps, "--steps", atLeast: 0) }
  }

  /// The first option that was given.
  var firstGiven: String? {
    let given: [(name: String, isGiven: Bool)] = [
      ("--ratio", ratio != nil), ("--selection-ratio", selectionRatio != nil),
      ("--representation", representation != nil),
      ("--offset", offset != nil), ("--step-size", stepSize != nil), ("--noise", noise != nil),
      ("--steps", steps != nil), ("--prior-weight", priorWeight != nil),
      ("--integrator", integrator != nil),
    ]
    return given.first { $0.isGiven }?.name
  }

  private var fit: RatioRepresentation { (representation ?? .decoded).representation }

  /// What was given, else the defaults; the step size's is that of the ratio.
  func settings(_ divergence: FDivergence, along ratio: RatioChoice) -> RefinementSettings {
    RefinementSettings(
      divergence: divergence, stepSize: stepSize ?? ratio.standardStepSize,
      noiseWeight: noise ?? RefinementSettings.defaultNoiseWeight,
      steps: steps ?? RefinementSettings.defaultSteps, priorWeight: priorWeight ?? 0,
      integrator: integrator ?? .fixed)
  }

  /// The choice of ratio: what was given, else calibrated where the run can.
  ///
  /// - Throws: `Failure` of kind `usage` for a continued critic in a representation in which none is.
  func choice(_ calibration: RunCalibration?) throws -> RatioChoice {
    if ratio == .continued, ContinuedCritic.Name(fit) == nil {
      throw Failure(
        .usage, "critics are continued on decoded or smoothed samples: give one as --representation"
      )
    }
    if ratio == .converged, fit != .decoded {
      throw Failure(
        .usage, "the converged critic is fitted on decoded text: leave out --representation")
    }
    let standard = RatioChoice.standard(for: calibration, representation: fit)
    return RatioChoice(
      kind: ratio ?? standard.kind, representation: fit, offset: offset ?? .centred,
      selection: selectionRatio
        ?? (ratio == nil && calibration?.continuedCritic(.decoded) != nil ? .continued : nil))
  }

  /// What to say when the run is calibrated but its calibration is not what is climbed.
  func note(_ calibration: RunCalibration?, of run: String) -> String? {
    guard ratio == nil, calibration != nil,
      let obstacle = RatioChoice.obstacle(to: calibration, representation: fit)
    else { return nil }
    return "the \(fit.rawValue) calibration of \(run) \(obstacle); "
      + "the raw critic is climbed instead"
  }
}
