// The divergence between two distributions, where the counts suffice to see it.

/// JS-n between the distributions that samples and reference come from, with a 95 % interval.
///
/// **Estimand.** ``Estimand/trueDivergence``. Both sides are random: part i of the samples and part i
/// of the reference are left out together. With T₁₆, T₁₅, T₁₄ the value and the mean values without
/// one and two parts, the bias c₁/G + c₂/G² is removed to second order (Quenouille, Schucany):
///
///     θ̂ = (16² T₁₆ − 2 · 15² T₁₅ + 14² T₁₄)/2.
///
/// The interval is that of the expected plug-in value (``ExpectedValueInterval``, both sides' scatter)
/// shifted by the bias T₁₆ − θ̂, cut off at 0. Near equality it includes 0, and ``estimate`` may be
/// slightly negative before it is cut to 0.
///
/// **Criterion.** The correction is trusted where
///
/// 1. ``rareBias`` ≤ ¼ SE: n-grams in at most six of sixteen parts, on either side, have biases that
///    no extrapolation gets right; three tenths of theirs may be left;
/// 2. ``correctionChange`` ≤ ½: removing the second-order term moves θ̂ by at most half an SE.
///
/// Where the rare n-grams' bias exceeds ¼ √(1/N + 1/M) for N and M strings, which no standard error
/// reaches, the deletions are not made at all.
///
/// Elsewhere ``gap`` is ``IntervalGap/notEstimable``, and no estimate is given: at orders 4 to 6 of
/// real text the plug-in value is mostly bias at any count one can afford.
public struct TrueDivergence: Sendable, Codable, Equatable {
  /// Always ``Estimand/trueDivergence``.
  public let estimand: Estimand
  /// n.
  public let order: Int
  /// θ̂ in bits, in [0, 1]; nil where ``gap`` says why.
  public let estimate: Double?
  /// Standard deviation of the plug-in value over new samples and a new reference.
  public let standardError: Double?
  /// Lower end at ``confidence``, at least 0.
  public let lower: Double?
  /// Upper end at ``confidence``.
  public let upper: Double?
  /// 0.95 by default.
  public let confidence: Double
  /// The plug-in value, biased upwards.
  public let plugin: Double
  /// The estimated bias T₁₆ − θ̂ of ``plugin``; nil where there are no deletions.
  public let bias: Double?
  /// Bias of rare n-grams that may be left, over the standard error; at most ¼ is accepted.
  public let rareBias: Double?
  /// Change of θ̂ by the second-order term over the standard error; at most ½ is accepted.
  public let correctionChange: Double?
  /// Why there is no estimate; nil where there is one.
  public let gap: IntervalGap?

  static let mostRareBias = 0.25
  static let mostCorrectionChange = 0.5

  /// The bias of rare n-grams at which the deletions are given up.
  static func mostRareBias(samples: Int, references: Int) -> Double {
    mostRareBias * (1 / Double(max(samples, 1)) + 1 / Double(max(references, 1))).squareRoot()
  }

  /// - Precondition: `confidence` in (0, 1); deletions of both sides together.
  public init(of deletions: GroupDeletions, confidence: Double = 0.95) {
    precondition(
      confidence > 0 && confidence < 1 && deletions.deletesReference,
      "TrueDivergence: confidence \(confidence), reference deleted: \(deletions.deletesReference)")
    estimand = .trueDivergence
    order = deletions.order
    plugin = deletions.value
    self.confidence = confidence
    let few = deletions.parts < StringParts.count
    let found =
      deletions.withoutOne.isEmpty && !few
      ? IntervalGap.notEstimable : PluginInterval.gap(of: deletions)
    guard found == nil else {
      gap = found
      (estimate, standardError, lower, upper) = (nil, nil, nil, nil)
      (bias, rareBias, correctionChange) = (nil, nil, nil)
      return
    }
    let variance = DeletionVariance(of: deletions)
    let error = variance.variance().squareRoot()
    let all = deletions.value
    let (one, two) = (deletions.meanWithoutOne, deletions.meanWithoutTwo)
    let first = 16 * all - 15 * one
    let second = 0.5 * (256 * all - 450 * one + 196 * two)
    let rare = deletions.rareBias / max(error, .leastNormalMagnitude)
    let change = abs(second - first) / max(error, .leastNormalMagnitude)
    bias = all - second
    rareBias = rare
    correctionChange = change
    standardError = error
    let trusted = rare <= Self.mostRareBias && change <= Self.mostCorrectionChange
    gap = PluginInterval.gap(value: all, error: error) ?? (trusted ? nil : .notEstimable)
    guard gap == nil else {
      (estimate, lower, upper) = (nil, nil, nil)
      return
    }
    let bounds = ExpectedValueInterval.bounds(
      value: all, variance: variance, confidence: confidence)
    estimate = min(max(second, 0), 1)
    lower = max(bounds.lower - (all - second), 0)
    upper = max(bounds.upper - (all - second), 0)
  }
}
