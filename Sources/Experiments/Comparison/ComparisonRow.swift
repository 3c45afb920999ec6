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

  /// How the samples of a row were refined, and what that took.
  public struct Refinement: Codable, Sendable {
    /// The method and its settings.
    public let method: MethodSettings
    /// The ratio that it used, with scale, offset and verdict.
    public let ratio: RatioRecord
    /// Spent before the first sample: burn-in and the like.
    public let fixedCost: RefinementCost
    /// What moved, and what a sample cost.
    public let summary: RefinementSummary

    /// Cost units a sample with the fixed cost spread over all of them.
    public var amortisedCost: Double {
      summary.costPerSample + Double(fixedCost.units) / Double(max(summary.samples, 1))
    }
  }

  /// What was scored.
  public let name: String
  /// How its samples were refined; nil for base samples and files.
  public let refinement: Refinement?
  /// Scores at the full count, one row a metric and order.
  public let scores: [ScoreRow]
  /// Lines that are missing for a floor, where there is none.
  public let missingLines: Int?
  /// Differences to the base row; empty for base samples and files.
  public let differences: [Difference]
  /// Samples of each set behind a difference.
  public let setSize: Int
  /// Wall-clock seconds of making the samples, fixed cost included, scoring left out.
  public let seconds: Double
  /// The first samples.
  public let examples: [String]
  /// What a fresh classifier tells of the samples; nil where none was trained.
  public let classifier: TwoSampleClassifier.Finding?

  init(
    name: String, scores: SampleScores, differences: [Difference] = [], setSize: Int,
    seconds: Double, examples: [String], refinement: Refinement? = nil,
    classifier: TwoSampleClassifier.Finding? = nil
  ) {
    self.name = name
    self.refinement = refinement
    self.scores = scores.rows
    missingLines = scores.missingLines
    self.differences = differences
    self.setSize = setSize
    self.seconds = seconds
    self.examples = examples
    self.classifier = classifier
  }
}
