// What the scorer says of one set of samples at one n-gram order.

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
  /// Smoothed KL of samples from reference, in bits; nil where it was not asked for.
  public let klOfSamples: Double?
  /// Smoothed KL of reference from samples, in bits; nil where it was not asked for.
  public let klOfReference: Double?
  /// Cosine of the count vectors, in [0, 1]; nil where it was not asked for.
  public let cosine: Double?
  /// N-gram recall by mass, in [0, 1].
  public let recall: Double
  /// N-gram precision by mass, in [0, 1].
  public let precision: Double
  /// Share of the samples' different n-grams that the reference holds, in [0, 1].
  public let seenShare: Double
  /// Distinct-n, in (0, 1].
  public let distinctShare: Double
  /// The expected plug-in value of JS-n with its interval, or why it has none; nil where it was not
  /// asked for.
  public let interval: PluginInterval?
  /// The true divergence, or why it cannot be had; nil where it was not asked for.
  public let trueDivergence: TrueDivergence?
  /// JS-n of the samples without each part and pair of parts; nil where no interval was asked for.
  let deletions: GroupDeletions?

  /// The value of a metric that belongs to an order; nil for the others and where it was not asked
  /// for.
  public func value(of metric: Metric) -> Double? {
    switch metric {
    case .jensenShannon: divergence
    case .klOfSamples: klOfSamples
    case .klOfReference: klOfReference
    case .cosine: cosine
    case .recall: recall
    case .precision: precision
    case .seenShare: seenShare
    case .distinctShare: distinctShare
    case .duplicateRate, .exactCopyRate, .wordShare, .forwardPerplexity, .reversePerplexity: nil
    }
  }

  /// JS-n of these samples minus that of others, against the same reference, with an interval.
  ///
  /// - Parameter paired: whether row i of both shares what can be shared, such as its latent.
  /// - Returns: nil where intervals were not asked for on both sides, or the orders differ.
  public func difference(minus other: OrderScores, paired: Bool) -> ScoreDifference? {
    guard order == other.order, let deletions, let others = other.deletions else { return nil }
    return paired
      ? ScoreDifference(paired: deletions, minus: others)
      : ScoreDifference(independent: deletions, minus: others)
  }

  /// The same scores with means over several references in place of one reference's values.
  ///
  /// - Parameters:
  ///   - interval: moved to the new divergence; these scores' own where nil.
  ///   - means: nil for a metric that does not depend on the reference or was not asked for.
  func replacing(
    interval other: PluginInterval?, _ means: (Metric) -> Double?
  ) -> OrderScores {
    let divergence = means(.jensenShannon) ?? divergence
    return OrderScores(
      order: order, samples: samples, divergence: divergence,
      klOfSamples: means(.klOfSamples) ?? klOfSamples,
      klOfReference: means(.klOfReference) ?? klOfReference,
      cosine: means(.cosine) ?? cosine, recall: means(.recall) ?? recall,
      precision: means(.precision) ?? precision, seenShare: means(.seenShare) ?? seenShare,
      distinctShare: distinctShare, interval: (other ?? interval)?.moved(to: divergence),
      trueDivergence: trueDivergence, deletions: deletions)
  }

  private enum CodingKeys: String, CodingKey {
    case order, samples, divergence, klOfSamples, klOfReference, cosine, recall, precision
    case seenShare, distinctShare, interval, trueDivergence, deletions
  }
}

/// What real strings, as many as the samples, reach at one n-gram order.
public struct OrderFloors: Sendable, Codable, Equatable {
  /// n.
  public let order: Int
  /// Floors by the metric's name.
  private let floors: [String: Floor]

  init(order: Int, _ floors: [(metric: Metric, floor: Floor)]) {
    self.order = order
    self.floors = Dictionary(uniqueKeysWithValues: floors.map { ($0.metric.rawValue, $0.floor) })
  }

  /// The floor of a metric that belongs to an order; nil for the others.
  public func floor(of metric: Metric) -> Floor? { floors[metric.rawValue] }

  /// For each order, floors over the scores of draws of real strings: `[draw][order]`.
  static func summaries(of scores: [[OrderScores]], draws: RealDraws) -> [OrderFloors] {
    guard let first = scores.first else { return [] }
    return first.indices.map { index in
      OrderFloors(
        order: first[index].order,
        Metric.allCases.compactMap { metric in
          let values = scores.compactMap { $0[index].value(of: metric) }
          return values.count == scores.count ? (metric, draws.floor(of: values)) : nil
        })
    }
  }
}
