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
  ///   - strings: given every block of token strings, in order, while it is in memory.
  ///   - progress: given the lines counted so far, also while they are merged; throwing ends the
  ///     counting.
  /// - Throws: `Failure` of kind `missingInput`; `badData` where there is no line, or the text has
  ///   too many symbols for a vocabulary; `usage` where orders do not fit; what `progress` throws.
  public func counts(
    of paths: [String], strings observe: (UnsafeBufferPointer<UInt16>) -> Void = { _ in },
    progress: (_ lines: Int) throws -> Void = { _ in }
  ) throws -> CountsFile {
    let inputs = try paths.map { path in
      vocabulary == nil ? try TextInput(path, temporaryFolder: self.settings.temporaryFolder) : nil
    }
    let codec = TextCodec(
      vocabulary: try vocabulary ?? vocabulary(of: inputs.compactMap { $0 }), length: length)
    let settings = tableSettings
    let counter = NGramCounter(
      layout: try WindowLayout(
        orders: orders, length: length, vocabularySize: codec.vocabulary.count,
        excludingPadding: excludesPadding),
      settings: settings)
    let rule = TokenRule(paddingSymbol, codec.vocabulary)
    var lines = 0
    for (path, input) in zip(paths, inputs) {
      let blocks = TextBlocks(
        try input?.open() ?? openSource(path), name: input?.name, policy: policy)
      try blocks.encode(with: codec, threads: settings.threads, hashingLines: true) { blocks in
        try counter.add(blocks, by: rule) { .hashes($0.lineHashes) }
        for block in blocks {
          block.withUnsafeTokens(observe)
          lines += block.count
        }
        try progress(lines)
      }
    }
    let counts = try counter.finish { try progress(lines) }
    guard counts.strings > 0 else {
      throw Failure(
        .badData, "\(paths.joined(separator: ", ")): no lines of text, so there is nothing to count"
      )
    }
    return CountsFile(
      codec: codec, vocabularySource: vocabulary == nil ? .text : .given, parts: .line,
      counts: counts)
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
    guard rule == .asEncoded else {
      for block in blocks {
        let strings = block.withUnsafeTokens {
          TokenStrings(tokens: Array($0), length: block.length)
        }
        try add(rule.applied(to: strings), parts: parts(block))
      }
      return
    }
    try add(blocks[...], parts: parts, pieces: [])
  }

  /// Opens the memory of one block after the other, then counts them all at once.
  private func add(
    _ blocks: ArraySlice<EncodedBlock>, parts: (EncodedBlock) -> PartRule, pieces: [Piece]
  ) throws {
    guard let block = blocks.first else { return try add(pieces) }
    try block.withUnsafeTokens { tokens in
      let piece = Piece(tokens: tokens, parts: parts(block))
      try add(blocks.dropFirst(), parts: parts, pieces: pieces + [piece])
    }
  }
}
