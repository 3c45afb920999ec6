#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How learning rates fall: their factor at iteration t, with half-life h.
public enum RateForm: String, Codable, Sendable, CaseIterable {
  /// 2^(−t/h), halved again every h iterations: for a training whose length is known when it begins.
  case halving
  /// 1/(1 + t/h), a half after h iterations and a third after 2h: for a training of any length. Its sum
  /// diverges and the sum of its squares does not, which Robbins and Monro (A Stochastic Approximation
  /// Method, 1951) ask of rates.
  case harmonic

  /// The factor at an iteration, 1 at the first.
  ///
  /// - Parameters:
  ///   - iteration: t ≥ 0.
  ///   - halfLife: h ≥ 1.
  func factor(iteration: Int, halfLife: Int) -> Double {
    let lives = Double(iteration) / Double(halfLife)
    return switch self {
    case .halving: exp2(-lives)
    case .harmonic: 1 / (1 + lives)
    }
  }
}
