import Determinism
import Files
import NGramScoring
import Runs
import TextCoding

extension ScoringReference {
  /// A split of a prepared corpus.
  ///
  /// The floor is drawn from the training split, or from validation and test where training is the
  /// reference.
  ///
  /// - Throws: `Failure` of kind `badData` when the split is empty, `usage` for an order that does not
  ///   fit the string length.
  public init(corpus: PreparedCorpus, split: CorpusSplit = .test, options: Options) throws {
    let reference = try corpus.strings(split)
    guard reference.count > 0 else {
      throw Failure(
        .badData,
        "\(corpus.path) has no \(split.rawValue) strings; prepare it with larger shares or choose "
          + "another --split")
    }
    let training = split == .train ? reference : try corpus.strings(.train)
    let pool: TokenStrings
    let poolLines: [Int]?
    if split == .train {
      // Line numbers count over the whole corpus, so those of the two splits never meet.
      let held = try [CorpusSplit.validation, .test].map {
        (strings: try corpus.strings($0), lines: try corpus.lineNumbers($0))
      }
      pool = TokenStrings(
        tokens: held.flatMap { $0.strings.withUnsafeTokens { Array($0) } },
        length: corpus.codec.length)
      let lines = held.compactMap(\.lines)
      poolLines = lines.count == held.count ? lines.flatMap { $0 } : nil
    } else {
      pool = training
      poolLines = try corpus.lineNumbers(.train)
    }
    let counts = try Self.counting(options, length: corpus.codec.length).counts(
      of: reference, lineNumbers: try corpus.lineNumbers(split), codec: corpus.codec
    ).counts
    try self.init(
      codec: corpus.codec,
      description: ScoreRow.Reference(
        name: corpus.name, split: split.rawValue, lines: reference.count,
        digest: corpus.description.digest),
      counts: counts,
      source: .corpus(
        strings: reference, pool: pool, poolLines: poolLines,
        training: split == .train ? nil : training, cut: corpus.description.cut.cutRule),
      options: options)
  }

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
    options: Options
  ) throws {
    guard length >= 1 else {
      throw Failure(.usage, "the string length \(length) must be 1 or more")
    }
    var counting = try Self.counting(options, length: given?.length ?? length)
    counting.vocabulary = given?.vocabulary
    try self.init(file: path, counting: counting, options: options)
  }

  init(file path: String, counting: TextCounting, options: Options) throws {
    var digest = StableHash()
    var counting = counting
    let room = options.wantsStrings ? Self.roomForStrings(options.settings) : 0
    counting.settings.memory -= room
    var kept = StringsInMemory(mostBytes: room, length: counting.length)
    let counted = try counting.counts(of: [path]) { tokens in
      kept.append(tokens)
    }
    digest.combine("\(counted.codec.vocabulary.digest)\n\(counted.codec.length)\n")
    digest.combine(try counted.counts.digest())
    let rule = TokenRule(counting.paddingSymbol, counted.codec.vocabulary)
    try self.init(
      codec: counted.codec,
      description: ScoreRow.Reference(
        name: path == "-" ? "standard input" : Self.lastName(path),
        lines: counted.counts.strings, digest: digest.hex),
      counts: counted.counts,
      source: .parts(strings: kept.strings.map { rule.applied(to: $0) }), options: options,
      tokenRule: rule)
  }

  /// A file of counts, made by `dgflow corpus count`.
  ///
  /// - Throws: `Failure` of kind `missingInput` or `badData`, `usage` where the counts hold too few
  ///   orders or count padding otherwise than the options.
  public init(counts path: String, options: Options) throws {
    let (file, digest) = try CountsFile.open(path)
    guard file.counts.layout.excludesPadding == options.excludesPadding else {
      throw Failure(
        .usage,
        options.excludesPadding
          ? "\(path) was counted with padding; leave out --exclude-padding, or count it again"
          : "\(path) was counted without padding; give --exclude-padding, or count it again")
    }
    try self.init(
      codec: file.codec,
      description: ScoreRow.Reference(
        name: Self.lastName(path), lines: file.counts.strings, digest: digest),
      counts: file.counts, source: .parts(strings: nil), options: options)
  }

  /// The bytes of the memory that strings may take away from counting.
  private static func roomForStrings(_ settings: NGramCounter.Settings) -> Int {
    let spare = settings.memory - TextCounting.leastMemory(threads: settings.threads)
    return max(0, min(settings.memory / 4, spare))
  }

  static func counting(_ options: Options, length: Int) throws -> TextCounting {
    var counting = TextCounting()
    counting.orders = try options.countedOrders(length: length)
    counting.length = length
    counting.excludesPadding = options.excludesPadding
    counting.settings = options.settings
    counting.tableMemory = options.tableMemory
    return counting
  }

  private static func lastName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}

extension ScoringReference.Options {
  /// The memory of counting tables: half, since strings of both sides may take a quarter each.
  var tableMemory: Int {
    TextCounting.countingMemory(of: settings.memory / 2, threads: settings.threads)
  }

  /// Threads, and the memory that is left to tables.
  var countingSettings: NGramCounter.Settings {
    var settings = settings
    settings.memory = tableMemory
    return settings
  }

  /// Whether something asks for the reference's strings, not only for their n-grams.
  var wantsStrings: Bool {
    metrics.contains(.wordShare) || (!isPlain && draws > 0 && metrics.contains(.duplicateRate))
  }
}

extension CorpusDescription.Cut {
  /// The rule that this describes.
  var cutRule: CutRule {
    rule == "first" ? .first : .windows(stride: stride ?? 1, wordStart: wordStart ?? false)
  }
}
