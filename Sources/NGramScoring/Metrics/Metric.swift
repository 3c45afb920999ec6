// The closed list of metrics: a new one is a new file here and a new case.

/// A score of sample strings, most of them against reference strings.
///
/// Raw values are the names in options, score rows and JSON.
public enum Metric: String, Sendable, Codable, CaseIterable {
  /// JS-n, the Jensen-Shannon divergence of n-gram distributions; see ``JensenShannonDivergence``.
  case jensenShannon = "js"
  /// Smoothed Kullback-Leibler divergence of samples from reference.
  case klOfSamples = "kl"
  /// Smoothed Kullback-Leibler divergence of reference from samples.
  case klOfReference = "kl-reverse"
  /// Cosine of the angle between the vectors of n-gram counts.
  case cosine
  /// Share of reference n-gram mass that samples reach.
  case recall
  /// Share of sample n-gram mass that the reference holds.
  case precision
  /// Share of the samples' different n-grams that the reference holds.
  case seenShare = "seen"
  /// Distinct n-grams over n-grams of the samples.
  case distinctShare = "distinct"
  /// Share of sample strings that repeat an earlier one; see ``DuplicateRate``.
  case duplicateRate = "duplicates"
  /// Share of sample strings that are training strings; see ``ExactCopyRate``.
  case exactCopyRate = "copies"
  /// Share of the samples' words that are words of the reference; see ``WordShare``.
  case wordShare = "words"
  /// Perplexity of samples under a character model of the reference; see ``CharacterModel``.
  case forwardPerplexity = "perplexity"
  /// Perplexity of the reference under a character model of the samples; see ``CharacterModel``.
  case reversePerplexity = "perplexity-reverse"

  /// What is shown where nobody asks for more: JS-n, what makes it an honest claim, and repeats.
  public static let standard: [Metric] = [
    .jensenShannon, .recall, .precision, .distinctShare, .duplicateRate, .exactCopyRate,
  ]

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
  /// Duplicates, distinct-n, copies, words and forward perplexity are good *near* real text's value
  /// at the same count, which must be shown beside them.
  public var direction: Direction {
    switch self {
    case .jensenShannon, .klOfSamples, .klOfReference, .reversePerplexity: .lower
    case .recall, .precision, .seenShare, .cosine: .higher
    case .distinctShare, .duplicateRate, .exactCopyRate, .wordShare, .forwardPerplexity:
      .nearerReal
    }
  }

  /// The unit of a value, for a table's head.
  public var unit: String {
    switch self {
    case .jensenShannon, .klOfSamples, .klOfReference: "bits"
    case .recall, .precision, .seenShare, .distinctShare, .duplicateRate, .exactCopyRate,
      .wordShare:
      "share"
    case .cosine: "cosine"
    case .forwardPerplexity, .reversePerplexity: "perplexity"
    }
  }

  /// Whether a value belongs to an n-gram order.
  public var hasOrder: Bool {
    switch self {
    case .jensenShannon, .klOfSamples, .klOfReference, .cosine, .recall, .precision, .seenShare,
      .distinctShare, .forwardPerplexity, .reversePerplexity:
      true
    case .duplicateRate, .exactCopyRate, .wordShare: false
    }
  }

  /// Whether value minus floor says how far from real text the samples are: of divergences only.
  public var hasExcess: Bool {
    switch self {
    case .jensenShannon, .klOfSamples, .klOfReference, .reversePerplexity: true
    case .cosine, .recall, .precision, .seenShare, .distinctShare, .duplicateRate, .exactCopyRate,
      .wordShare, .forwardPerplexity:
      false
    }
  }
}
