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
    file path: String, codec: TextCodec? = nil, length: Int = TextCodec.standardLength,
    options: Options
  ) throws {
    self = try TextReference(file: path, codec: codec, length: length, options: options).counted()
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
        name: FileSystem.lastName(of: path), lines: file.counts.strings, digest: digest),
      counts: file.counts, source: .parts(strings: nil), options: options)
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
}

extension ScoringReference.Options {
  /// The memory of counting tables: half, since strings of both sides may take a quarter each.
  var tableMemory: Int {
    TextCounting.countingMemory(of: settings.memory / 2, threads: settings.threads)
  }

  /// How samples are counted: with the memory that is left to tables, and in parts where something
  /// asks for them.
  var countingSettings: NGramCounter.Settings {
    var settings = settings
    settings.memory = tableMemory
    settings.keepsParts = !isPlain
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
