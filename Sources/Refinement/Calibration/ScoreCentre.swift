/// The midpoint of the mean scores of real and of generated validation samples: the score that
/// counts as zero for a critic whose offset is arbitrary.
///
/// For two classes whose scores are normal with equal variances it is the point where the densities
/// are equal, d = 0. Subtracted by a ``CalibratedRatio`` of scale 1 for JS and log D; KL ignores it.
public struct ScoreCentre: Codable, Equatable, Sendable {
  /// (meanReal + meanGenerated)/2.
  public let centre: Double
  /// Mean score of real samples.
  public let meanReal: Double
  /// Mean score of generated samples.
  public let meanGenerated: Double
  /// Real samples averaged.
  public let realCount: Int
  /// Generated samples averaged.
  public let generatedCount: Int

  /// The midpoint of a set of scores.
  public init(_ scores: ScoreSet) {
    meanReal = scores.meanReal
    meanGenerated = scores.meanGenerated
    centre = (meanReal + meanGenerated) / 2
    realCount = scores.real.count
    generatedCount = scores.generated.count
  }
}
