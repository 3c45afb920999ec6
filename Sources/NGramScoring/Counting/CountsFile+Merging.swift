import Files
import TextCoding

extension CountsFile {
  /// The counts of all shards together: what counting their text in one pass gives.
  ///
  /// Vocabularies made of the text are made anew from the sums of their symbols' counts, and windows
  /// are numbered anew where a symbol changed its token.
  ///
  /// - Parameters:
  ///   - shards: at least one, with the path that messages name.
  ///   - settings: memory and temporary folder.
  /// - Throws: `Failure` of kind `badData` where shards were counted in different ways, naming what
  ///   differs; where files cannot be read or written.
  public static func merged(
    _ shards: [(path: String, file: CountsFile)], settings: NGramCounter.Settings
  ) throws -> CountsFile {
    guard let first = shards.first else {
      throw Failure(.usage, "no counts to merge: give at least one file")
    }
    for shard in shards.dropFirst() { try requireSameWay(first, shard) }
    let codec =
      first.file.vocabularySource == .given ? first.file.codec : try mergedCodec(shards)
    let layout = try WindowLayout(
      orders: first.file.counts.layout.orders, length: codec.length,
      vocabularySize: codec.vocabulary.count,
      excludingPadding: first.file.counts.layout.excludesPadding)
    func summed(_ values: [[Int]]) -> [Int] {
      (0..<StringParts.count).map { part in values.reduce(0) { $0 + $1[part] } }
    }
    var runs: [WindowRun] = []
    for shard in shards {
      if shard.file.codec.vocabulary == codec.vocabulary {
        runs += shard.file.counts.runs
      } else {
        runs += try shard.file.renumbered(codec.vocabulary, layout, settings)
      }
    }
    let strings = summed(shards.map(\.file.counts.stringsOfParts))
    try layout.requireRoom(forStringsOfParts: strings)
    return CountsFile(
      codec: codec, vocabularySource: first.file.vocabularySource, parts: first.file.parts,
      counts: NGramCounts(
        layout: layout, stringsOfParts: strings,
        ngramsOfParts: (0..<layout.orders.count).map { order in
          summed(shards.map { $0.file.counts.ngramsOfParts[order] })
        }, runs: runs))
  }

  private static func requireSameWay(
    _ first: (path: String, file: CountsFile), _ other: (path: String, file: CountsFile)
  ) throws {
    func require(_ isSame: Bool, _ what: String, _ left: Any, _ right: Any) throws {
      guard !isSame else { return }
      throw Failure(
        .badData,
        "\(other.path) and \(first.path) were counted in different ways (\(what): \(right), "
          + "\(left)); count both with the same options")
    }
    let (left, right) = (first.file, other.file)
    try require(
      left.counts.layout.orders == right.counts.layout.orders, "orders",
      left.counts.layout.orders, right.counts.layout.orders)
    try require(
      left.codec.length == right.codec.length, "length", left.codec.length, right.codec.length)
    try require(
      left.counts.layout.excludesPadding == right.counts.layout.excludesPadding,
      "padding left out", left.counts.layout.excludesPadding,
      right.counts.layout.excludesPadding)
    try require(left.parts == right.parts, "parts", left.parts, right.parts)
    try require(
      left.vocabularySource == right.vocabularySource, "vocabulary",
      left.vocabularySource.rawValue, right.vocabularySource.rawValue)
    let (known, others) = (left.codec.vocabulary, right.codec.vocabulary)
    try require(known.unit == others.unit, "unit", known.unit, others.unit)
    try require(
      known.normalisation == others.normalisation, "normalisation",
      known.normalisation.inWords, others.normalisation.inWords)
    if left.vocabularySource == .given {
      try require(known == others, "given vocabulary", known.digest, others.digest)
    }
  }

  /// The vocabulary of all symbols of all shards, by the sums of their counts.
  private static func mergedCodec(
    _ shards: [(path: String, file: CountsFile)]
  ) throws -> TextCodec {
    let first = shards[0].file.codec
    var counts = SymbolCounts(
      unit: first.vocabulary.unit, normalisation: first.vocabulary.normalisation)
    for shard in shards {
      let vocabulary = shard.file.codec.vocabulary
      for (symbol, count) in zip(vocabulary.symbols, vocabulary.counts) {
        counts.add(symbol, times: count)
      }
    }
    return TextCodec(
      vocabulary: try counts.vocabulary(limit: Vocabulary.largestCount), length: first.length)
  }

  /// The windows under the tokens of another vocabulary that knows all symbols of this one.
  private func renumbered(
    _ vocabulary: Vocabulary, _ target: WindowLayout, _ settings: NGramCounter.Settings
  ) throws -> [WindowRun] {
    switch (counts.layout.isWide, target.isWide) {
    case (false, false): try renumbered(UInt64.self, UInt64.self, vocabulary, target, settings)
    case (false, true): try renumbered(UInt64.self, UInt128.self, vocabulary, target, settings)
    case (true, false): try renumbered(UInt128.self, UInt64.self, vocabulary, target, settings)
    case (true, true): try renumbered(UInt128.self, UInt128.self, vocabulary, target, settings)
    }
  }

  private func renumbered<
    Old: FixedWidthInteger & UnsignedInteger & Sendable,
    New: FixedWidthInteger & UnsignedInteger & Sendable
  >(
    _: Old.Type, _: New.Type, _ vocabulary: Vocabulary, _ target: WindowLayout,
    _ settings: NGramCounter.Settings
  ) throws -> [WindowRun] {
    let layout = counts.layout
    guard let largest = layout.largestKey(Old.self) else {
      preconditionFailure("CountsFile: keys exceed \(Old.bitWidth) bits")
    }
    // End, padding, unknown, symbols, begin mark.
    let digits: [New] =
      [0, 1, 2] + codec.vocabulary.symbols.map { New(vocabulary.token(of: $0)) + 1 }
      + [New(target.beginDigit)]
    let base = Old(layout.base)
    let weights = (0..<layout.order).map { target.weight($0, New.self) }
    let sorter = WindowSorter<New>(memory: settings.memory, folder: settings.temporaryFolder)
    var windows = MergedWindows<Old>(counts.runs, largest: largest)
    while try windows.next() {
      var rest = windows.key
      var key: New = 0
      for weight in weights {
        let (quotient, digit) = rest.quotientAndRemainder(dividingBy: base)
        key += digits[Int(digit)] * weight
        rest = quotient
      }
      try sorter.add(key, windows.counts())
    }
    try sorter.finish()
    return sorter.runs
  }
}

extension TextNormalisation {
  /// What a message says of a normalisation.
  fileprivate var inWords: String {
    "\(form.rawValue), \(foldsCase ? "case folded" : "case kept"), control characters: "
      + "\(controls.rawValue)"
  }
}
