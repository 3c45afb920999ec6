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
    case corpus(NGramScorer, pool: TokenStrings, poolLines: [Int]?, training: TokenStrings)
    case file(SingleFileScorer)
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
    let pools: [CorpusSplit] = split == .train ? [.validation, .test] : [.train]
    var tokens: [UInt16] = []
    var lines: [Int]? = []
    if pools.count > 1 {
      for pool in pools {
        tokens += try corpus.strings(pool).withUnsafeTokens { Array($0) }
        let numbers = try corpus.lineNumbers(pool)
        lines = numbers.flatMap { numbers in lines.map { $0 + numbers } }
      }
    } else {
      lines = try corpus.lineNumbers(pools[0])
    }
    codec = corpus.codec
    description = ScoreRow.Reference(
      name: corpus.name, split: split.rawValue, lines: reference.count,
      digest: corpus.description.digest)
    kind = .corpus(
      try NGramScorer(
        reference: reference, vocabularySize: codec.vocabulary.count, orders: options.orders,
        excludingPadding: options.excludesPadding, threads: options.threads),
      pool: pools.count > 1
        ? TokenStrings(tokens: tokens, length: codec.length) : try corpus.strings(pools[0]),
      poolLines: lines, training: try corpus.strings(.train))
    self.options = options
  }

  /// A text file, plain or gzip: each line's first `length` symbols.
  ///
  /// - Parameters:
  ///   - codec: symbols and length; nil makes a vocabulary of all the file's scalars after NFC.
  ///   - length: L of a codec made here.
  /// - Throws: `Failure` of kind `missingInput`, `badData` when the file has no lines.
  public init(
    file path: String, codec given: TextCodec? = nil, length: Int = TextCodec.standardLength,
    options: Options
  ) throws {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    var digest = StableHash()
    if let given {
      codec = given
    } else {
      var counts = SymbolCounts()
      let reader = try LineReader(path: path)
      while let line = try reader.nextLine() { try counts.add(line) }
      codec = TextCodec(
        vocabulary: try counts.vocabulary(limit: Vocabulary.largestCount), length: length)
    }
    let strings = try codec.encode(try LineReader(path: path))
    guard strings.count > 0 else {
      throw Failure(.badData, "\(path): no lines of text to score against")
    }
    strings.withUnsafeTokens { digest.combine(UnsafeRawBufferPointer($0)) }
    description = ScoreRow.Reference(name: name, lines: strings.count, digest: digest.hex)
    kind = .file(
      try SingleFileScorer(
        file: strings, vocabularySize: codec.vocabulary.count, orders: options.orders,
        excludingPadding: options.excludesPadding, threads: options.threads))
    self.options = options
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
    case .file(let scorer):
      let result = try scorer.scores(of: samples, draws: options.draws, seed: options.seed)
      switch result {
      case .available(let scores):
        let reference = ScoreRow.Reference(
          name: description.name, lines: scores.referenceLines, digest: description.digest)
        let rows = ScoreRow.rows(
          name: name, scores: scores.scores, floors: scores.floors, reference: reference,
          seed: options.seed)
        return SampleScores(
          rows: rows + (try texts(name, samples, draws: nil, training: nil)), missingLines: nil)
      case .unavailable(let missing):
        let rows = ScoreRow.rows(
          name: name, scores: try scorer.wholeFile.scores(of: samples), reference: description,
          seed: options.seed)
        return SampleScores(
          rows: rows + (try texts(name, samples, draws: nil, training: nil)),
          missingLines: missing)
      }
    }
  }

  /// JS-n alone, without floor or errors: for many sets at one count.
  func divergences(_ samples: TokenStrings) throws -> [OrderScores] {
    switch kind {
    case .corpus(let scorer, _, _, _): try scorer.scores(of: samples, errors: false)
    case .file(let scorer): try scorer.wholeFile.scores(of: samples, errors: false)
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
    // Real strings drawn from the training split are copies by construction: no floor then.
    if let training, description.split != CorpusSplit.train.rawValue {
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
