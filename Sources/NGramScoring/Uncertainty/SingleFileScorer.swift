// Scores against one file that has to be reference and floor at once.

import Files
import TextCoding

/// Scores samples against a file that is the only real text there is.
///
/// For each draw, as many lines as there are samples are held out; samples and held-out strings
/// (one a line) are both scored against the rest of the file, which is what makes them comparable.
/// All strings of a held-out line leave the rest. Value and floor are means over the draws. The
/// file is counted once; a held-out part is subtracted from its counts.
public struct SingleFileScorer: Sendable {
  private let file: TokenStrings
  private let lineNumbers: [Int]?
  private let whole: NGramScorer

  /// Samples' scores and floors, each a mean over the same hold-outs.
  public struct Scores: Sendable {
    /// One for each order: means over the hold-outs.
    public let scores: [OrderScores]
    /// One for each order.
    public let floors: [OrderFloors]
    /// Lines that were left as reference in each hold-out.
    public let referenceLines: Int
  }

  /// Counts `file`.
  ///
  /// - Parameters:
  ///   - file: token strings `[M, L]`.
  ///   - lineNumbers: the line that each string was cut from; nil where each is its own line.
  ///   - vocabularySize, orders, excludingPadding, threads: as for ``NGramScorer``.
  /// - Throws: ``Files/Failure`` as ``NGramScorer``.
  public init(
    file: TokenStrings, lineNumbers: [Int]? = nil, vocabularySize: Int,
    orders: [Int] = ScoringDefaults.orders, excludingPadding: Bool = false, threads: Int = 1
  ) throws {
    self.file = file
    self.lineNumbers = lineNumbers
    whole = try NGramScorer(
      reference: file, vocabularySize: vocabularySize, orders: orders,
      excludingPadding: excludingPadding, threads: threads)
  }

  /// The scorer against the whole file: what remains where a floor is unavailable.
  public var wholeFile: NGramScorer { whole }

  /// Scores `samples` and as many held-out lines against the rest of the file, `draws` times.
  ///
  /// - Returns: `unavailable` where the file has fewer than twice as many lines as there are
  ///   samples, since the rest would then be smaller than what was held out.
  /// - Throws: ``Files/Failure`` where the samples do not fit the file or `draws` is not positive.
  public func scores(
    of samples: TokenStrings, errors: Bool = true, draws: Int = ScoringDefaults.floorDraws,
    seed: UInt64 = ScoringDefaults.seed
  ) throws -> FloorEstimate<Scores> {
    try RealDraws.checkCounts(samples: samples.count, draws: draws)
    let lines = LinePool(rows: file.count, lineNumbers: lineNumbers)
    guard lines.count >= 2 * samples.count else {
      return .unavailable(needsMoreLines: 2 * samples.count - lines.count)
    }
    let chosen = lines.drawLines(samples.count, draws: draws, seed: seed)
    let real = RealDraws(
      samples: samples.count, lines: lines.count, disjoint: chosen.disjoint, seed: seed,
      rows: lines.oneRowOfEach(chosen.lines, seed: seed), pool: file)
    let counted = try whole.count(samples, errors: errors)
    var sampleScores: [[OrderScores]] = []
    var realScores: [[OrderScores]] = []
    for (heldOut, strings) in zip(chosen.lines, real.strings) {
      let rest = try whole.without(file.rows(lines.allRows(of: heldOut)))
      sampleScores.append(try rest.scores(of: counted))
      realScores.append(try rest.scores(of: strings, errors: false))
    }
    return .available(
      Scores(
        scores: OrderScores.means(of: sampleScores),
        floors: OrderFloors.summaries(of: realScores, draws: real),
        referenceLines: lines.count - samples.count))
  }
}
