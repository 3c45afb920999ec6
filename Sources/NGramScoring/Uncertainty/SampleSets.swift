// Errors from independent sample sets: the plainest honest way.

/// The mean of one value over independent sample sets, with its standard error.
///
/// Sets are made with different seeds, have the same number of strings and are scored against the
/// same reference; nothing is resampled, so no bias is added. The plug-in value of every set has the
/// bias of its count: the mean estimates the *expected plug-in value at this count*, not the true
/// divergence, and compares only with means at the same count.
public struct SampleSetMean: Sendable, Codable, Equatable {
  /// Mean over the sets.
  public let mean: Double
  /// s/√n with s² the sample variance over the n sets; nil for one set.
  public let standardError: Double?
  /// Number of sets.
  public let sets: Int

  /// - Precondition: at least one value.
  public init(of values: [Double]) {
    let statistics = SampleStatistics(of: values)
    mean = statistics.mean
    standardError = statistics.variance.map { ($0 / Double(values.count)).squareRoot() }
    sets = values.count
  }

  /// mean ± t SE with Student's t at sets − 1 degrees of freedom; nil for one set.
  public func interval(confidence: Double = 0.95) -> ClosedRange<Double>? {
    standardError.map {
      let reach = StudentT.twoSidedQuantile(confidence, degreesOfFreedom: sets - 1) * $0
      return mean - reach...mean + reach
    }
  }
}

/// The mean difference of two methods over paired sample sets, with a t interval.
///
/// Pair i must share what can be shared (seed, starting latents, reference), so that its noise
/// cancels: refined minus base from the same latents, for example. Differences of plug-in values at
/// equal counts; the biases of the two sides cancel only as far as the distributions are alike.
/// With n = 5 pairs the interval is wide (t = 2.78) and rests on differences being near normal.
public struct PairedDifference: Sendable, Codable, Equatable {
  /// Mean of first − second.
  public let mean: Double
  /// Standard error of the mean; nil for one pair.
  public let standardError: Double?
  /// Ends of the interval at ``confidence``; nil for one pair.
  public let lower: Double?
  /// See ``lower``.
  public let upper: Double?
  /// Confidence of the interval, 0.95 by default.
  public let confidence: Double
  /// Number of pairs.
  public let sets: Int

  /// The differences first[i] − second[i].
  ///
  /// - Precondition: as many values in both lists, at least one; `confidence` in (0, 1).
  public init(_ first: [Double], minus second: [Double], confidence: Double = 0.95) {
    precondition(
      first.count == second.count && !first.isEmpty,
      "PairedDifference: \(first.count) values minus \(second.count)")
    let differences = SampleSetMean(of: zip(first, second).map { $0 - $1 })
    let interval = differences.interval(confidence: confidence)
    mean = differences.mean
    standardError = differences.standardError
    lower = interval?.lowerBound
    upper = interval?.upperBound
    self.confidence = confidence
    sets = differences.sets
  }

  /// Whether the interval lies on one side of zero; nil without an interval.
  public var excludesZero: Bool? {
    guard let lower, let upper else { return nil }
    return lower > 0 || upper < 0
  }
}
