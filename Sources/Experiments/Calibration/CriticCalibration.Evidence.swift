import Files
import GenerativeModels
import Refinement
import Runs
import Tensors
import TextCoding

extension CriticCalibration {
  /// What critics are fitted and checked on: real strings and as many generated samples of a run.
  struct Evidence {
    /// Real strings of the fit and of the check part, as many of one as of the other.
    let fit, check: TokenStrings
    /// Latents of the generated samples, `[fit.count + check.count, Z]`: those of the fit, then those of the
    /// check.
    var latents: Tensor
    private let threads: Int

    /// - Parameters: as ``CriticCalibration/calibrate(_:on:count:seed:threads:)``.
    init(
      _ model: TextModel, of run: Run, on corpus: PreparedCorpus, count: Int, seed: UInt64,
      threads: Int
    ) throws {
      guard count >= leastCount else {
        throw Failure(.usage, "calibration with \(count) strings: give at least \(leastCount)")
      }
      try run.requireSameVocabulary(as: corpus)
      (fit, check) = try realStrings(of: corpus, count: count, seed: seed)
      // A seed of its own, so that no sample that users see took part in the fit.
      let sampler = TextSampler(
        generator: model.generator, codec: model.codec, seed: seed ^ 0x63_61_6C_69,
        threads: threads)
      latents = sampler.latents(0..<fit.count + check.count)
      self.threads = threads
    }

    /// Scores of the fit part, and of as many generated samples.
    func fitScores(of score: LatentCriticScore) throws -> ScoreSet {
      try scores(of: score, fit, 0..<fit.count)
    }

    /// The fit of a score, and its check on other strings and samples.
    func record(
      of score: LatentCriticScore, in representation: RatioRepresentation
    ) throws -> CalibrationRecord {
      try CalibrationRecord(
        fit: try fitScores(of: score),
        check: try scores(of: score, check, fit.count..<fit.count + check.count),
        representation: representation)
    }

    private func scores(
      of score: LatentCriticScore, _ real: TokenStrings, _ samples: Range<Int>
    ) throws -> ScoreSet {
      try ScoreSet(
        real: try score.scores(of: real, threads: threads),
        generated: try score.scores(at: latents.rows(samples), threads: threads))
    }
  }
}
