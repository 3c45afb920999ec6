import Files
import NGramScoring
import TextCoding

/// Counts the n-grams of text, of any size, in bounded memory.
///
/// One pass makes the vocabulary where none is given: all symbols among the first L of every line. A
/// second encodes and counts, blocks of lines on all threads. Each line's first L symbols are one
/// string; its part is a hash of the whole line, so that shards can be counted anywhere and strings
/// that are equal only up to the cut are spread over the parts.
public struct TextCounting: Sendable {
  /// n-gram orders; with every order from 1, windows from a begin mark are counted too.
  public var orders = 1...6
  /// L, symbols of a line that count.
  public var length = TextCodec.standardLength
  /// What one symbol is, where no vocabulary is given.
  public var unit = SymbolUnit.scalar
  /// What is done to text before, where no vocabulary is given.
  public var normalisation = TextNormalisation.standard
  /// The vocabulary; nil makes one of the text.
  public var vocabulary: Vocabulary?
  /// The largest size of a vocabulary made of the text.
  public var vocabularyLimit = Vocabulary.largestCount
  /// Leave out n-grams that contain padding.
  public var excludesPadding = false
  /// A symbol that is taken for padding, as the published text loader does; nil takes none so.
  ///
  /// It has a token in every vocabulary made of text, so that samples that show their padding are
  /// read aright; padding and this symbol count once in ``vocabularyLimit``.
  public var paddingSymbol: Symbol?
  /// What is done with unclean and empty lines.
  public var policy = LinePolicy.standard
  /// Threads, memory, temporary folder; without influence on the counts.
  public var settings = NGramCounter.Settings()

  /// The memory of tables; nil takes all that ``settings`` leave beside text and program.
  var tableMemory: Int?

  /// Orders 1 to 6 of scalars after NFC.
  public init() {}

  /// The bytes that counting may take of `memory`: blocks of text, buffers and the program itself
  /// take 40 MB, and 6 MB a thread (measured).
  static func countingMemory(of memory: Int, threads: Int) -> Int {
    memory - 40_000_000 - 6_000_000 * threads
  }

  /// The least memory that counting with some threads can be bounded by.
  ///
  /// Merging what was written to temporary files takes 34 MB beside the program, whatever the number
  /// of threads.
  public static func leastMemory(threads: Int) -> Int {
    max(60_000_000, 40_000_000 + 14_000_000 * threads)
  }

  /// Counts the lines of some texts together.
  ///
  /// - Parameters:
  ///   - paths: plain or gzip; `-` is standard input. All but plain files are copied to the temporary
  ///     folder where they have to be read twice.
  ///   - observe: given all blocks of token strings, some at a time and in order, while they are in
  ///     memory.
  ///   - progress: given the lines counted so far, also while they are merged; throwing ends the
  ///     counting.
  /// - Throws: `Failure` of kind `missingInput`; `badData` where there is no line, or the text has
  ///   too many symbols for a vocabulary; `usage` where orders do not fit; what `progress` throws.
  public func counts(
    of paths: [String], blocks observe: ([EncodedBlock]) -> Void = { _ in },
    progress: (_ lines: Int) throws -> Void = { _ in }
  ) throws -> CountsFile {
    try counts(of: texts(paths), blocks: observe, progress: progress)
  }

  /// Counts texts whose symbols are known.
  func counts(
    of texts: Texts, blocks observe: ([EncodedBlock]) -> Void = { _ in },
    progress: (_ lines: Int) throws -> Void = { _ in }
  ) throws -> CountsFile {
    let codec = texts.codec
    let counter = NGramCounter(
      layout: try WindowLayout(
        orders: orders, length: length, vocabularySize: codec.vocabulary.count,
        excludingPadding: excludesPadding),
      settings: tableSettings)
    let rule = TokenRule(paddingSymbol, codec.vocabulary)
    var lines = 0
    try forEachRound(of: texts) { blocks in
      try counter.add(blocks, by: rule) { .hashes($0.lineHashes) }
      observe(blocks)
      lines += blocks.reduce(0) { $0 + $1.count }
      try progress(lines)
    }
    return CountsFile(
      codec: codec, vocabularySource: vocabulary == nil ? .text : .given, parts: .line,
      counts: try requireLines(counter.finish { try progress(lines) }, texts))
  }

  /// Counts texts only at the given orders, and only as far as samples hold their n-grams.
  func counts(
    of texts: Texts, orders: [Int], onSupportOf samples: [NGramCounts],
    blocks observe: ([EncodedBlock]) -> Void = { _ in }
  ) throws -> NGramCounts {
    let counter = try SupportCounter(samples: samples, orders: orders, threads: settings.threads)
    let rule = TokenRule(paddingSymbol, texts.codec.vocabulary)
    try forEachRound(
      of: texts,
      onThread: { block, thread in
        rule.withTokens(of: [block]) { pieces in
          for piece in pieces { counter.add(piece, shard: thread) }
        }
      }, observe)
    return try requireLines(counter.finish(), texts)
  }

  private func requireLines(_ counts: NGramCounts, _ texts: Texts) throws -> NGramCounts {
    guard counts.strings > 0 else {
      throw Failure(
        .badData,
        "\(texts.paths.joined(separator: ", ")): no lines of text, so there is nothing to count")
    }
    return counts
  }

  // MARK: Reading

  /// Texts that are about to be counted.
  struct Texts {
    /// Their symbols and the string length.
    let codec: TextCodec
    fileprivate let paths: [String]
    /// One a text where it was read for its symbols.
    fileprivate let inputs: [TextInput?]
  }

  /// Finds the symbols of some texts, where no vocabulary is given.
  func texts(_ paths: [String]) throws -> Texts {
    if let vocabulary {
      return Texts(
        codec: TextCodec(vocabulary: vocabulary, length: length), paths: paths,
        inputs: paths.map { _ in nil })
    }
    let inputs = try paths.map { try TextInput($0, temporaryFolder: settings.temporaryFolder) }
    return Texts(
      codec: TextCodec(vocabulary: try vocabulary(of: inputs), length: length), paths: paths,
      inputs: inputs)
  }

  /// Encodes texts and works on each block on the thread that encoded it, then on some blocks at a
  /// time; every line is hashed.
  private func forEachRound(
    of texts: Texts,
    onThread work: @Sendable (_ block: EncodedBlock, _ thread: Int) -> Void = { _, _ in },
    _ body: (_ blocks: [EncodedBlock]) throws -> Void
  ) throws {
    for (path, input) in zip(texts.paths, texts.inputs) {
      try TextBlocks(
        try input?.open() ?? openSource(path), name: input?.name, policy: policy
      ).encode(
        with: texts.codec, threads: settings.threads, hashingLines: true, onThread: work, body)
    }
  }

  /// The vocabulary of all symbols among the first L of every line.
  private func vocabulary(of inputs: [TextInput]) throws -> Vocabulary {
    var counts = SymbolCounts(unit: unit, normalisation: normalisation)
    for input in inputs {
      counts.add(
        try TextBlocks(try input.open(), name: input.name, policy: policy).countSymbols(
          unit: unit, normalisation: normalisation, symbolsPerLine: length,
          threads: settings.threads))
    }
    let names = inputs.map(\.name).joined(separator: ", ")
    guard counts.distinct > 0 else {
      throw Failure(.badData, "\(names): no lines of text, so there is no symbol to count")
    }
    guard vocabularyLimit < Vocabulary.largestCount || counts.distinct <= vocabularyLimit - 2 else {
      throw Failure(
        .badData,
        "\(names): \(counts.distinct) different symbols are more than a vocabulary holds; give one "
          + "with --vocabulary")
    }
    do {
      guard let paddingSymbol else { return try counts.vocabulary(limit: vocabularyLimit) }
      // Padding makes its symbol the most frequent one, whether or not it occurs in the text; the
      // room of its own that padding has here does not come off the limit.
      counts.add(paddingSymbol, times: counts.total)
      return try counts.vocabulary(limit: vocabularyLimit + 1)
    } catch let failure as Failure {
      throw Failure(failure.kind, "\(names): \(failure.message)", cause: failure.cause)
    }
  }

  /// Counts a split of a prepared corpus; windows of one line share a part.
  ///
  /// - Throws: `Failure` as the corpus throws it, `usage` where orders do not fit.
  public func counts(
    of strings: TokenStrings, lineNumbers: [Int]?, codec: TextCodec
  ) throws -> CountsFile {
    return CountsFile(
      codec: codec, vocabularySource: .given, parts: lineNumbers == nil ? .string : .number,
      counts: try NGramCounts(
        strings, orders: orders, vocabularySize: codec.vocabulary.count,
        excludingPadding: excludesPadding,
        parts: lineNumbers.map { .lines($0) } ?? .content(StringHash(codec.vocabulary)),
        settings: tableSettings))
  }

  private var tableSettings: NGramCounter.Settings {
    var settings = settings
    settings.memory =
      tableMemory ?? Self.countingMemory(of: settings.memory, threads: settings.threads)
    return settings
  }
}

extension NGramCounter {
  /// Counts blocks of strings, with a rule for their tokens, each block by its own part rule.
  func add(
    _ blocks: [EncodedBlock], by rule: TokenRule, parts: (EncodedBlock) -> PartRule
  ) throws {
    try rule.withTokens(of: blocks) { tokens in
      try add(zip(tokens, blocks).map { Piece(tokens: $0, parts: parts($1)) })
    }
  }
}
