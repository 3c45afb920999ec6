import Refinement

extension RatioChoice {
  /// The ratio of a run for a method with its settings: this choice's, or the stages'.
  ///
  /// - Parameter model: read for this choice.
  /// - Throws: as ``ratio(of:calibration:divergence:for:run:)`` and ``RunStages/ratio(of:run:)``.
  public func ratio(
    of model: TextModel, of run: Run, for settings: MethodSettings
  ) throws -> ResolvedRatio {
    if settings.method == .staged {
      return try run.requireStages().ratio(of: model, run: run)
    }
    let calibration = try run.calibration()
    var flowChoice = self
    if settings.method != .selectedFlow { flowChoice.selection = nil }
    let ratio = try flowChoice.ratio(
      of: model, calibration: calibration, divergence: settings.flow.divergence,
      for: settings.method, run: run.path)
    guard let selection = flowChoice.selection else { return ratio }
    let choice = RatioChoice(kind: selection, offset: offset)
    let chosen = try choice.ratio(
      of: try TextModel(run, for: choice), calibration: calibration,
      divergence: settings.flow.divergence, for: .obrs, run: run.path)
    return ResolvedRatio(stages: [chosen, ratio])
  }
}
