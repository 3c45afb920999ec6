// Student's t distribution for whole degrees of freedom.

import Glibc

/// Two-sided probabilities and quantiles of Student's t.
public enum StudentT {
  /// A(t, ν) = P(−t ≤ T ≤ t) for t ≥ 0 and ν ≥ 1 whole degrees of freedom.
  ///
  /// With θ = arctan(t/√ν), the finite sums of Abramowitz and Stegun 26.7.3 and 26.7.4:
  /// ν odd: (2/π)(θ + sin θ (cos θ + ⅔ cos³ θ + …)); ν even: sin θ (1 + ½ cos² θ + …). O(ν).
  static func centralProbability(_ t: Double, degreesOfFreedom: Int) -> Double {
    let angle = atan(t / Double(degreesOfFreedom).squareRoot())
    let sine = sin(angle)
    let square = cos(angle) * cos(angle)
    if degreesOfFreedom % 2 == 1 {
      var sum = 0.0
      var term = cos(angle)
      for odd in stride(from: 3, through: degreesOfFreedom, by: 2) {
        sum += term
        term *= square * Double(odd - 1) / Double(odd)
      }
      return 2 / Double.pi * (angle + sine * sum)
    }
    var sum = 0.0
    var term = 1.0
    for even in stride(from: 2, through: degreesOfFreedom, by: 2) {
      sum += term
      term *= square * Double(even - 1) / Double(even)
    }
    return sine * sum
  }

  /// t with P(−t ≤ T ≤ t) = `confidence`: 2.776 for 0.95 and 4 degrees of freedom.
  ///
  /// By bisection to the last bits of ``Double``; relative error below 10⁻¹⁰.
  ///
  /// - Precondition: 0 < `confidence` < 1, `degreesOfFreedom` ≥ 1.
  public static func twoSidedQuantile(_ confidence: Double, degreesOfFreedom: Int) -> Double {
    precondition(
      confidence > 0 && confidence < 1 && degreesOfFreedom >= 1,
      "StudentT: confidence \(confidence) with \(degreesOfFreedom) degrees of freedom")
    var low = 0.0
    var high = 1.0
    while high < 1e18, centralProbability(high, degreesOfFreedom: degreesOfFreedom) < confidence {
      low = high
      high *= 2
    }
    for _ in 0..<200 {
      let middle = 0.5 * (low + high)
      if middle <= low || middle >= high { break }
      if centralProbability(middle, degreesOfFreedom: degreesOfFreedom) < confidence {
        low = middle
      } else {
        high = middle
      }
    }
    return 0.5 * (low + high)
  }
}
