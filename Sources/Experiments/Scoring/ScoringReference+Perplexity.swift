import NGramScoring
import TextCoding

extension ScoringReference {
  /// A character model of real text, and what it says of other real text.
  struct Judge: Sendable {
    let model: CharacterModel
    /// The perplexity of real text that the model has not seen; nil where floors come from elsewhere.
    let real: Floor?
    /// Strings that the model is made of.
    let strings: Int

    /// The model of the whole reference, or of all but one part, which it then predicts.
    ///
    /// Of the whole as well where all strings are in one part.
    init(_ scorer: NGramScorer, order: Int, holdsOutPart: Bool) throws {
      let halves = holdsOutPart ? try HeldOutScorer(scorer).halves() : nil
      let text = halves?.rest ?? scorer.reference
      let model = try CharacterModel(text, order: order)
      self.model = model
      strings = text.strings
      real = try halves.map {
        Floor(of: try model.crossEntropy(of: $0.held).perplexity, samples: $0.held.strings)
      }
    }
  }

  /// Perplexities where real text is at hand beside the reference.
  func perplexityRows(_ samples: SampleSet, draws: RealDraws?) throws -> [ScoreRow] {
    guard options.wantsPerplexity else { return [] }
    let drawn = try draws.map { draws in
      try draws.strings.map { try reader.samples("real text", $0).counts }
    }
    func row(_ metric: Metric, _ value: (NGramCounts) throws -> Double) throws -> ScoreRow {
      self.row(
        samples, metric, modelOrder, try value(samples.counts),
        floor: try drawn.flatMap { drawn in draws?.floor(of: try drawn.map(value)) })
    }
    var rows: [ScoreRow] = []
    if let judge {
      rows.append(
        try row(.forwardPerplexity) { try judge.model.crossEntropy(of: $0).perplexity })
    }
    if options.metrics.contains(.reversePerplexity) {
      rows.append(try row(.reversePerplexity, reversePerplexity))
    }
    return rows
  }

  /// Perplexities where real text is a part of the reference.
  ///
  /// The model of the rest predicts samples and part. The other way round there is no real value: a
  /// model of as many real strings needs strings, and counts cannot be thinned to theirs.
  func heldOutPerplexityRows(_ samples: SampleSet) throws -> [ScoreRow] {
    var rows: [ScoreRow] = []
    if let judge {
      rows.append(
        row(
          samples, .forwardPerplexity, modelOrder,
          try judge.model.crossEntropy(of: samples.counts).perplexity, floor: judge.real,
          against: judge.strings))
    }
    if options.metrics.contains(.reversePerplexity) {
      rows.append(
        row(
          samples, .reversePerplexity, modelOrder, try reversePerplexity(samples.counts),
          floor: nil))
    }
    return rows
  }

  private var modelOrder: Int { min(ScoringDefaults.modelOrder, codec.length) }

  /// The perplexity of the reference under a model of other strings.
  private func reversePerplexity(_ strings: NGramCounts) throws -> Double {
    try CharacterModel(strings, order: modelOrder).crossEntropy(of: scorer.reference).perplexity
  }
}
