import Files
import GenerativeModels
import Refinement

/// How a run's critic becomes the ratio that refinement climbs.
///
/// - `raw`: the critic's score as it is, the paper's choice. A Wasserstein critic has an arbitrary
///   offset; for the divergences that see it (JS and log D) the score is centred at the midpoint of
///   the validation means of real and generated text, unless `offset` is `none`, which reproduces
///   the released code.
/// - `calibrated`: scale · score + offset, fitted by logistic regression on text that the critic was
///   not trained on. With the representation `decoded` the fit is to one-hot text on both sides, and
///   the gradient is that of the same expression at the soft sample: a surrogate, marked as such.
/// - `continued`: the same of a critic that was trained on as a classifier against the run's own generator
///   in that representation; see ``ContinuedCritic``.
/// - `converged`: as `calibrated`, of a critic that was trained on by the training's own objective against the
///   finished generator.
public struct RatioChoice: Codable, Sendable, Equatable {
  /// Raw score, calibrated log ratio, or that of a critic that was trained on.
  public enum Kind: String, Codable, CaseIterable, Sendable {
    case raw, calibrated, continued, converged
  }
  /// What is subtracted from a raw score.
  public enum Offset: String, Codable, CaseIterable, Sendable { case centred, none }

  /// Raw score, calibrated log ratio, or that of a critic that was trained on.
  public var kind: Kind
  /// For a calibrated or continued ratio: the representation that the fit was made on.
  public var representation: RatioRepresentation
  /// For a raw ratio: what is subtracted.
  public var offset: Offset
  /// By which ratio, of decoded text, OBRS chooses before a flow; nil is this one.
  ///
  /// A selection wants the critic that tells best, a flow one that is smooth enough to climb.
  public var selection: Kind?

  /// A choice.
  public init(
    kind: Kind, representation: RatioRepresentation = .decoded, offset: Offset = .centred,
    selection: Kind? = nil
  ) {
    self.selection = selection
    self.kind = kind
    self.representation =
      switch kind {
      case .raw: .raw
      case .calibrated, .continued: representation
      case .converged: .decoded
      }
    self.offset = offset
  }

  /// The critic that was trained on, of which this is the ratio; nil for the critic as trained.
  public var continuation: ContinuedCritic.Name? {
    switch kind {
    case .raw, .calibrated: nil
    case .continued: ContinuedCritic.Name(representation)
    case .converged: .converged
    }
  }

  /// The choice where nobody says otherwise: calibrated where the run has a fit that rates real text
  /// above generated text and that its check does not call separable, else raw and centred.
  ///
  /// A separable fit is no ratio: its scale is bounded by the ridge alone, and steps along it are many
  /// times too long. (On a tiny run with AUC 1.0000 and scale 21.6, 25 steps of KL at η 0.1 moved
  /// JS-4 of 1,000 samples by −0.016 raw and by +0.000 calibrated. On a `small` run of 3,000 iterations
  /// with AUC 0.998 and scale 8.4, that took the latents' norm from 11.3 to 11.6 raw and to 14.6
  /// calibrated, off the prior, and recall-4 of 500 samples to 0.388 and 0.347.)
  public static func standard(
    for calibration: RunCalibration?, representation: RatioRepresentation = .decoded
  ) -> RatioChoice {
    let serves = obstacle(to: calibration, representation: representation) == nil
    return RatioChoice(kind: serves ? .calibrated : .raw, representation: representation)
  }

  /// The step size η where nobody gives one: the released image setting for a raw score, 0.01 for a fit.
  ///
  /// 0.01 was chosen here, on validation text of the two bundled runs: of 0.005 to 0.1 it lowered JS-4
  /// most along the calibrated ratio, and 0.1 hardly at all. The guide of
  /// ``Refinement/DiscriminatorGradientFlow`` has the table.
  public var standardStepSize: Double {
    switch kind {
    case .raw: RefinementSettings.defaultStepSize
    case .calibrated, .continued, .converged: 0.01
    }
  }

  /// Why a calibration does not serve as a ratio where nobody asks for it; nil where it does.
  ///
  /// The words follow a name in a sentence: "the decoded calibration of RUN *is missing*".
  public static func obstacle(
    to calibration: RunCalibration?, representation: RatioRepresentation = .decoded
  ) -> String? {
    obstacle(to: calibration?.record(representation))
  }

  private static func obstacle(to record: CalibrationRecord?) -> String? {
    guard let record else { return "is missing" }
    if record.calibration.scale <= 0 { return "does not rate real text above generated text" }
    return record.check.isSeparable ? "is \(CalibrationCheck.separableNotice)" : nil
  }

  /// The ratio of a run under this choice, with what was done recorded beside it.
  ///
  /// A method that needs no gradient is given d of decoded text, where that is what the fit was made on or
  /// the score is raw: the text that it keeps or drops is then what was scored.
  ///
  /// - Parameters:
  ///   - model: read for this choice, see ``TextModel/init(_:for:)``.
  ///   - divergence: decides whether a raw score needs its offset.
  ///   - method: what the ratio is for.
  ///   - run: names the calibration in messages.
  /// - Throws: `Failure` of kind `usage` where the run lacks the calibration that is asked for or
  ///   the fit cannot serve as a ratio, with the command that mends it.
  public func ratio(
    of model: TextModel, calibration: RunCalibration?, divergence: FDivergence,
    for method: MethodName = .dgflow, run path: String
  ) throws -> ResolvedRatio {
    precondition(
      model.continuation == continuation,
      "RatioChoice: a \(kind) ratio of a model whose critic is another")
    switch kind {
    case .raw:
      let needsOffset = offset == .centred && method.dependsOnOffset(divergence)
      let centre = calibration?.record(.raw)?.centre.centre
      if needsOffset, centre == nil {
        throw Failure(
          .usage,
          "\(divergence.rawValue) with a raw critic needs its centre: run `dgflow calibrate \(path) "
            + "--reference CORPUS` first, or give --offset none")
      }
      let isSoft = method.usesGradient
      return try ResolvedRatio(
        of: model, shown: isSoft ? .raw : .decoded,
        RatioRecord(
          choice: self, scale: 1, offset: needsOffset ? -(centre ?? 0) : 0,
          isSurrogate: isSoft && model.isStraightThrough, takenAt: isSoft ? .raw : .decoded))
    case .calibrated:
      guard let calibration, let record = calibration.record(representation) else {
        throw Failure(
          .usage,
          "\(path) has no \(representation.rawValue) calibration: run `dgflow calibrate \(path) "
            + "--reference CORPUS` first, or give --ratio raw")
      }
      return try fitted(
        record, model, smoothing: calibration.smoothing, for: method, run: path)
    case .continued, .converged:
      guard let name = continuation else {
        throw Failure(
          .usage,
          "critics are continued on decoded or smoothed samples, not on \(representation.rawValue) ones"
        )
      }
      guard let continued = calibration?.continuedCritic(name) else {
        throw ContinuedCritic.absent(name, run: path)
      }
      return try ratio(of: model, by: continued, for: method, run: path)
    }
  }

  /// The ratio of a critic that was trained on, by its record.
  func ratio(
    of model: TextModel, by continued: ContinuedCritic, for method: MethodName, run path: String
  ) throws -> ResolvedRatio {
    var smoothing: Float = 0
    if case .smoothed(let level) = continued.settings.representation { smoothing = level }
    return try fitted(continued.record, model, smoothing: smoothing, for: method, run: path)
  }

  /// scale · score + offset, by a fit.
  private func fitted(
    _ record: CalibrationRecord, _ model: TextModel, smoothing: Float, for method: MethodName,
    run path: String
  ) throws -> ResolvedRatio {
    let fit = record.calibration
    guard fit.scale > 0 else {
      throw Failure(
        .usage,
        "the \(representation.rawValue) calibration of \(path) has scale \(fit.scale): this critic "
          + "does not rate real text above generated text; train longer, or give --ratio raw to "
          + "use it as it is")
    }
    // Decoded samples have no gradient: a method that needs one is given that at the soft sample.
    let takenAt = representation == .decoded && method.usesGradient ? .raw : representation
    let shown: SampleRepresentation =
      switch takenAt {
      case .raw: .raw
      case .decoded: .decoded
      case .smoothed: .smoothed(level: smoothing)
      }
    return try ResolvedRatio(
      of: model, shown: shown,
      RatioRecord(
        choice: self, scale: fit.scale, offset: fit.offset,
        isSurrogate: takenAt != representation || method.usesGradient && model.isStraightThrough,
        takenAt: takenAt, verdict: record.check.verdict))
  }
}
