import NGramScoring
import TextCoding

/// One set of samples, counted as a reference needs it.
public struct SampleSet: Sendable {
  /// What the samples are called in rows.
  public let name: String
  /// Their n-grams.
  public let counts: NGramCounts
  /// The strings themselves; nil where only counts are left.
  public let strings: TokenStrings?
}
