/// Logistic regressions of the kind (real or generated) on a log density ratio, without ridge and
/// with hard targets: Cox's (1958) recalibration, whose slope is 1 and intercept 0 for a true
/// ratio.
///
/// Not public; ``CalibrationCheck`` holds its results.
struct Recalibration {
  /// Slope; absent when no maximum of the likelihood exists or d is constant.
  let slope: Estimate?
  /// Intercept of the same fit, nats.
  let intercept: Estimate?
  /// Intercept with slope 1, nats.
  let interceptAtUnitSlope: Estimate

  init(_ ratios: ScoreSet) throws {
    let prior = ratios.priorLogOdds
    // What fixing the class counts takes from the variance of an intercept.
    let fixedCounts = 1 / Double(ratios.real.count) + 1 / Double(ratios.generated.count)
    let raw = Self.observations(ratios) { $0 }
    // The fit starts where the mean log odds are right, so that Newton does not begin in saturation.
    let start = (ratios.meanReal + ratios.meanGenerated) / 2
    let atUnit = try LogisticRegression(
      raw.map { .init(score: $0.score - start, target: $0.target) }, offset: prior, fixedSlope: 1)
    interceptAtUnitSlope = Estimate(
      value: atUnit.intercept - start,
      standardError: max(0, 1 / atUnit.information.intercept - fixedCounts).squareRoot())

    guard !ratios.isConstant, !ratios.isSeparated else {
      slope = nil
      intercept = nil
      return
    }
    let standardise = try Standardisation(ratios)
    let fit = try LogisticRegression(
      Self.observations(ratios) { standardise($0) }, offset: prior)
    let information = fit.information
    let determinant =
      information.slope * information.intercept - information.cross * information.cross
    let (shift, deviation) = (standardise.mean / standardise.deviation, standardise.deviation)
    let slopeVariance = information.intercept / determinant
    let crossCovariance = -information.cross / determinant
    let interceptVariance =
      information.slope / determinant - 2 * shift * crossCovariance
      + shift * shift * slopeVariance
    slope = Estimate(
      value: fit.slope / deviation, standardError: max(0, slopeVariance).squareRoot() / deviation)
    intercept = Estimate(
      value: fit.intercept - shift * fit.slope,
      standardError: max(0, interceptVariance - fixedCounts).squareRoot())
  }

  private static func observations(
    _ ratios: ScoreSet, _ transform: (Double) -> Double
  ) -> [LogisticRegression.Observation] {
    ratios.real.map { .init(score: transform($0), target: 1) }
      + ratios.generated.map { .init(score: transform($0), target: 0) }
  }
}
