import Files
import NGramScoring
import TextCoding

extension ScoringReference {
  /// Scores a set of samples.
  ///
  /// - Throws: `Failure` of kind `badData` where a side holds no n-gram, `usage` for a metric that
  ///   needs text where only counts are left.
  public func score(_ samples: SampleSet) throws -> SampleScores {
    var result: SampleScores
    switch source {
    case .corpus(let strings, let pool, let poolLines, let training, let cut):
      let draws =
        options.wantsFloor
        ? try RealDraws.choose(
          samples: samples.counts.strings, from: pool, lineNumbers: poolLines,
          draws: options.draws, seed: options.seed) : nil
      result = try scoreAgainstWhole(samples, draws: draws?.value)
      result.missingLines = draws?.missingLines
      result.rows += try perplexityRows(samples, draws: draws?.value)
      result.rows += try stringRows(
        samples, words: (strings, cut), draws: draws?.value, training: training)
    case .parts(let strings):
      if options.wantsFloor {
        result = try scoreAgainstParts(samples)
      } else {
        result = try scoreAgainstWhole(samples, draws: nil)
      }
      result.rows += try heldOutPerplexityRows(samples)
      result.rows += try heldOutStringRows(samples, strings, wantsFloor: options.wantsFloor)
    }
    // In the order of the options' metrics.
    result.rows = options.metrics.flatMap { metric in
      result.rows.filter { $0.metric == metric }
    }
    return result
  }

  /// Scores token strings of ``codec``.
  ///
  /// - Throws: as ``score(_:)``.
  public func score(name: String, _ strings: TokenStrings) throws -> SampleScores {
    try score(reader.samples(name, strings))
  }

  /// N-gram scores alone, without floor or errors: for many sets at one count.
  func orderScores(_ strings: TokenStrings) throws -> [OrderScores] {
    try scorer.scores(of: strings, measures: .plain)
  }

  // MARK: n-grams

  private func scoreAgainstWhole(
    _ samples: SampleSet, draws: RealDraws?
  ) throws -> SampleScores {
    let scores = try scorer.scores(of: samples.counts, measures: options.measures)
    let floors = try draws.map { try scorer.floors(of: $0, measures: options.floorMeasures) }
    return SampleScores(
      rows: ScoreRow.rows(
        name: samples.name, scores: scores, floors: floors, metrics: options.metrics,
        reference: description, seed: options.seed),
      orders: scores, missingLines: nil)
  }

  private func scoreAgainstParts(_ samples: SampleSet) throws -> SampleScores {
    let estimate = try HeldOutScorer(scorer).scores(
      of: samples.counts, measures: options.measures, draws: options.draws)
    switch estimate {
    case .available(let scores):
      return SampleScores(
        rows: ScoreRow.rows(
          name: samples.name, scores: scores.scores, floors: scores.floors,
          metrics: options.metrics, reference: description.with(lines: scores.referenceStrings),
          seed: options.seed),
        orders: scores.scores, missingLines: nil)
    case .unavailable(let missing):
      var result = try scoreAgainstWhole(samples, draws: nil)
      result.missingLines = missing
      return result
    }
  }

  func row(
    _ samples: SampleSet, _ metric: Metric, _ order: Int?, _ value: Double, floor: Floor?,
    against lines: Int? = nil
  ) -> ScoreRow {
    ScoreRow(
      name: samples.name, metric: metric, order: order, value: value, floor: floor,
      samples: samples.counts.strings,
      reference: description.with(lines: lines ?? description.lines), seed: options.seed)
  }
}

extension ScoreRow.Reference {
  /// The same reference, of which only some strings were measured against.
  fileprivate func with(lines: Int) -> ScoreRow.Reference {
    ScoreRow.Reference(name: name, split: split, lines: lines, digest: digest)
  }
}

/// The rows of one set of samples.
public struct SampleScores: Sendable {
  /// One row a metric and order.
  public var rows: [ScoreRow]
  /// The n-gram scores, order by order, for comparisons.
  public let orders: [OrderScores]
  /// Lines that are missing for a floor, where there is none.
  public var missingLines: Int?
}
