// The closed list of metrics: a new one is a new file here and a new case.

/// A score of sample strings, most of them against reference strings.
///
/// Raw values are the names in score rows and JSON.
public enum Metric: String, Sendable, Codable, CaseIterable {
  /// JS-n, the Jensen-Shannon divergence of n-gram distributions; see ``JensenShannonDivergence``.
  case jensenShannon = "js"
  /// Share of reference n-gram mass that samples reach; see ``NGramRecall``.
  case recall
  /// Share of sample n-gram mass that the reference holds; see ``NGramPrecision``.
  case precision
  /// Distinct n-grams over n-grams of the samples; see ``DistinctShare``.
  case distinctShare = "distinct"
  /// Share of sample strings that repeat an earlier one; see ``DuplicateRate``.
  case duplicateRate = "duplicates"
  /// Share of sample strings that are training strings; see ``ExactCopyRate``.
  case exactCopyRate = "copies"
  /// Nats a symbol under a character n-gram model; see ``CharacterModel``.
  case crossEntropy = "cross-entropy"

  /// Which way a better generator moves a metric.
  public enum Direction: String, Sendable, Codable {
    /// Lower is better.
    case lower
    /// Higher is better.
    case higher
    /// Nearer to the value of real text at the same count is better; neither end is good.
    case nearerReal
  }

  /// Which way is better.
  ///
  /// Duplicates, distinct-n, copies and cross-entropy are good *near* real
  /// text's value at the same count, which must be shown beside them.
  public var direction: Direction {
    switch self {
    case .jensenShannon: .lower
    case .recall, .precision: .higher
    case .distinctShare, .duplicateRate, .exactCopyRate, .crossEntropy: .nearerReal
    }
  }

  /// The unit of a value, for a table's head.
  public var unit: String {
    switch self {
    case .jensenShannon: "bits"
    case .recall, .precision, .distinctShare, .duplicateRate, .exactCopyRate: "share"
    case .crossEntropy: "nats/symbol"
    }
  }

  /// Whether a value belongs to an n-gram order.
  public var hasOrder: Bool {
    switch self {
    case .jensenShannon, .recall, .precision, .distinctShare, .crossEntropy: true
    case .duplicateRate, .exactCopyRate: false
    }
  }
}
