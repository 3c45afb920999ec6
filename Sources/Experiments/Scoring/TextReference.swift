import Determinism
import Files
import NGramScoring
import TextCoding

/// A text to score against, before its n-grams are counted.
///
/// Its symbols are known, so samples can be read first. Where nothing is asked for but what the
/// samples share with the text, only that is counted, in a fraction of the time; the values are the
/// same.
public struct TextReference {
  private let name: String
  private let counting: TextCounting
  private let texts: TextCounting.Texts
  private let options: ScoringReference.Options
  private let tokenRule: TokenRule

  /// A text file, plain or gzip, or standard input: each line's first `length` symbols.
  ///
  /// - Parameters:
  ///   - codec: symbols and length; nil makes a vocabulary of the symbols of all strings, scalars
  ///     after NFC.
  ///   - length: L of a codec made here.
  /// - Throws: `Failure` of kind `missingInput`, `badData` when the file has no lines, `usage` for a
  ///   length below 1 or an order that does not fit it.
  public init(
    file path: String, codec given: TextCodec? = nil, length: Int = TextCodec.standardLength,
    options: ScoringReference.Options
  ) throws {
    guard length >= 1 else {
      throw Failure(.usage, "the string length \(length) must be 1 or more")
    }
    var counting = try ScoringReference.counting(options, length: given?.length ?? length)
    counting.vocabulary = given?.vocabulary
    try self.init(file: path, counting: counting, options: options)
  }

  init(file path: String, counting: TextCounting, options: ScoringReference.Options) throws {
    name = path == "-" ? "standard input" : FileSystem.lastName(of: path)
    self.counting = counting
    self.options = options
    texts = try counting.texts([path])
    tokenRule = TokenRule(counting.paddingSymbol, texts.codec.vocabulary)
  }

  /// Reads samples to score against the text; `files` of them are held at the same time.
  public func reader(files: Int = 1) -> SampleReader {
    SampleReader(codec: texts.codec, tokenRule: tokenRule, options: options, files: files)
  }

  /// Counts the text, all of it.
  ///
  /// - Throws: `Failure` of kind `badData` when the text has no lines, or where reading fails.
  public func counted() throws -> ScoringReference { try counted(onSupportOf: []) }

  /// Counts as much of the text as plain values of the given samples need.
  ///
  /// The result is good for no other samples.
  ///
  /// - Throws: `Failure` as ``counted()``.
  public func counted(for samples: [SampleSet]) throws -> ScoringReference {
    let counts = samples.map(\.counts)
    let memory = SupportCounter.memory(
      samples: counts, orders: options.orders, threads: counting.settings.threads)
    guard options.needsSharedOnly, memory <= options.tableMemory else { return try counted() }
    return try counted(onSupportOf: counts)
  }

  /// - Parameter samples: what the text is counted for; everything where there are none.
  private func counted(onSupportOf samples: [NGramCounts]) throws -> ScoringReference {
    let room = options.wantsStrings ? roomForStrings : 0
    var counting = counting
    counting.settings.memory -= room
    var kept = StringsInMemory(mostBytes: room, length: counting.length)
    var lines: UInt64 = 0
    let observe: ([EncodedBlock]) -> Void = { blocks in
      for block in blocks {
        block.withUnsafeTokens { kept.append($0) }
        // A sum, so that the order of the lines does not matter, as it does not to the counts.
        lines = block.lineHashes.reduce(lines, &+)
      }
    }
    let counts =
      samples.isEmpty
      ? try counting.counts(of: texts, blocks: observe).counts
      : try counting.counts(
        of: texts, orders: options.orders, onSupportOf: samples, blocks: observe)
    var digest = StableHash()
    digest.combine("\(texts.codec.vocabulary.digest)\n\(texts.codec.length)\n")
    digest.combine("\(counts.strings)\n")
    digest.combine(lines)
    return try ScoringReference(
      codec: texts.codec,
      description: ScoreRow.Reference(name: name, lines: counts.strings, digest: digest.hex),
      counts: counts,
      source: .parts(strings: kept.strings.map { tokenRule.applied(to: $0) }), options: options,
      tokenRule: tokenRule)
  }

  /// The bytes of the memory that strings may take away from counting.
  private var roomForStrings: Int {
    let settings = options.settings
    let spare = settings.memory - TextCounting.leastMemory(threads: settings.threads)
    return max(0, min(settings.memory / 4, spare))
  }
}

extension ScoringReference.Options {
  /// Whether nothing is asked for but what samples share with the reference, and sizes.
  fileprivate var needsSharedOnly: Bool {
    let whole: [Metric] = [
      .klOfSamples, .klOfReference, .cosine, .forwardPerplexity, .reversePerplexity,
    ]
    return isPlain && !metrics.contains(where: whole.contains)
  }
}
