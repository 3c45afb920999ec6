import Files
import GenerativeModels
import Refinement
import Runs
import TextCoding

/// Calibrates a run's critic as a log density ratio on text that it was not trained on.
///
/// Real strings come from the validation split: the fit part to fit, the check part to check. As many
/// generated samples stand on the other side, different ones for fit and check. Each representation
/// gets a record of its own; `decoded` is the one to report.
public enum CriticCalibration {
  /// Real strings and samples on each side of the fit and of the check: 2,000, chosen here: the slope's
  /// 95 % interval is then within about a tenth of its value.
  public static let defaultCount = 2_000

  /// Mixing level of the `smoothed` representation: 0.1, chosen here.
  public static let smoothing: Float = 0.1

  /// Fits and checks all three representations.
  ///
  /// - Parameters:
  ///   - count: strings on each side of the fit and of the check; fewer where the validation split
  ///     has fewer.
  /// - Throws: `Failure` of kind `badData` when the vocabularies differ or a part is empty.
  public static func calibrate(
    _ run: Run, on corpus: PreparedCorpus, count: Int = defaultCount, seed: UInt64, threads: Int
  ) throws -> RunCalibration {
    try run.requireSameVocabulary(as: corpus)
    let model = try TextModel(run)
    let validation = try corpus.strings(.validation)
    var fit = try part(.fit, of: validation, corpus: corpus, count: count, seed: seed)
    var check = try part(.check, of: validation, corpus: corpus, count: count, seed: seed)
    let size = min(fit.count, check.count)
    fit = fit.prefix(size)
    check = check.prefix(size)
    // A seed of its own, so that no sample that users see took part in the fit.
    let sampler = TextSampler(
      generator: model.generator, codec: model.codec, seed: seed ^ 0x63_61_6C_69,
      threads: threads)
    let records = try RatioRepresentation.allCases.map { representation in
      let score = try model.score(shown(representation))
      func scores(_ real: TokenStrings, _ samples: Range<Int>) throws -> ScoreSet {
        try ScoreSet(
          real: try score.scores(of: real, threads: threads),
          generated: try score.scores(of: sampler, samples: samples, threads: threads))
      }
      return try CalibrationRecord(
        fit: try scores(fit, 0..<size), check: try scores(check, size..<2 * size),
        representation: representation)
    }
    return RunCalibration(
      corpusDigest: corpus.description.digest, seed: seed,
      iteration: run.configuration.progress.iterations, smoothing: smoothing, records: records)
  }

  /// What the critic is shown in a representation.
  static func shown(_ representation: RatioRepresentation) -> SampleRepresentation {
    switch representation {
    case .raw: .raw
    case .decoded: .decoded
    case .smoothed: .smoothed(level: smoothing)
    }
  }

  private static func part(
    _ part: ValidationPart, of validation: TokenStrings, corpus: PreparedCorpus, count: Int,
    seed: UInt64
  ) throws -> TokenStrings {
    let rows = (0..<validation.count).filter { ValidationPart.of(validation[$0]) == part }
    guard !rows.isEmpty else {
      throw Failure(
        .badData,
        "\(corpus.path) has no validation strings in its \(part.rawValue) part; prepare it with a "
          + "larger --validation share")
    }
    return validation.rows(
      RowDraw.rows(of: rows, count: count, seed: seed, name: "calibration \(part.rawValue)"))
  }
}
