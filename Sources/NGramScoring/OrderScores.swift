// What the scorer says of one set of samples at one n-gram order.

import Files

/// The n-gram metrics of one set of samples against one reference at one order.
public struct OrderScores: Sendable, Codable, Equatable {
  /// n.
  public let order: Int
  /// Number of sample strings.
  public let samples: Int
  /// JS-n in bits, in [0, 1]; lower is better.
  ///
  /// See ``JensenShannonDivergence``.
  public let divergence: Double
  /// Jackknife standard error of ``divergence`` at this count; nil where it was not asked for or
  /// cannot be had.
  ///
  /// See ``GroupJackknife``.
  public let divergenceError: Double?
  /// N-gram recall by mass, in [0, 1].
  ///
  /// See ``NGramRecall``.
  public let recall: Double
  /// N-gram precision by mass, in [0, 1].
  ///
  /// See ``NGramPrecision``.
  public let precision: Double
  /// Distinct-n, in (0, 1].
  ///
  /// See ``DistinctShare``.
  public let distinctShare: Double

  /// Scores counted samples; every metric shares one walk over the reference.
  ///
  /// - Precondition: same order, string length, vocabulary size and padding rule.
  /// - Throws: ``Files/Failure`` `badData` where either side holds no n-gram.
  init(samples: NGramCounts, groups: [NGramCounts], reference: NGramCounts) throws {
    guard samples.total > 0, reference.total > 0 else {
      // Says which side is empty and why.
      _ = try JensenShannonDivergence.bits(samples, reference)
      preconditionFailure("OrderScores: empty counts passed as a distribution")
    }
    let counts = samples.counts
    let aligned = samples.counts(in: reference)
    var held = 0
    var reached = 0
    for (count, other) in zip(counts, aligned) where other > 0 {
      held += count
      reached += other
    }
    order = samples.order
    self.samples = samples.strings
    divergence = JensenShannonDivergence.bits(
      counts: counts, total: samples.total, aligned: aligned, alignedTotal: reference.total)
    divergenceError = GroupJackknife.standardError(
      samples: samples, groups: groups, aligned: aligned, referenceTotal: reference.total)
    recall = Double(reached) / Double(reference.total)
    precision = Double(held) / Double(samples.total)
    distinctShare = Double(samples.distinct) / Double(samples.total)
  }

  private init(meanOf scores: [OrderScores], first: OrderScores) {
    func mean(_ value: (OrderScores) -> Double) -> Double {
      SampleStatistics(of: scores.map(value)).mean
    }
    order = first.order
    samples = first.samples
    divergence = mean(\.divergence)
    // The same samples each time: their error is not averaged away.
    let errors = scores.compactMap(\.divergenceError)
    divergenceError = errors.count == scores.count ? SampleStatistics(of: errors).mean : nil
    recall = mean(\.recall)
    precision = mean(\.precision)
    distinctShare = first.distinctShare
  }

  /// For each order, means over repeated scores of the same samples: `[repetition][order]`.
  static func means(of repetitions: [[OrderScores]]) -> [OrderScores] {
    guard let first = repetitions.first else { return [] }
    return first.indices.map { index in
      OrderScores(meanOf: repetitions.map { $0[index] }, first: first[index])
    }
  }

  /// The value of a metric that belongs to an order; nil for the others.
  public func value(of metric: Metric) -> Double? {
    switch metric {
    case .jensenShannon: divergence
    case .recall: recall
    case .precision: precision
    case .distinctShare: distinctShare
    case .duplicateRate, .exactCopyRate, .crossEntropy: nil
    }
  }
}

/// What real strings, as many as the samples, reach at one n-gram order.
public struct OrderFloors: Sendable, Codable, Equatable {
  /// n.
  public let order: Int
  /// The floor of JS-n.
  public let divergence: Floor
  /// Recall of real strings at this count.
  public let recall: Floor
  /// Precision of real strings at this count.
  public let precision: Floor
  /// Distinct-n of real strings at this count.
  public let distinctShare: Floor

  /// The floor of a metric that belongs to an order; nil for the others.
  public func floor(of metric: Metric) -> Floor? {
    switch metric {
    case .jensenShannon: divergence
    case .recall: recall
    case .precision: precision
    case .distinctShare: distinctShare
    case .duplicateRate, .exactCopyRate, .crossEntropy: nil
    }
  }

  /// For each order, floors over the scores of draws of real strings: `[draw][order]`.
  static func summaries(of scores: [[OrderScores]], draws: RealDraws) -> [OrderFloors] {
    guard let first = scores.first else { return [] }
    return first.indices.map { index in
      let ofOrder = scores.map { $0[index] }
      return OrderFloors(
        order: first[index].order,
        divergence: draws.floor(of: ofOrder.map(\.divergence)),
        recall: draws.floor(of: ofOrder.map(\.recall)),
        precision: draws.floor(of: ofOrder.map(\.precision)),
        distinctShare: draws.floor(of: ofOrder.map(\.distinctShare)))
    }
  }
}
