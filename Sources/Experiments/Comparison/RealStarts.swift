import Refinement
import Runs
import TextCoding

/// Where chains of MH-GAN begin: d of real strings that the critic was not trained on.
public enum RealStarts {
  /// Real strings behind the starts: 1,000, chosen here; a chain begins at one of them.
  public static let count = 1_000

  /// d of strings of the validation split's fit part, at most one a line.
  ///
  /// - Parameters:
  ///   - ratio: resolved for MH-GAN.
  ///   - corpus: of the run's vocabulary.
  ///   - seed: of the draw.
  /// - Throws: `Failure` of kind `badData` where the validation split is too small.
  public static func values(
    of ratio: ResolvedRatio, on corpus: PreparedCorpus, seed: UInt64, threads: Int
  ) throws -> [Float] {
    let strings = try CriticCalibration.realStrings(of: corpus, count: count, seed: seed).fit
    return try ratio.score.scores(of: strings, threads: threads).map(ratio.value(ofScore:))
  }
}
