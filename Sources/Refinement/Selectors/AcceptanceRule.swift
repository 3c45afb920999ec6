#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// With what probability a rejection sampler keeps a generated sample, by its d.
///
/// A rule is fitted once, on d of generated samples (the *burn-in*, a fixed cost), and then stays as it
/// is, so that samples remain independent of each other.
public enum AcceptanceRule: Codable, Equatable, Sendable {
  /// Discriminator rejection sampling: σ(F(d)) with Δ = d − `logBound` and
  /// F = Δ − log(1 − e^(Δ − ε)) − `shift`, ε = 10⁻⁶.
  ///
  /// e^Δ is the exact rejection rule for a bound M = e^`logBound` on the ratio; the shift trades
  /// exactness for acceptance. The published code raises M when a later sample exceeds it, which makes
  /// samples depend on each other; here Δ is at most zero.
  /// Source: Azadi et al. 2019 (arXiv 1810.06758); code in uber-research/metropolis-hastings-gans, mh.py.
  case discriminator(logBound: Double, shift: Double)
  /// Optimal budgeted rejection: min(1, e^(d + `logScale`)).
  ///
  /// Of all rules that keep a share 1/K of the samples, this one brings their law nearest to the data's,
  /// in every f-divergence; derivation in the guide. Source: Verine et al. 2024 (arXiv 2311.00460).
  case budgeted(logScale: Double)

  /// ε of the published rule: keeps the logarithm finite at Δ = 0.
  private static let epsilon = 1e-6

  /// The probability of keeping a sample.
  ///
  /// - Parameter d: log density ratio in nats, finite.
  public func probability(logDensityRatio d: Double) -> Double {
    switch self {
    case .discriminator(let logBound, let shift):
      logistic(Self.logOdds(min(d - logBound, 0)) - shift)
    case .budgeted(let logScale):
      exp(min(d + logScale, 0))
    }
  }

  /// The share of samples that it keeps.
  ///
  /// - Parameter values: d of samples, at least one.
  public func acceptance(over values: [Float]) -> Double {
    values.reduce(0) { $0 + probability(logDensityRatio: Double($1)) } / Double(values.count)
  }

  /// F without the shift.
  private static func logOdds(_ delta: Double) -> Double {
    delta - log(-expm1(delta - epsilon))
  }

  /// The published rule: M is the largest ratio of the burn-in, the shift a percentile of F over it.
  ///
  /// - Parameters:
  ///   - values: d of generated samples, finite, at least one; some 10,000 in the published code.
  ///   - percentile: in [0, 100]; 95 in the published code. Percentiles are interpolated linearly.
  public static func discriminator(burnIn values: [Float], percentile: Double = 95)
    -> AcceptanceRule
  {
    precondition(
      !values.isEmpty && (0...100).contains(percentile),
      "AcceptanceRule: percentile \(percentile) of \(values.count) values")
    let bound = Double(values.max() ?? 0)
    let odds = values.map { logOdds(Double($0) - bound) }.sorted()
    let position = percentile / 100 * Double(odds.count - 1)
    let below = Int(position)
    let above = min(below + 1, odds.count - 1)
    let shift = odds[below] + (position - Double(below)) * (odds[above] - odds[below])
    return .discriminator(logBound: bound, shift: shift)
  }

  /// The published rule with the shift at which it keeps one sample of `budget` on average.
  ///
  /// - Parameters:
  ///   - values: d of generated samples, finite, at least one.
  ///   - budget: K, above 1.
  public static func discriminator(burnIn values: [Float], budget: Double) -> AcceptanceRule {
    let bound = Double(values.max() ?? 0)
    return fitted(values, budget: budget) { .discriminator(logBound: bound, shift: -$0) }
  }

  /// The optimal rule at a budget.
  ///
  /// - Parameters:
  ///   - values: d of generated samples, finite, at least one.
  ///   - budget: K, above 1: it keeps one sample of K on average.
  public static func budgeted(burnIn values: [Float], budget: Double) -> AcceptanceRule {
    fitted(values, budget: budget) { .budgeted(logScale: $0) }
  }

  /// The rule whose acceptance over the burn-in is 1/K, by bisection; acceptance rises with the level.
  private static func fitted(
    _ values: [Float], budget: Double, rule: (Double) -> AcceptanceRule
  ) -> AcceptanceRule {
    precondition(
      !values.isEmpty && budget > 1 && budget.isFinite,
      "AcceptanceRule: budget \(budget) over \(values.count) values")
    let spread = Double(values.max() ?? 0) - Double(values.min() ?? 0)
    var low = -Double(values.max() ?? 0) - spread - log(budget) - 50
    var high = -Double(values.min() ?? 0) + spread + log(budget) + 50
    for _ in 0..<200 {
      let middle = 0.5 * (low + high)
      if rule(middle).acceptance(over: values) < 1 / budget { low = middle } else { high = middle }
    }
    return rule(high)
  }
}
