import Files
import NGramScoring
import TextCoding

extension ScoringReference {
  /// Rows of whole-string metrics against a corpus: duplicates, copies of training text, words.
  func stringRows(
    _ samples: SampleSet, words: (strings: TokenStrings, cut: CutRule), draws: RealDraws?,
    training: TokenStrings?
  ) throws -> [ScoreRow] {
    let wanted = options.metrics
    guard let strings = try strings(of: samples) else { return [] }
    var rows: [ScoreRow] = []
    func append(_ metric: Metric, _ measure: (TokenStrings) throws -> Double) throws {
      rows.append(
        row(
          samples, metric, nil, try measure(strings), floor: try draws?.floor(measure)))
    }
    if wanted.contains(.duplicateRate) {
      try append(.duplicateRate) { try DuplicateRate.value(of: $0) }
    }
    if wanted.contains(.exactCopyRate), let training {
      // No floor: splits share no string, so real text of another split copies nothing, whatever
      // real text does.
      rows.append(
        row(
          samples, .exactCopyRate, nil,
          try ExactCopyRate.value(of: strings, training: training), floor: nil))
    }
    if wanted.contains(.wordShare) {
      let list = try WordList(
        of: words.strings, vocabulary: codec.vocabulary, cut: words.cut)
      try append(.wordShare) { try WordShare(of: $0, in: list).value }
    }
    return rows
  }

  /// Rows of whole-string metrics against a text file, as far as its strings are in memory.
  func heldOutStringRows(
    _ samples: SampleSet, _ reference: TokenStrings?, wantsFloor: Bool
  ) throws -> [ScoreRow] {
    let wanted = options.metrics
    guard wanted.contains(.duplicateRate) || wanted.contains(.wordShare),
      let strings = try strings(of: samples)
    else { return [] }
    let draws =
      wantsFloor
      ? try reference.flatMap {
        try RealDraws.choose(
          samples: strings.count, from: $0, draws: options.draws, seed: options.seed
        ).value
      } : nil
    var rows: [ScoreRow] = []
    if wanted.contains(.duplicateRate) {
      // Duplicates are counted within a draw, so it does not matter that the text is the reference.
      rows.append(
        row(
          samples, .duplicateRate, nil, try DuplicateRate.value(of: strings),
          floor: try draws?.floor { try DuplicateRate.value(of: $0) }))
    }
    if wanted.contains(.wordShare) {
      guard let reference else {
        throw Failure(
          .usage,
          "\(description.name): the share of words needs the reference's text in memory; give text, "
            + "not counts, or more --memory")
      }
      rows.append(try wordRow(samples, strings, reference, draws: draws))
    }
    return rows
  }

  /// Words against what is left of the text without one draw of real strings, which is the floor.
  private func wordRow(
    _ samples: SampleSet, _ strings: TokenStrings, _ reference: TokenStrings, draws: RealDraws?
  ) throws -> ScoreRow {
    let vocabulary = codec.vocabulary
    guard let held = draws?.rows.first, 2 * held.count <= reference.count else {
      let list = try WordList(of: reference, vocabulary: vocabulary)
      return row(
        samples, .wordShare, nil, try WordShare(of: strings, in: list).value, floor: nil)
    }
    let isHeld = Set(held)
    let rest = reference.rows((0..<reference.count).filter { !isHeld.contains($0) })
    let list = try WordList(of: rest, vocabulary: vocabulary)
    let real = try WordShare(of: reference.rows(held), in: list).value
    return row(
      samples, .wordShare, nil, try WordShare(of: strings, in: list).value,
      floor: Floor(of: real, samples: held.count), against: rest.count)
  }

  /// The samples' strings; nil where only counts are left and no metric was asked for by name that
  /// needs strings.
  private func strings(of samples: SampleSet) throws -> TokenStrings? {
    if let strings = samples.strings { return strings }
    guard !options.metrics.contains(.wordShare) else {
      throw Failure(
        .usage, "\(samples.name): the share of words needs text, and these are counts")
    }
    return nil
  }
}
