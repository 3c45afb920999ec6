// The front door: one reference, counted once, against many sets of samples.

import Determinism
import Files
import TextCoding

/// Scores sets of sample strings against one reference whose n-grams are counted once.
///
/// ```swift
/// let scorer = try NGramScorer(reference: heldOut, vocabularySize: vocabulary.count)
/// let scores = try scorer.scores(of: samples)             // one for each order, 4 and 6
/// let floors = try scorer.floors(samples: samples.count, from: otherHeldOut)
/// ```
///
/// Both sides must be encoded with the reference's codec. Every result is the same for any number of
/// threads and any memory.
public struct NGramScorer: Sendable {
  /// What is computed of one set of samples.
  public struct Measures: Sendable {
    /// Metrics; those that belong to no order are not the scorer's.
    ///
    /// JS-n, recall, precision, the share seen and distinct-n cost nothing beside each other and are
    /// always there.
    public var metrics: Set<Metric> = Set(Metric.standard)
    /// The interval of the expected plug-in value.
    public var intervals = true
    /// The true divergence, where it can be had.
    public var trueDivergence = false

    /// Standard metrics with intervals.
    public init() {}

    var wantsKullbackLeibler: Bool {
      !metrics.isDisjoint(with: [.klOfSamples, .klOfReference])
    }
    var wantsCosine: Bool { metrics.contains(.cosine) }

    /// JS-n and what comes with it, nothing more: for many sets.
    public static let plain: Measures = {
      var measures = Measures()
      measures.metrics = [.jensenShannon]
      measures.intervals = false
      return measures
    }()
  }

  /// The n-gram orders, in the order in which they were given.
  public let orders: [Int]
  /// The reference's counts.
  public let reference: NGramCounts
  /// Threads and memory of counting.
  public let settings: NGramCounter.Settings

  /// A scorer against counts that are there.
  ///
  /// - Throws: ``Files/Failure`` `usage` where an order was not counted or none is given, `badData`
  ///   for an empty reference.
  public init(
    reference: NGramCounts, orders: [Int] = ScoringDefaults.orders,
    settings: NGramCounter.Settings = NGramCounter.Settings()
  ) throws {
    _ = try Self.range(of: orders)
    if let missing = orders.first(where: { !reference.layout.orders.contains($0) }) {
      let held = reference.layout.orders
      throw Failure(
        .usage,
        "the reference's counts hold orders \(held.lowerBound) to \(held.upperBound), not "
          + "\(missing): count it again with --order \(missing), or score other orders")
    }
    guard reference.strings > 0 else {
      throw Failure(.badData, "the reference holds no token strings: nothing to score against")
    }
    self.reference = reference
    self.orders = orders
    self.settings = settings
  }

  /// Counts the reference at every order.
  ///
  /// - Parameters:
  ///   - reference: real strings `[M, L]`, M ≥ 1.
  ///   - vocabularySize: V, 1 ≤ V ≤ 65,536.
  ///   - orders: n-gram orders, at least one, each 1 ≤ n ≤ L; 4 and 6 by default.
  ///   - excludingPadding: leave out n-grams that contain padding; the published metric does not.
  ///   - lineNumbers: the line that each string was cut from; nil where each is a line of its own.
  ///   - settings: threads and memory.
  /// - Throws: ``Files/Failure`` `usage` for an order that does not fit or none at all, `badData`
  ///   for an empty reference or a token outside the vocabulary.
  public init(
    reference: TokenStrings, vocabularySize: Int, orders: [Int] = ScoringDefaults.orders,
    excludingPadding: Bool = false, lineNumbers: [Int]? = nil,
    settings: NGramCounter.Settings = NGramCounter.Settings()
  ) throws {
    let counts = try NGramCounts(
      reference, orders: try Self.range(of: orders), vocabularySize: vocabularySize,
      excludingPadding: excludingPadding,
      parts: lineNumbers.map { .lines($0) }
        ?? .content(StringHash(vocabularySize: vocabularySize)),
      settings: settings)
    try self.init(reference: counts, orders: orders, settings: settings)
  }

  /// The smallest range that holds all orders.
  ///
  /// - Throws: ``Files/Failure`` `usage` where there is none.
  public static func range(of orders: [Int]) throws -> ClosedRange<Int> {
    guard let least = orders.min(), let most = orders.max() else {
      throw Failure(.usage, "no n-gram order to score: give at least one, such as 4 or 6")
    }
    return least...most
  }

  /// JS-n and its companions for one set of samples, one element for each order.
  ///
  /// - Parameters:
  ///   - samples: token strings `[N, L]`, N ≥ 1.
  ///   - lineNumbers: the line that each sample was cut from; nil where each is its own.
  ///   - measures: what is computed.
  /// - Throws: ``Files/Failure`` `badData` where there is no sample, the lengths differ, a token is
  ///   outside the vocabulary, or padding is excluded and nothing else is there.
  public func scores(
    of samples: TokenStrings, lineNumbers: [Int]? = nil, measures: Measures = Measures()
  ) throws -> [OrderScores] {
    try scores(of: count(samples, lineNumbers: lineNumbers), measures: measures)
  }

  /// The scores of samples that were counted as the reference was.
  ///
  /// - Throws: ``Files/Failure`` `badData` where length, vocabulary size or padding rule differ, an
  ///   order was not counted, or there is no sample.
  public func scores(
    of samples: NGramCounts, measures: Measures = Measures()
  ) throws -> [OrderScores] {
    try requireFitting(samples)
    return try Cores.map(shards: orders.count, threads: settings.threads) { index in
      try OrderMeasurement(samples, reference, order: orders[index], measures: measures).scores
    }
  }

  /// Fails where counts cannot be compared with the reference's.
  func requireFitting(_ samples: NGramCounts) throws {
    func require(_ isFitting: Bool, _ what: String, _ left: Any, _ right: Any) throws {
      guard !isFitting else { return }
      throw Failure(
        .badData,
        "samples and reference were counted in different ways (\(what): \(left), \(right)); count "
          + "both with the same options")
    }
    let (left, right) = (samples.layout, reference.layout)
    try require(left.length == right.length, "length", left.length, right.length)
    try require(
      left.vocabularySize == right.vocabularySize, "vocabulary size", left.vocabularySize,
      right.vocabularySize)
    try require(
      left.excludesPadding == right.excludesPadding, "padding left out", left.excludesPadding,
      right.excludesPadding)
    for order in orders {
      try require(left.orders.contains(order), "orders", left.orders, order)
    }
  }

  /// Counts samples as the scorer needs them.
  ///
  /// - Throws: ``Files/Failure`` as ``scores(of:lineNumbers:measures:)``.
  public func count(_ samples: TokenStrings, lineNumbers: [Int]? = nil) throws -> NGramCounts {
    let layout = reference.layout
    guard samples.count > 0 else {
      throw Failure(.badData, "no samples: nothing to score")
    }
    guard samples.length == layout.length else {
      throw Failure(
        .badData,
        "samples of \(samples.length) symbols against a reference of \(layout.length): "
          + "encode both with the reference's codec")
    }
    return try NGramCounts(
      samples, orders: try Self.range(of: orders), vocabularySize: layout.vocabularySize,
      excludingPadding: layout.excludesPadding,
      parts: lineNumbers.map { .lines($0) } ?? .rows(from: 0), settings: settings)
  }

  /// What real strings, as many as the samples, score against the same reference.
  ///
  /// - Parameters:
  ///   - samples: number of strings in the sample set, at least 1.
  ///   - pool: real strings `[M, L]`, none of them part of the reference.
  ///   - lineNumbers: the line that each string of the pool was cut from; nil where each string is a
  ///     line of its own. Strings are equally likely; see ``RealDraws``.
  ///   - draws: at least 1; 5 by default.
  ///   - seed: the same seed gives the same draws.
  /// - Returns: floors for each order, or how many lines the pool lacks.
  /// - Throws: ``Files/Failure`` as ``scores(of:lineNumbers:measures:)``.
  public func floors(
    samples: Int, from pool: TokenStrings, lineNumbers: [Int]? = nil,
    draws: Int = ScoringDefaults.floorDraws, seed: UInt64 = ScoringDefaults.seed
  ) throws -> FloorEstimate<[OrderFloors]> {
    try RealDraws.choose(
      samples: samples, from: pool, lineNumbers: lineNumbers, draws: draws, seed: seed
    ).map { try floors(of: $0) }
  }

  /// The floors of given draws, so that other metrics can use the same ones.
  public func floors(
    of draws: RealDraws, measures: Measures = .plain
  ) throws -> [OrderFloors] {
    OrderFloors.summaries(
      of: try draws.strings.map { try scores(of: $0, measures: measures) }, draws: draws)
  }
}
