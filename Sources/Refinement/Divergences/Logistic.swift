#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The logistic function σ(x) = 1/(1 + e^(−x)), the probability of log odds `x`.
///
/// Both branches keep the exponent negative, so that nothing overflows and small values keep their
/// relative accuracy: σ(−80) = 1.8·10⁻³⁵. σ(−∞) = 0 and σ(∞) = 1.
func logistic(_ x: Double) -> Double {
  if x >= 0 {
    return 1 / (1 + exp(-x))
  }
  let e = exp(x)
  return e / (1 + e)
}

/// log(1 + e^x) = −log σ(−x), without overflow: max(x, 0) + log(1 + e^(−|x|)).
func softplus(_ x: Double) -> Double {
  max(x, 0) + log1p(exp(-abs(x)))
}
