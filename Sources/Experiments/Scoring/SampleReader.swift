import Files
import NGramScoring
import Runs
import TextCoding

/// Reads samples as a reference needs them: encoded with its codec, counted at its orders.
public struct SampleReader: Sendable {
  /// How samples are encoded.
  public let codec: TextCodec
  /// What is done to the tokens of text after it is encoded, as on the reference's side.
  let tokenRule: TokenRule
  let options: ScoringReference.Options
  /// Files of samples that are held at the same time and share the memory.
  var files = 1

  /// Samples from a text file, one a line, encoded with ``codec``.
  ///
  /// An empty line is an empty sample, and is counted as one.
  ///
  /// - Parameters:
  ///   - path: plain or gzip; `-` is standard input.
  ///   - limit: lines to read at most.
  /// - Throws: `Failure` of kind `missingInput` or `badData`.
  public func samples(contentsOf path: String, limit: Int = .max) throws -> SampleSet {
    var policy = LinePolicy.standard
    policy.skipsEmptyLines = false
    if codec.vocabulary.unit == .byte { policy.invalidUTF8 = .keep }
    let name = path == "-" ? "standard input" : path
    var kept = StringsInMemory(
      mostBytes: options.settings.memory / (4 * files), length: codec.length)
    let counter = NGramCounter(
      layout: try WindowLayout(
        orders: options.countedOrders(length: codec.length), length: codec.length,
        vocabularySize: codec.vocabulary.count, excludingPadding: options.excludesPadding),
      settings: options.countingSettings)
    try TextBlocks(path: path, policy: policy).encode(
      with: codec, threads: options.settings.threads, limit: limit
    ) { blocks in
      try counter.add(blocks, by: tokenRule) { .rows(from: $0.firstRow) }
      for block in blocks {
        block.withUnsafeTokens { kept.append($0) }
      }
    }
    let counts = try counter.finish()
    guard counts.strings > 0 else {
      throw Failure(.badData, "\(name): no samples to score")
    }
    return SampleSet(
      name: name, counts: counts, strings: kept.strings.map { tokenRule.applied(to: $0) })
  }

  /// Samples from a token matrix `[N, L]` (`.npy`, uint16) of the reference's vocabulary.
  ///
  /// - Throws: `Failure` of kind `missingInput` or `badData`.
  public func samples(tokens path: String, limit: Int = .max) throws -> SampleSet {
    let strings = try TokenStrings(contentsOf: path)
    guard strings.length == codec.length else {
      throw Failure(
        .badData,
        "\(path): strings of \(strings.length) tokens, but the reference has \(codec.length)")
    }
    try strings.validate(below: codec.vocabulary.count, name: path)
    return try samples(path, limit < strings.count ? strings.prefix(limit) : strings)
  }

  /// A split of a prepared corpus as samples: its text, encoded with ``codec``.
  ///
  /// - Throws: `Failure` of kind `missingInput` or `badData`.
  public func samples(
    of corpus: PreparedCorpus, split: CorpusSplit, limit: Int = .max
  ) throws -> SampleSet {
    let all = try corpus.strings(split)
    let strings = limit < all.count ? all.prefix(limit) : all
    let lines = try corpus.lineNumbers(split).map { Array($0.prefix(limit)) }
    let name = "\(corpus.name), \(split.rawValue)"
    if corpus.codec == codec { return try samples(name, strings, lineNumbers: lines) }
    return try samples(
      name, try codec.encode(corpus.codec.decode(strings)), lineNumbers: lines)
  }

  /// Counts as samples; they must have been made with the reference's vocabulary.
  ///
  /// - Throws: `Failure` of kind `missingInput` or `badData`, `usage` where they do not fit.
  public func samples(counts path: String) throws -> SampleSet {
    let file = try CountsFile.open(path).file
    guard file.codec == codec else {
      throw Failure(
        .usage,
        "\(path) was counted with another vocabulary or length than the reference; count it with "
          + "--vocabulary and --length of the reference, or score its text")
    }
    let layout = file.counts.layout
    guard layout.excludesPadding == options.excludesPadding else {
      throw Failure(
        .usage, "\(path) treats padding otherwise than the reference; count both in one way")
    }
    let wanted = try options.countedOrders(length: codec.length)
    guard layout.shortest <= wanted.lowerBound, layout.order >= wanted.upperBound else {
      throw Failure(
        .usage,
        "\(path) holds orders \(layout.shortest) to \(layout.order); \(wanted.lowerBound) to "
          + "\(wanted.upperBound) are needed")
    }
    return SampleSet(name: path, counts: file.counts, strings: nil)
  }

  /// Token strings of ``codec`` as samples.
  ///
  /// - Parameter lineNumbers: the line that each was cut from; nil where each is its own.
  /// - Throws: `Failure` of kind `badData` when there are no samples or a token is out of range.
  public func samples(
    _ name: String, _ encoded: TokenStrings, lineNumbers: [Int]? = nil
  ) throws -> SampleSet {
    guard encoded.count > 0 else {
      throw Failure(.badData, "\(name): no samples to score")
    }
    let strings = tokenRule.applied(to: encoded)
    return SampleSet(
      name: name,
      counts: try NGramCounts(
        strings, orders: options.countedOrders(length: codec.length),
        vocabularySize: codec.vocabulary.count, excludingPadding: options.excludesPadding,
        parts: lineNumbers.map { .lines($0) } ?? .rows(from: 0),
        settings: options.countingSettings),
      strings: strings)
  }
}
