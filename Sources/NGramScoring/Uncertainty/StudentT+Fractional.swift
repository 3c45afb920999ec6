// Student's t for degrees of freedom between whole numbers.

extension StudentT {
  /// t with P(−t ≤ T ≤ t) = `confidence`, linear in 1/ν between whole degrees of freedom ν.
  ///
  /// Within 10⁻³ of the exact quantile for ν ≥ 10 and confidence up to 0.99.
  ///
  /// - Precondition: 0 < `confidence` < 1, `degreesOfFreedom` ≥ 1.
  static func twoSidedQuantile(_ confidence: Double, fractional degreesOfFreedom: Double) -> Double
  {
    let below = Int(degreesOfFreedom)
    let low = twoSidedQuantile(confidence, degreesOfFreedom: below)
    if degreesOfFreedom == Double(below) { return low }
    let high = twoSidedQuantile(confidence, degreesOfFreedom: below + 1)
    let share =
      (1 / Double(below) - 1 / degreesOfFreedom) / (1 / Double(below) - 1 / Double(below + 1))
    return low + share * (high - low)
  }
}
