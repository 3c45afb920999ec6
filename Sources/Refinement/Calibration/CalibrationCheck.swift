/// How far log density ratios can be believed, measured on samples that no fit has seen.
///
/// With n₊ real and n₋ generated samples, D = σ(d + log(n₊/n₋)) is the probability of being real
/// that d claims. All numbers are finite; what the data do not determine is absent.
///
/// *Standard errors* come from the information matrix I of the logistic likelihood. The class counts
/// are chosen and not drawn, so the variance of an intercept is that of I⁻¹ less 1/n₊ + 1/n₋, while
/// that of the slope needs no correction (Prentice and Pyke 1979). Coverage is tested by simulation.
public struct CalibrationCheck: Codable, Equatable, Sendable {
  /// AUC above which a score is called separable.
  public static let separableThreshold = 0.99

  /// What to print for a separable score.
  public static let separableNotice = "separable: not a ratio"

  /// Real samples checked.
  public let realCount: Int
  /// Generated samples checked.
  public let generatedCount: Int
  /// The probability that a real sample scores above a generated one; see `areaUnderCurve`.
  public let areaUnderCurve: Double
  /// Whether the AUC exceeds 0.99: the two kinds hardly overlap, so that a fit's scale is an artefact
  /// of its regularisation.
  public let isSeparable: Bool
  /// Mean of −log D over real and −log(1 − D) over generated samples, nats.
  public let logLoss: Double
  /// The log loss of a classifier that knows the counts only: log 2 for equal counts, nats.
  public let logLossOfCounts: Double
  /// Slope of a logistic regression of the kind on d: 1 when calibrated, below 1 when d is
  /// over-confident.
  ///
  /// Absent when the samples are separated or d is constant.
  public let slope: Estimate?
  /// Intercept of that regression, nats: 0 when calibrated.
  ///
  /// Absent with the slope.
  public let intercept: Estimate?
  /// Intercept with the slope held at 1 (calibration in the large), nats: 0 when calibrated.
  public let interceptAtUnitSlope: Estimate
  /// Z = Σ(y − D)/√(Σ D(1 − D)), N(0, 1) when the kind of each sample is drawn.
  ///
  /// With class counts fixed, as here, its variance is below 1. Absent when every D is 0 or 1.
  /// Source: Turner et al. 2019, released code of MH-GAN (classification.py).
  public let zStatistic: Double?
  /// Z = Σ(y − D)/√(n₊ var₊ D + n₋ var₋ D), N(0, 1) with class counts fixed: the one to test with.
  ///
  /// Absent when D does not vary within the classes, or a class has one sample.
  public let zStatisticWithinClasses: Double?
  /// Predictions against frequencies in ten bins.
  public let reliability: ReliabilityTable

  /// Checks log density ratios.
  ///
  /// - Parameter ratios: d of real and generated samples that neither critic nor fit has seen, nats.
  /// - Throws: `Failure` of kind `badData` when a regression does not converge.
  public init(_ ratios: ScoreSet) throws {
    realCount = ratios.real.count
    generatedCount = ratios.generated.count
    areaUnderCurve = Refinement.areaUnderCurve(ratios)
    isSeparable = areaUnderCurve > Self.separableThreshold
    reliability = ReliabilityTable(ratios)

    let prior = ratios.priorLogOdds
    let realLoss = ratios.real.reduce(0) { $0 + softplus(-($1 + prior)) }
    let generatedLoss = ratios.generated.reduce(0) { $0 + softplus($1 + prior) }
    logLoss = (realLoss + generatedLoss) / Double(ratios.count)
    logLossOfCounts =
      (Double(ratios.real.count) * softplus(-prior)
        + Double(ratios.generated.count) * softplus(prior)) / Double(ratios.count)

    let real = Moments(ratios.real.map { logistic($0 + prior) })
    let generated = Moments(ratios.generated.map { logistic($0 + prior) })
    let excess = real.count - real.sum - generated.sum
    let binomial = (ratios.real + ratios.generated).reduce(0) {
      $0 + logistic($1 + prior) * logistic(-($1 + prior))
    }
    zStatistic = binomial > 0 ? excess / binomial.squareRoot() : nil
    let within = (real.scatter + generated.scatter).squareRoot()
    zStatisticWithinClasses = within > 0 ? excess / within : nil

    let recalibration = try Recalibration(ratios)
    slope = recalibration.slope
    intercept = recalibration.intercept
    interceptAtUnitSlope = recalibration.interceptAtUnitSlope
  }

  /// One line on what the check found.
  public var verdict: String {
    if isSeparable { return Self.separableNotice }
    guard let slope, let intercept else { return "not determined: the ratio is constant" }
    if slope.contains(1) && slope.contains(0) {
      return "undecided: too few samples to tell slope 1 from slope 0"
    }
    if slope.contains(1) && intercept.contains(0) { return "consistent with a log density ratio" }
    if slope.upper < 1 { return "over-confident: slope below 1" }
    if slope.lower > 1 { return "under-confident: slope above 1" }
    return intercept.value > 0 ? "too low: intercept above 0" : "too high: intercept below 0"
  }
}

/// Count, sum and n times the unbiased variance of numbers, in two ordered passes.
private struct Moments {
  let count: Double
  let sum: Double
  /// n · s²; zero for a single number.
  let scatter: Double

  init(_ values: [Double]) {
    count = Double(values.count)
    sum = values.reduce(0, +)
    let mean = sum / count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    scatter = values.count > 1 ? squares * count / (count - 1) : 0
  }
}
