import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A logistic regression on one number: log odds = slope · x + intercept + known offset, fitted by
/// Newton's method.
///
/// The machinery below calibration; not public.
///
/// Minimises Σᵢ wᵢ (softplus(ηᵢ) − tᵢ ηᵢ) + ½ ridge · slope², with ηᵢ the log odds and tᵢ ∈ [0, 1]
/// the targets. The objective is convex; with ridge > 0 or targets inside (0, 1) it has a minimum
/// for any scores that are not all equal.
struct LogisticRegression {
  /// Factor on the score.
  var slope: Double
  /// Log odds at score zero, less the known offset.
  var intercept: Double
  /// Newton steps taken.
  var iterations: Int
  /// The Hessian at the minimum, ridge included: (slope, slope), (slope, intercept), (intercept,
  /// intercept).
  ///
  /// Without ridge it is the Fisher information.
  var information: (slope: Double, cross: Double, intercept: Double)

  /// One observation: a score, a target in [0, 1].
  struct Observation {
    var score: Double
    var target: Double
  }

  /// Value, gradient and Hessian of the objective in one pass, summed in order.
  private struct Evaluation {
    var value = 0.0
    var gradient = (slope: 0.0, intercept: 0.0)
    var hessian = (slope: 0.0, cross: 0.0, intercept: 0.0)

    init(
      _ data: [Observation], offset: Double, ridge: Double, slope: Double, intercept: Double
    ) {
      for observation in data {
        let logOdds = slope * observation.score + intercept + offset
        let probability = logistic(logOdds)
        let weight = probability * logistic(-logOdds)
        let residual = probability - observation.target
        // softplus(η) − t η, without the cancellation of large terms of equal size.
        value +=
          observation.target * softplus(-logOdds) + (1 - observation.target) * softplus(logOdds)
        gradient.slope += residual * observation.score
        gradient.intercept += residual
        hessian.slope += weight * observation.score * observation.score
        hessian.cross += weight * observation.score
        hessian.intercept += weight
      }
      value += 0.5 * ridge * slope * slope
      gradient.slope += ridge * slope
      hessian.slope += ridge
    }
  }

  /// Fits by Newton steps with backtracking (Armijo), from zero, until the predicted decrease is
  /// below 10⁻¹¹ of the objective; one more full step then reaches the minimum to rounding.
  ///
  /// - Parameters:
  ///   - data: observations; scores should be of order 1 (see ``Standardisation``).
  ///   - offset: known part of every log odds.
  ///   - ridge: penalty on the slope.
  ///   - fixedSlope: keeps the slope at a value and fits the intercept alone.
  /// - Throws: `Failure` when 100 steps do not suffice, which convexity rules out for data that have
  ///   a minimum.
  init(
    _ data: [Observation], offset: Double = 0, ridge: Double = 0, fixedSlope: Double? = nil
  ) throws {
    slope = fixedSlope ?? 0
    intercept = 0
    iterations = 0
    information = (0, 0, 0)
    var here = Evaluation(data, offset: offset, ridge: ridge, slope: slope, intercept: intercept)
    while iterations < 100 {
      let direction = Self.direction(here, fixesSlope: fixedSlope != nil)
      let decrement =
        direction.slope * here.gradient.slope + direction.intercept * here.gradient.intercept
      iterations += 1
      if decrement <= 1e-11 * (1 + here.value) {
        // The objective can no longer tell the points apart; Newton's last step still sharpens them.
        slope -= direction.slope
        intercept -= direction.intercept
        let last = Evaluation(
          data, offset: offset, ridge: ridge, slope: slope, intercept: intercept)
        information = last.hessian
        return
      }
      var length = 1.0
      var next = here
      repeat {
        next = Evaluation(
          data, offset: offset, ridge: ridge, slope: slope - length * direction.slope,
          intercept: intercept - length * direction.intercept)
        if next.value <= here.value - 1e-4 * length * decrement { break }
        length /= 2
      } while length > 1e-10
      if length <= 1e-10 { break }
      slope -= length * direction.slope
      intercept -= length * direction.intercept
      here = next
    }
    throw Failure(
      .badData,
      "calibration: the logistic fit of \(data.count) scores did not converge in \(iterations) "
        + "steps; the scores may be separated or of extreme size")
  }

  /// H⁻¹ g, with the slope left out where it is fixed.
  private static func direction(
    _ here: Evaluation, fixesSlope: Bool
  ) -> (slope: Double, intercept: Double) {
    let hessian = here.hessian
    if fixesSlope {
      return (0, here.gradient.intercept / max(hessian.intercept, .leastNormalMagnitude))
    }
    // Levenberg's term keeps the step finite where the probabilities have saturated.
    let tiny = 1e-12 * (hessian.slope + hessian.intercept) + .leastNormalMagnitude
    let (a, c) = (hessian.slope + tiny, hessian.intercept + tiny)
    let determinant = a * c - hessian.cross * hessian.cross
    return (
      (c * here.gradient.slope - hessian.cross * here.gradient.intercept) / determinant,
      (a * here.gradient.intercept - hessian.cross * here.gradient.slope) / determinant
    )
  }
}

/// The linear map that gives scores mean 0 and deviation 1, so that a ridge means the same for every
/// critic and Newton's matrix is well conditioned.
struct Standardisation {
  /// Mean over both kinds.
  let mean: Double
  /// Standard deviation over both kinds (divisor n), above zero.
  let deviation: Double

  /// - Throws: `Failure` of kind `badData` when all scores are equal.
  init(_ scores: ScoreSet) throws {
    let values = scores.real + scores.generated
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = (squares / Double(values.count)).squareRoot()
    guard !scores.isConstant, deviation > 0, deviation.isFinite else {
      throw Failure(
        .badData,
        "calibration: all \(values.count) scores are \(values[0]), so no scale can be fitted; check "
          + "the critic")
    }
    self.mean = mean
    self.deviation = deviation
  }

  /// (score − mean)/deviation.
  func callAsFunction(_ score: Double) -> Double {
    (score - mean) / deviation
  }
}
