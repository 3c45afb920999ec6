#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Pearson's χ²(model‖data): f(r) = (r − 1)², f′(r) = 2(r − 1), s(d) = 2e^(−d).
///
/// Samples where the model is denser than the data move most: more strongly than under log D, and
/// without bound. A flow caps the weight at ``FDivergence/largestFlowWeight``, which it reaches at
/// d = −log 5 = −1.6.
/// Source: f and its derivatives by hand; s = r f″(r) as in VGrow (arXiv 1901.08469).
public enum Pearson: FDivergenceFormula {
  /// `Pearson χ²`.
  public static let name = "Pearson χ²"

  /// True: s changes with a constant added to d.
  public static let dependsOnOffset = true

  /// f(e^(−d)) = (e^(−d) − 1)², without cancellation near zero.
  public static func value(logDensityRatio d: Double) -> Double {
    let m = expm1(-d)
    return m * m
  }

  /// f′(e^(−d)) = 2(e^(−d) − 1).
  public static func derivative(logDensityRatio d: Double) -> Double {
    2 * expm1(-d)
  }

  /// s(d) = 2e^(−d).
  public static func driftWeight(logDensityRatio d: Double) -> Double {
    2 * exp(-d)
  }
}
