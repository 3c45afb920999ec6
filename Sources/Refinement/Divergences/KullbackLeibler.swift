#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// KL(model‖data): f(r) = r log r, f′(r) = log r + 1, s = 1.
///
/// The weight does not see d, so the flow ignores the offset of a critic, and its scale only changes
/// the step size. With d held fixed and noise weight γ, the stationary density is ∝ e^(d/γ).
/// Source: VGrow (arXiv 1901.08469); the divergence of all released DGflow configurations.
public enum KullbackLeibler: FDivergenceFormula {
  /// `KL`.
  public static let name = "KL"

  /// False: s is constant.
  public static let dependsOnOffset = false

  /// f(e^(−d)) = −d e^(−d); the sign of −d, zero at zero.
  public static func value(logDensityRatio d: Double) -> Double {
    -d * exp(-d)
  }

  /// f′(e^(−d)) = 1 − d.
  public static func derivative(logDensityRatio d: Double) -> Double {
    1 - d
  }

  /// s(d) = 1.
  public static func driftWeight(logDensityRatio d: Double) -> Double {
    1
  }
}
