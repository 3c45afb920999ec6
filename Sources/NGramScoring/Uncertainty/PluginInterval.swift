// A plug-in divergence with the interval of its expected value.

/// JS-n of one set of samples with a 95 % interval for its expected value at these counts.
///
/// **Estimand.** ``Estimand/expectedPlugin``: what new samples of the same number would score on
/// average against this same reference. It contains the bias of the counts, which the floor shows;
/// it says nothing of the reference's own randomness.
///
/// **Method.** Sixteen parts, deletions of one and two (``GroupDeletions``), variance with the
/// jackknife's excess removed (``DeletionVariance``), the test inverted on the scale arcsin √JS
/// (``ExpectedValueInterval``). No bootstrap: resampled lines repeat, and repeats inflate divergences.
/// Coverage, with the cases where it falls short: <doc:Uncertainty>.
///
/// ```swift
/// let interval = PluginInterval(of: accumulator.deletions())
/// ```
public struct PluginInterval: Sendable, Codable, Equatable {
  /// Always ``Estimand/expectedPlugin``.
  public let estimand: Estimand
  /// n.
  public let order: Int
  /// The plug-in value in bits, in [0, 1].
  public private(set) var value: Double
  /// Standard deviation of the value over new samples; nil where ``gap`` says why.
  public let standardError: Double?
  /// Lower end at ``confidence``.
  public private(set) var lower: Double?
  /// Upper end at ``confidence``.
  public private(set) var upper: Double?
  /// Student's degrees of freedom at the value, 10 to 15.
  public let degreesOfFreedom: Double?
  /// 0.95 by default.
  public let confidence: Double
  /// Sample strings.
  public let samples: Int
  /// Independent parts behind the error.
  public let parts: Int
  /// Why there is no interval; nil where there is one.
  public let gap: IntervalGap?

  /// The fewest parts that must hold an n-gram of the reference: eleven occurrences or so in all.
  static let leastSharingParts = 8

  /// - Precondition: `confidence` in (0, 1); deletions of the samples alone.
  public init(of deletions: GroupDeletions, confidence: Double = 0.95) {
    precondition(
      confidence > 0 && confidence < 1 && !deletions.deletesReference,
      "PluginInterval: confidence \(confidence), reference deleted: \(deletions.deletesReference)")
    estimand = .expectedPlugin
    order = deletions.order
    value = deletions.value
    self.confidence = confidence
    samples = deletions.samples
    parts = deletions.parts
    let variance = Self.gap(of: deletions) == nil ? DeletionVariance(of: deletions) : nil
    let error = variance.map { $0.variance().squareRoot() }
    gap = Self.gap(of: deletions) ?? error.flatMap { Self.gap(value: deletions.value, error: $0) }
    guard gap == nil, let variance, let error else {
      (standardError, lower, upper, degreesOfFreedom) = (nil, nil, nil, nil)
      return
    }
    let bounds = ExpectedValueInterval.bounds(
      value: value, variance: variance, confidence: confidence)
    standardError = error
    lower = bounds.lower
    upper = bounds.upper
    degreesOfFreedom = variance.degreesOfFreedom()
  }

  /// The same interval about the value against a slightly different reference.
  ///
  /// A value changes more than its scatter does. Coverage where parts are held out: <doc:Uncertainty>.
  func moved(to value: Double) -> PluginInterval {
    var moved = self
    moved.value = value
    moved.lower = lower.map { max(0, $0 + value - self.value) }
    moved.upper = upper.map { min(1, $0 + value - self.value) }
    return moved
  }

  /// What the deletions alone say against an interval.
  static func gap(of deletions: GroupDeletions) -> IntervalGap? {
    if deletions.parts < StringParts.count || deletions.withoutOne.isEmpty {
      return .tooFewStrings
    }
    return deletions.sharingParts < leastSharingParts ? .tooFewShared : nil
  }

  /// What value and error say against an interval: rounding alone is no scatter.
  static func gap(value: Double, error: Double) -> IntervalGap? {
    error > 1e-11 && value > 1e-11 && value < 1 - 1e-11 ? nil : .noVariation
  }
}
