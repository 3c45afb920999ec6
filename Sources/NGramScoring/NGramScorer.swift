// The front door: one reference, counted once, against many sets of samples.

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
/// threads. Memory: the distinct n-grams of each order, 16 to 24 bytes each.
public struct NGramScorer: Sendable {
  /// V, padding and unknown included.
  public let vocabularySize: Int
  /// L, the length of every token string.
  public let length: Int
  /// The n-gram orders, in the order in which they were given.
  public let orders: [Int]
  /// Whether n-grams that contain padding are left out.
  ///
  /// A value must be printed with it.
  public let excludesPadding: Bool
  /// Threads that counting may use.
  public let threads: Int
  /// The reference's counts, one for each order.
  public let reference: [NGramCounts]

  /// Samples counted for each order, and their jackknife groups.
  struct CountedSamples: Sendable {
    let samples: [NGramCounts]
    /// `[order][group]`; empty where no error was asked for.
    let groups: [[NGramCounts]]
  }

  /// Counts the reference at every order.
  ///
  /// - Parameters:
  ///   - reference: real strings `[M, L]`, M ≥ 1.
  ///   - vocabularySize: V, 1 ≤ V ≤ 65,536.
  ///   - orders: n-gram orders, at least one, each 1 ≤ n ≤ L; 4 and 6 by default.
  ///   - excludingPadding: leave out n-grams that contain padding; the published metric does not.
  ///   - threads: at least 1.
  /// - Throws: ``Files/Failure`` `usage` for an order that does not fit or none at all, `badData`
  ///   for an empty reference or a token outside the vocabulary.
  public init(
    reference: TokenStrings, vocabularySize: Int, orders: [Int] = ScoringDefaults.orders,
    excludingPadding: Bool = false, threads: Int = 1
  ) throws {
    guard !orders.isEmpty else {
      throw Failure(.usage, "no n-gram order to score: give at least one, such as 4 or 6")
    }
    guard reference.count > 0 else {
      throw Failure(.badData, "the reference holds no token strings: nothing to score against")
    }
    self.init(
      vocabularySize: vocabularySize, length: reference.length, orders: orders,
      excludesPadding: excludingPadding, threads: threads,
      reference: try orders.map {
        try NGramCounts(
          reference, order: $0, vocabularySize: vocabularySize,
          excludingPadding: excludingPadding, threads: threads)
      })
  }

  private init(
    vocabularySize: Int, length: Int, orders: [Int], excludesPadding: Bool, threads: Int,
    reference: [NGramCounts]
  ) {
    self.vocabularySize = vocabularySize
    self.length = length
    self.orders = orders
    self.excludesPadding = excludesPadding
    self.threads = threads
    self.reference = reference
  }

  /// JS-n and its companions for one set of samples, one element for each order.
  ///
  /// - Parameters:
  ///   - samples: token strings `[N, L]`, N ≥ 1.
  ///   - errors: also estimate the standard error of JS-n by a jackknife of ten groups, at about
  ///     twice the time; nil for fewer than two strings.
  /// - Throws: ``Files/Failure`` `badData` where there is no sample, the lengths differ, a token is
  ///   outside the vocabulary, or padding is excluded and nothing else is there.
  public func scores(of samples: TokenStrings, errors: Bool = true) throws -> [OrderScores] {
    try scores(of: count(samples, errors: errors))
  }

  /// What real strings, as many as the samples, score against the same reference.
  ///
  /// - Parameters:
  ///   - samples: number of strings in the sample set, at least 1.
  ///   - pool: real strings `[M, L]`, none of them part of the reference.
  ///   - lineNumbers: the line that each string of the pool was cut from; nil where each string is a
  ///     line of its own. At most one string of a line is used in a draw.
  ///   - draws: at least 1; 5 by default.
  ///   - seed: the same seed gives the same draws.
  /// - Returns: floors for each order, or how many lines the pool lacks.
  /// - Throws: ``Files/Failure`` as ``scores(of:errors:)``.
  public func floors(
    samples: Int, from pool: TokenStrings, lineNumbers: [Int]? = nil,
    draws: Int = ScoringDefaults.floorDraws, seed: UInt64 = ScoringDefaults.seed
  ) throws -> FloorEstimate<[OrderFloors]> {
    try RealDraws.choose(
      samples: samples, from: pool, lineNumbers: lineNumbers, draws: draws, seed: seed
    ).map { try floors(of: $0) }
  }

  /// The floors of given draws, so that other metrics can use the same ones.
  public func floors(of draws: RealDraws) throws -> [OrderFloors] {
    OrderFloors.summaries(
      of: try draws.strings.map { try scores(of: $0, errors: false) }, draws: draws)
  }

  func count(_ samples: TokenStrings, errors: Bool) throws -> CountedSamples {
    guard samples.count > 0 else {
      throw Failure(.badData, "no samples: nothing to score")
    }
    guard samples.length == length else {
      throw Failure(
        .badData,
        "samples of \(samples.length) symbols against a reference of \(length): "
          + "encode both with the reference's codec")
    }
    func counts(_ strings: TokenStrings, _ order: Int) throws -> NGramCounts {
      try NGramCounts(
        strings, order: order, vocabularySize: vocabularySize,
        excludingPadding: excludesPadding, threads: threads)
    }
    let groups = errors ? GroupJackknife.groups(of: samples) : []
    return CountedSamples(
      samples: try orders.map { try counts(samples, $0) },
      groups: try orders.map { order in try groups.map { try counts($0, order) } })
  }

  func scores(of counted: CountedSamples) throws -> [OrderScores] {
    try orders.indices.map { index in
      try OrderScores(
        samples: counted.samples[index], groups: counted.groups[index],
        reference: reference[index])
    }
  }

  /// The scorer against the reference without `strings`, all of them part of it.
  func without(_ strings: TokenStrings) throws -> NGramScorer {
    NGramScorer(
      vocabularySize: vocabularySize, length: length, orders: orders,
      excludesPadding: excludesPadding, threads: threads,
      reference: try reference.map { counts in
        counts.subtracting(
          try NGramCounts(
            strings, order: counts.order, vocabularySize: vocabularySize,
            excludingPadding: excludesPadding, threads: threads))
      })
  }
}
