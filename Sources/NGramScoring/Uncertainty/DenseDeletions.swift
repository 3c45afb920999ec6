// The deletions of an n-gram that all parts hold often, without logarithms.

/// What leaving out parts changes of the overlap of one frequent n-gram, as a power series.
///
/// With x the share of its occurrences that is left out, ρ = p/(p + q) and h of ``OverlapKernel``,
///
///     h(p(1 − x), q) − h(p, q) = −x h_p + P(x),     P(x) = p/(2 ln 2) Σ_{k≥2} (ρ^(k−1) − 1)/(k(k − 1)) xᵏ.
///
/// Taken to the tenth power for shares up to 3/16 a part (3/8 a pair): the first term left out is
/// 3·10⁻⁶ of the smallest second difference P(x + y) − P(x) − P(y), and 10⁻⁹ of the difference itself.
struct DenseDeletions {
  private static let terms = 9
  private let coefficients: SIMD16<Double>
  private let slope: Double

  /// The largest share of one part.
  static let largestShare = 3.0 / 16
  /// The fewest occurrences, and the largest p + q, for which a series is taken.
  static let fewest = 32
  static let largestFrequency = 0.003

  /// - Parameters:
  ///   - p: frequency of the n-gram before anything is left out.
  ///   - q: the other side's.
  ///   - slope: h_p.
  init(p: Double, q: Double, slope: Double) {
    self.slope = slope
    let ratio = p / (p + q)
    let unit = 0.5 * 1.442695040888963407 * p
    var values = SIMD16<Double>(repeating: 0)
    var power = 1.0
    for term in 0..<Self.terms {
      power *= ratio
      values[term] = unit * (power - 1) / Double((term + 2) * (term + 1))
    }
    coefficients = values
  }

  /// P(x), part by part.
  @inline(__always)
  func curve(_ x: SIMD16<Double>) -> SIMD16<Double> {
    var sum = x * coefficients[8]
    sum = (sum + coefficients[7]) * x
    sum = (sum + coefficients[6]) * x
    sum = (sum + coefficients[5]) * x
    sum = (sum + coefficients[4]) * x
    sum = (sum + coefficients[3]) * x
    sum = (sum + coefficients[2]) * x
    sum = (sum + coefficients[1]) * x
    return (sum + coefficients[0]) * (x * x)
  }

  /// h(p(1 − x), q) − h(p, q), part by part.
  @inline(__always)
  func change(_ x: SIMD16<Double>) -> SIMD16<Double> { curve(x) - x * slope }

  /// The same of h_p = ∂h/∂ln p: (1 − x)(h_p − P′(x)) − h_p.
  @inline(__always)
  func slopeChange(_ x: SIMD16<Double>) -> SIMD16<Double> {
    var derivative = SIMD16<Double>(repeating: 0)
    for term in (0..<Self.terms).reversed() {
      derivative = derivative * x + Double(term + 2) * coefficients[term]
    }
    derivative *= x
    return (1 - x) * (slope - derivative) - slope
  }
}
