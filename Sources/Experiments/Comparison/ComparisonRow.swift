import NGramScoring
import Refinement
import Runs

/// One row of a comparison: a set of samples with its scores and what it cost.
public struct ComparisonRow: Codable, Sendable {
  /// The difference to the base row at one order.
  public struct Difference: Codable, Sendable {
    /// n-gram order.
    public let order: Int
    /// JS-n minus the base's, at the full count; below zero is better.
    public let divergence: ScoreDifference
    /// n-gram recall minus the base's, over independent sets, at the sets' count; above zero is
    /// better.
    public let recall: PairedDifference
  }

  /// What was scored.
  public let name: String
  /// Divergence of the flow; nil for base samples and files.
  public let divergence: FDivergence?
  /// The ratio that was climbed, with scale, offset and verdict; nil for base samples and files.
  public let ratio: RatioRecord?
  /// Settings of the flow; nil for base samples and files.
  public let refinement: RefinementSettings?
  /// Scores at the full count, one row a metric and order.
  public let scores: [ScoreRow]
  /// Lines that are missing for a floor, where there is none.
  public let missingLines: Int?
  /// Differences to the base row; empty for base samples and files.
  public let differences: [Difference]
  /// Samples of each set behind a difference.
  public let setSize: Int
  /// What refinement moved; nil for base samples and files.
  public let summary: RefinementSummary?
  /// Wall-clock seconds of making the samples, scoring left out.
  public let seconds: Double
  /// The first samples.
  public let examples: [String]

  init(
    name: String, divergence: FDivergence?, ratio: RatioRecord?,
    refinement: RefinementSettings?, scores: SampleScores, differences: [Difference],
    setSize: Int, summary: RefinementSummary?, seconds: Double, examples: [String]
  ) {
    self.name = name
    self.divergence = divergence
    self.ratio = ratio
    self.refinement = refinement
    self.scores = scores.rows
    missingLines = scores.missingLines
    self.differences = differences
    self.setSize = setSize
    self.summary = summary
    self.seconds = seconds
    self.examples = examples
  }
}
