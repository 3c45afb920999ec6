#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// KL(data‖model): f(r) = −log r, f′(r) = −1/r, s(d) = e^d.
///
/// It asks that the model cover the data. Samples where the data are denser than the model move most,
/// samples far from the data hardly at all. The weight has no bound: a flow caps it at
/// ``FDivergence/largestFlowWeight``, which it reaches at d = log 10 = 2.3.
/// Source: f and its derivatives by hand; s = r f″(r) as in VGrow (arXiv 1901.08469).
public enum ReverseKullbackLeibler: FDivergenceFormula {
  /// `reverse KL`.
  public static let name = "reverse KL"

  /// True: s changes with a constant added to d.
  public static let dependsOnOffset = true

  /// f(e^(−d)) = d.
  public static func value(logDensityRatio d: Double) -> Double {
    d
  }

  /// f′(e^(−d)) = −e^d.
  public static func derivative(logDensityRatio d: Double) -> Double {
    -exp(d)
  }

  /// s(d) = e^d.
  public static func driftWeight(logDensityRatio d: Double) -> Double {
    exp(d)
  }
}
