#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Jeffreys' divergence, KL(model‖data) + KL(data‖model): f(r) = (r − 1) log r,
/// f′(r) = log r + 1 − 1/r, s(d) = 1 + e^d.
///
/// The weight is that of KL and reverse KL added, without bound: a flow caps it at
/// ``FDivergence/largestFlowWeight``, which it reaches at d = log 9 = 2.2.
/// Source: VGrow's released code (arXiv 1901.08469), choice `Jeffrey`.
public enum Jeffreys: FDivergenceFormula {
  /// `Jeffreys`.
  public static let name = "Jeffreys"

  /// True: s changes with a constant added to d.
  public static let dependsOnOffset = true

  /// f(e^(−d)) = −d (e^(−d) − 1), never negative, about d² near zero.
  public static func value(logDensityRatio d: Double) -> Double {
    -d * expm1(-d)
  }

  /// f′(e^(−d)) = −d − (e^d − 1), zero at zero.
  public static func derivative(logDensityRatio d: Double) -> Double {
    -d - expm1(d)
  }

  /// s(d) = 1 + e^d.
  public static func driftWeight(logDensityRatio d: Double) -> Double {
    1 + exp(d)
  }
}
