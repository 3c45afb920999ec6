import Determinism
import Files
import NGramScoring
import Runs
import TextCoding

/// Text to score samples against: a split of a prepared corpus, or any text file.
///
/// Samples are text; they are encoded with the reference's codec, so that every command scores the
/// same way. A corpus takes its floor from its other splits, a single file by holding out lines.
public struct ScoringReference: Sendable {
  /// How lines of samples are read and counted.
  public struct Options: Sendable {
    /// n-gram orders.
    public var orders = ScoringDefaults.orders
    /// Leave out n-grams that contain padding; the published metric counts them.
    public var excludesPadding = false
    /// Draws behind a floor.
    public var draws = ScoringDefaults.floorDraws
    /// Seed of the draws.
    public var seed = ScoringDefaults.seed
    /// Threads; without influence on the result.
    public var threads = 1

    /// The published metric with default orders.
    public init() {}
  }

  private enum Kind: Sendable {
    /// Training text is nil where it is the reference itself: real text is then its own copy.
    case corpus(NGramScorer, pool: TokenStrings, poolLines: [Int]?, training: TokenStrings?)
    case file(SingleFileScorer, strings: TokenStrings)
  }

  /// How samples are encoded.
  public let codec: TextCodec
  /// What the reference is called in results.
  public let description: ScoreRow.Reference
  private let kind: Kind
  private let options: Options

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
    codec = corpus.codec
    description = ScoreRow.Reference(
      name: corpus.name, split: split.rawValue, lines: reference.count,
      digest: corpus.description.digest)
    kind = .corpus(
      try NGramScorer(
        reference: reference, vocabularySize: codec.vocabulary.count, orders: options.orders,
        excludingPadding: options.excludesPadding, threads: options.threads),
      pool: pool, poolLines: poolLines, training: split == .train ? nil : training)
    self.options = options
  }

  /// A text file, plain or gzip: each line's first `length` symbols.
  ///
  /// - Parameters:
  ///   - codec: symbols and length; nil makes a vocabulary of all the file's scalars after NFC.
  ///   - length: L of a codec made here.
  /// The file is read twice where the vocabulary is made of it, so it cannot be a pipe then.
  ///
  /// - Throws: `Failure` of kind `missingInput`, `badData` when the file has no lines or cannot be read
  ///   twice, `usage` for a length below 1 or an order that does not fit it.
  public init(
    file path: String, codec given: TextCodec? = nil, length: Int = TextCodec.standardLength,
    options: Options
  ) throws {
    guard length >= 1 else {
      throw Failure(.usage, "the string length \(length) must be 1 or more")
    }
    if let given {
      codec = given
    } else {
      var counts = SymbolCounts()
      let reader = try LineReader(path: path)
      while let line = try reader.nextLine() { try counts.add(line) }
      guard counts.distinct > 0 else {
        throw Failure(.badData, "\(path): no lines of text to score against")
      }
      do {
        codec = TextCodec(
          vocabulary: try counts.vocabulary(limit: Vocabulary.largestCount), length: length)
      } catch let failure as Failure {
        throw Failure(failure.kind, "\(path): \(failure.message)", cause: failure.cause)
      }
    }
    let strings = try codec.encode(try LineReader(path: path))
    guard strings.count > 0 else {
      throw Failure(
        .badData,
        given == nil
          ? "\(path): a reference is read twice, and the second time nothing was there; give a file"
          : "\(path): no lines of text to score against")
    }
    // Tokens mean something under their vocabulary only.
    var digest = StableHash()
    digest.combine("\(codec.vocabulary.digest)\n\(codec.length)\n")
    strings.withUnsafeTokens { digest.combine(UnsafeRawBufferPointer($0)) }
    description = ScoreRow.Reference(
      name: path.split(separator: "/").last.map(String.init) ?? path, lines: strings.count,
      digest: digest.hex)
    kind = .file(
      try SingleFileScorer(
        file: strings, vocabularySize: codec.vocabulary.count, orders: options.orders,
        excludingPadding: options.excludesPadding, threads: options.threads),
      strings: strings)
    self.options = options
  }

  /// Samples from a text file, one a line, encoded with ``codec``.
  ///
  /// An empty line is an empty sample, and is counted as one.
  ///
  /// - Parameters:
  ///   - path: plain or gzip; `-` is standard input.
  ///   - limit: lines to read at most.
  /// - Throws: `Failure` of kind `missingInput` or `badData`.
  public func samples(contentsOf path: String, limit: Int = .max) throws -> TokenStrings {
    var policy = LinePolicy.standard
    policy.skipsEmptyLines = false
    return try codec.encode(LineReader(try openSource(path), policy: policy), limit: limit)
  }

  /// Scores samples.
  ///
  /// - Parameters:
  ///   - name: what the samples are called in the rows.
  ///   - samples: encoded with ``codec``, N ≥ 1.
  /// - Throws: `Failure` of kind `badData` when there are no samples or a token is out of range.
  public func score(name: String, _ samples: TokenStrings) throws -> SampleScores {
    guard samples.count > 0 else {
      throw Failure(.badData, "\(name): no samples to score")
    }
    switch kind {
    case .corpus(let scorer, let pool, let poolLines, let training):
      let draws = try RealDraws.choose(
        samples: samples.count, from: pool, lineNumbers: poolLines, draws: options.draws,
        seed: options.seed)
      let floors = try draws.map { try scorer.floors(of: $0) }
      var rows = ScoreRow.rows(
        name: name, scores: try scorer.scores(of: samples), floors: floors.value,
        reference: description, seed: options.seed)
      rows += try texts(name, samples, draws: draws.value, training: training)
      return SampleScores(rows: rows, missingLines: floors.missingLines)
    case .file(let scorer, let strings):
      // Duplicates are counted within a draw, so it does not matter that the file is the reference.
      let draws = try RealDraws.choose(
        samples: samples.count, from: strings, draws: options.draws, seed: options.seed)
      let rows = try texts(name, samples, draws: draws.value, training: nil)
      let result = try scorer.scores(of: samples, draws: options.draws, seed: options.seed)
      switch result {
      case .available(let scores):
        let reference = ScoreRow.Reference(
          name: description.name, lines: scores.referenceLines, digest: description.digest)
        return SampleScores(
          rows: ScoreRow.rows(
            name: name, scores: scores.scores, floors: scores.floors, reference: reference,
            seed: options.seed) + rows,
          missingLines: nil)
      case .unavailable(let missing):
        return SampleScores(
          rows: ScoreRow.rows(
            name: name, scores: try scorer.wholeFile.scores(of: samples), reference: description,
            seed: options.seed) + rows,
          missingLines: missing)
      }
    }
  }

  /// N-gram scores alone, without floor or errors: for many sets at one count.
  func orderScores(_ samples: TokenStrings) throws -> [OrderScores] {
    switch kind {
    case .corpus(let scorer, _, _, _): try scorer.scores(of: samples, errors: false)
    case .file(let scorer, _): try scorer.wholeFile.scores(of: samples, errors: false)
    }
  }

  /// Rows of whole-string metrics: duplicates, and copies of training text where there is some.
  private func texts(
    _ name: String, _ samples: TokenStrings, draws: RealDraws?, training: TokenStrings?
  ) throws -> [ScoreRow] {
    func row(_ metric: Metric, _ measure: (TokenStrings) throws -> Double) throws -> ScoreRow {
      ScoreRow(
        name: name, metric: metric, order: nil, value: try measure(samples),
        floor: try draws?.floor(measure), samples: samples.count, reference: description,
        seed: options.seed)
    }
    var rows = [try row(.duplicateRate) { try DuplicateRate.value(of: $0) }]
    // No floor: the draws are training strings themselves, and splits share no string.
    if let training {
      let value = try ExactCopyRate.value(of: samples, training: training)
      rows.append(
        ScoreRow(
          name: name, metric: .exactCopyRate, order: nil, value: value, samples: samples.count,
          reference: description, seed: options.seed))
    }
    return rows
  }
}

/// The rows of one set of samples.
public struct SampleScores: Sendable {
  /// One row a metric and order.
  public let rows: [ScoreRow]
  /// Lines that are missing for a floor, where there is none.
  public let missingLines: Int?
}
