import Files
import NGramScoring
import TextCoding

extension ScoringReference {
  /// Scores a set of samples.
  ///
  /// - Throws: `Failure` of kind `badData` where a side holds no n-gram, `usage` for a metric that
  ///   needs text where only counts are left.
  public func score(_ samples: SampleSet) throws -> SampleScores {
    let wantsFloor = !options.isPlain && options.draws > 0
    var result: SampleScores
    switch source {
    case .corpus(let strings, let pool, let poolLines, let training, let cut):
      let draws =
        wantsFloor
        ? try RealDraws.choose(
          samples: samples.counts.strings, from: pool, lineNumbers: poolLines,
          draws: options.draws, seed: options.seed) : nil
      result = try scoreAgainstWhole(samples, draws: draws?.value)
      result.missingLines = draws?.missingLines
      result.rows += try modelRows(samples, draws: draws?.value)
      result.rows += try stringRows(
        samples, words: (strings, cut), draws: draws?.value, training: training)
    case .parts(let strings):
      if wantsFloor {
        result = try scoreAgainstParts(samples)
      } else {
        result = try scoreAgainstWhole(samples, draws: nil)
      }
      result.rows += try heldOutModelRows(samples, wantsFloor: wantsFloor)
      result.rows += try heldOutStringRows(samples, strings, wantsFloor: wantsFloor)
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
      // What no thinning reaches is measured against the whole.
      let whole: [Metric] = [.klOfSamples, .klOfReference, .cosine]
      func rows(_ metrics: [Metric], against lines: Int) -> [ScoreRow] {
        ScoreRow.rows(
          name: samples.name, scores: scores.scores, floors: scores.floors, metrics: metrics,
          reference: description.with(lines: lines), seed: options.seed)
      }
      return SampleScores(
        rows: rows(
          options.metrics.filter { !whole.contains($0) }, against: scores.referenceStrings)
          + rows(options.metrics.filter(whole.contains), against: description.lines),
        orders: scores.scores, missingLines: nil)
    case .unavailable(let missing):
      var result = try scoreAgainstWhole(samples, draws: nil)
      result.missingLines = missing
      return result
    }
  }

  // MARK: Perplexity

  private func modelRows(_ samples: SampleSet, draws: RealDraws?) throws -> [ScoreRow] {
    guard let model else { return [] }
    let drawn = try draws.map { draws in
      try draws.strings.map { try reader.samples("real text", $0).counts }
    }
    var rows: [ScoreRow] = []
    if options.metrics.contains(.forwardPerplexity) {
      rows.append(
        row(
          samples, .forwardPerplexity, model.order,
          try model.crossEntropy(of: samples.counts).perplexity,
          floor: try drawn.flatMap { drawn in
            draws?.floor(of: try drawn.map { try model.crossEntropy(of: $0).perplexity })
          }))
    }
    if options.metrics.contains(.reversePerplexity) {
      func reverse(_ counts: NGramCounts) throws -> Double {
        try CharacterModel(counts, order: model.order).crossEntropy(of: scorer.reference)
          .perplexity
      }
      rows.append(
        row(
          samples, .reversePerplexity, model.order, try reverse(samples.counts),
          floor: try drawn.flatMap { drawn in draws?.floor(of: try drawn.map(reverse)) }))
    }
    return rows
  }

  /// Perplexities where real text is a part of the reference: the model of the rest predicts it.
  private func heldOutModelRows(_ samples: SampleSet, wantsFloor: Bool) throws -> [ScoreRow] {
    guard let model else { return [] }
    var rows: [ScoreRow] = []
    if options.metrics.contains(.forwardPerplexity) {
      let halves = wantsFloor ? try HeldOutScorer(scorer).halves() : nil
      let judge = try halves.map { try CharacterModel($0.rest, order: model.order) } ?? model
      rows.append(
        row(
          samples, .forwardPerplexity, model.order,
          try judge.crossEntropy(of: samples.counts).perplexity,
          floor: try halves.map {
            Floor(
              of: try judge.crossEntropy(of: $0.held).perplexity, samples: $0.held.strings)
          }, against: halves?.rest.strings))
    }
    if options.metrics.contains(.reversePerplexity) {
      rows.append(
        row(
          samples, .reversePerplexity, model.order,
          try CharacterModel(samples.counts, order: model.order)
            .crossEntropy(of: scorer.reference).perplexity, floor: nil))
    }
    return rows
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
