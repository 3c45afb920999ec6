#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The log D divergence: f(r) = (r + 1) log(r + 1) − 2 log 2, f′(r) = log(r + 1) + 1,
/// s(d) = σ(−d) = 1/(1 + e^d).
///
/// The weight is the discriminator's probability that a sample is generated: bad samples move most,
/// good samples come to rest. With d held fixed and noise weight γ, the stationary density is
/// ∝ σ(d)^(1/γ) wherever that can be normalised.
/// Source: VGrow (arXiv 1901.08469); DGflow (arXiv 2012.00780).
public enum LogD: FDivergenceFormula {
  /// `log D`.
  public static let name = "log D"

  /// True: s changes with a constant added to d.
  public static let dependsOnOffset = true

  /// f at r = e^(−d), at least −2 log 2, about −(1 + log 2) d near zero.
  ///
  /// With m = r − 1 it is (2 + m) log(1 + m/2) + m log 2, which has no cancellation near m = 0.
  /// f is not zero-sloped at r = 1, so f itself takes both signs; its average under p_data does not.
  public static func value(logDensityRatio d: Double) -> Double {
    let m = expm1(-d)
    return (2 + m) * log1p(m / 2) + m * log(2)
  }

  /// f′ at r = e^(−d): 1 + log(1 + e^(−d)), above 1.
  public static func derivative(logDensityRatio d: Double) -> Double {
    1 + softplus(-d)
  }

  /// s(d) = 1/(1 + e^d), in (0, 1).
  public static func driftWeight(logDensityRatio d: Double) -> Double {
    logistic(-d)
  }
}
