/// A score turned into a log density ratio by logistic regression: d = scale · score + offset.
///
/// The fit tells real from generated samples by the score; the log odds of a calibrated classifier,
/// less log(n_real/n_generated), are the log density ratio. Two safeguards keep it finite on
/// separated scores: Platt's smoothed targets, (n₊ + 1)/(n₊ + 2) for real and 1/(n₋ + 2) for
/// generated samples (Platt 1999), and a ridge on the slope of the standardised score.
///
/// A fit says nothing about whether a *ratio* came out: see ``CalibrationCheck``.
public struct LogisticCalibration: Codable, Equatable, Sendable {
  /// Penalty ½ λ (scale · deviation)²: λ = 0.01, a prior deviation of 10 on the standardised slope.
  ///
  /// Chosen here: it moves a fit of 1,000 samples a class by less than a thousandth, and the
  /// smoothed targets bound the rest.
  public static let defaultRidge = 0.01

  /// Factor on the score; negative where the score has the wrong sign.
  public let scale: Double
  /// Summand in nats.
  public let offset: Double
  /// λ.
  public let ridge: Double
  /// Target of a real sample, (n₊ + 1)/(n₊ + 2).
  public let realTarget: Double
  /// Target of a generated sample, 1/(n₋ + 2).
  public let generatedTarget: Double
  /// Real samples fitted.
  public let realCount: Int
  /// Generated samples fitted.
  public let generatedCount: Int
  /// Newton steps taken.
  public let iterations: Int

  /// Fits scale and offset.
  ///
  /// - Parameters:
  ///   - scores: scores of real and generated samples that the critic was not trained on.
  ///   - ridge: λ, finite and at least zero.
  /// - Throws: `Failure` of kind `badData` when all scores are equal.
  /// - Complexity: O(n) a step, about six steps.
  public init(fitting scores: ScoreSet, ridge: Double = defaultRidge) throws {
    precondition(
      ridge >= 0 && ridge.isFinite, "LogisticCalibration: ridge \(ridge) must be at least zero")
    let standardise = try Standardisation(scores)
    let realTarget = Double(scores.real.count + 1) / Double(scores.real.count + 2)
    let generatedTarget = 1 / Double(scores.generated.count + 2)
    let data =
      scores.real.map { LogisticRegression.Observation(score: standardise($0), target: realTarget) }
      + scores.generated.map {
        LogisticRegression.Observation(score: standardise($0), target: generatedTarget)
      }
    let fit = try LogisticRegression(data, offset: scores.priorLogOdds, ridge: ridge)
    scale = fit.slope / standardise.deviation
    offset = fit.intercept - fit.slope * standardise.mean / standardise.deviation
    self.ridge = ridge
    self.realTarget = realTarget
    self.generatedTarget = generatedTarget
    realCount = scores.real.count
    generatedCount = scores.generated.count
    iterations = fit.iterations
  }

  /// scale · score + offset, nats.
  public func logDensityRatio(_ score: Double) -> Double {
    scale * score + offset
  }
}
