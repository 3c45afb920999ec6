import Files
import GenerativeModels
import Refinement
import Runs
import TextCoding

/// Calibrates a run's critic as a log density ratio on text that it was not trained on.
///
/// Real strings come from the validation split: the fit part to fit, the check part to check, at most
/// one from any line and none of the check from a line of the fit. As many generated samples stand on
/// the other side, different ones for fit and check. Each representation gets a record of its own;
/// `decoded` is the one to report.
public enum CriticCalibration {
  /// Real strings and samples on each side of the fit and of the check: 2,000, chosen here: the slope's
  /// 95 % interval is then within about a tenth of its value.
  public static let defaultCount = 2_000

  /// The fewest strings on a side that say anything: 10, chosen here; the check's intervals say how
  /// little.
  public static let leastCount = 10

  /// Mixing level of the `smoothed` representation: 0.1, chosen here.
  public static let smoothing: Float = 0.1

  /// Fits and checks all three representations.
  ///
  /// The result depends on run, corpus, count and seed, not on threads.
  ///
  /// - Parameters:
  ///   - count: strings on each side of the fit and of the check, at least ``leastCount``; fewer
  ///     are taken where the validation split has fewer.
  ///   - seed: seed of the draws and of the generated samples.
  /// - Throws: `Failure` of kind `usage` for too small a count, `badData` when the vocabularies differ,
  ///   a part has fewer than ``leastCount`` strings or all scores are equal.
  public static func calibrate(
    _ run: Run, on corpus: PreparedCorpus, count: Int = defaultCount, seed: UInt64, threads: Int
  ) throws -> RunCalibration {
    let model = try TextModel(run)
    let evidence = try Evidence(
      model, of: run, on: corpus, count: count, seed: seed, threads: threads)
    return RunCalibration(
      corpusDigest: corpus.description.digest, seed: seed,
      iteration: run.configuration.progress.iterations, smoothing: smoothing,
      records: try RatioRepresentation.allCases.map {
        try evidence.record(of: try model.score(shown($0)), in: $0)
      })
  }

  /// What the critic is shown in a representation.
  static func shown(_ representation: RatioRepresentation) -> SampleRepresentation {
    switch representation {
    case .raw: .raw
    case .decoded: .decoded
    case .smoothed: .smoothed(level: smoothing)
    }
  }

  /// The representation of what a critic is shown.
  static func representation(of shown: SampleRepresentation) -> RatioRepresentation {
    switch shown {
    case .raw: .raw
    case .decoded: .decoded
    case .smoothed: .smoothed
    }
  }

  /// Strings of the fit and of the check part, as many of one as of the other.
  static func realStrings(
    of corpus: PreparedCorpus, count: Int, seed: UInt64
  ) throws -> (fit: TokenStrings, check: TokenStrings) {
    let validation = try corpus.strings(.validation)
    let lineNumbers = try corpus.lineNumbers(.validation)
    let parts = validation.withUnsafeTokens { tokens in
      (0..<validation.count).map {
        ValidationPart.of(tokens[$0 * validation.length..<($0 + 1) * validation.length])
      }
    }
    func draw(_ part: ValidationPart, excluding lines: Set<Int>) throws -> [Int] {
      let rows = RowDraw.rows(
        of: parts.indices.filter { parts[$0] == part }, lineNumbers: lineNumbers,
        excluding: lines, count: count, seed: seed, name: "calibration \(part.rawValue)")
      guard rows.count >= leastCount else {
        throw Failure(
          .badData,
          "\(corpus.path) has \(rows.count) validation lines to \(part.rawValue) a calibration, at "
            + "least \(leastCount) are needed; prepare more text or a larger --validation share")
      }
      return rows
    }
    let fit = try draw(.fit, excluding: [])
    let fitted = Set(fit.compactMap { lineNumbers?[$0] })
    let check = try draw(.check, excluding: fitted)
    let size = min(fit.count, check.count)
    return (validation.rows(Array(fit.prefix(size))), validation.rows(Array(check.prefix(size))))
  }
}
