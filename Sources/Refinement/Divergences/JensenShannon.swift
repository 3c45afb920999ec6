#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Jensen–Shannon (twice the divergence in nats): f(r) = r log r − (r + 1) log((r + 1)/2),
/// f′(r) = log(2r/(r + 1)), s(d) = σ(d) = 1/(1 + e^(−d)).
///
/// The weight is the discriminator's probability that a sample is real: good samples move most, and
/// samples far from the data hardly move. With d held fixed the flow has no stationary law on an
/// unbounded space, because e^(−f′/γ) ∝ (1 + e^d)^(1/γ) does not fall to zero; it needs a prior term.
/// Source: VGrow (arXiv 1901.08469); DGflow (arXiv 2012.00780).
public enum JensenShannon: FDivergenceFormula {
  /// `JS`.
  public static let name = "JS"

  /// True: s changes with a constant added to d.
  public static let dependsOnOffset = true

  /// f at r = e^(−d), never negative, about d²/4 near zero.
  ///
  /// The definition cancels near d = 0. With t = tanh(d/2) and p = r/(1 + r) it is
  /// (1 + r)(log 2 − H(p)) where log 2 − H(p) = t atanh t + ½ log(1 − t²), which loses one bit only;
  /// for |d| > 1 the same quantity is log 2 − log(1 + e^(−|d|)) − |d|/(1 + e^|d|).
  public static func value(logDensityRatio d: Double) -> Double {
    let magnitude = abs(d)
    let information: Double
    if magnitude <= 1 {
      let t = tanh(d / 2)
      information = t * (d / 2) + 0.5 * log1p(-t * t)
    } else {
      information = log(2) - log1p(exp(-magnitude)) - magnitude / (1 + exp(magnitude))
    }
    return (1 + exp(-d)) * information
  }

  /// f′ at r = e^(−d): log 2 − log(1 + e^d) = −log(1 + (e^d − 1)/2); zero at zero, below log 2.
  public static func derivative(logDensityRatio d: Double) -> Double {
    d > 40 ? log(2) - d : -log1p(expm1(d) / 2)
  }

  /// s(d) = 1/(1 + e^(−d)), in (0, 1).
  public static func driftWeight(logDensityRatio d: Double) -> Double {
    logistic(d)
  }
}
