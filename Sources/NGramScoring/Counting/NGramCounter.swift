// Counting strings as they come, in bounded memory, on all cores.

import Determinism
import Files
import TextCoding

/// Counts the n-grams of strings that arrive in pieces.
///
/// Each thread counts its share of a piece in a table of its own. A table that has grown to its share
/// of the memory is sorted and written to a temporary file, and begins anew; at the end the sorted
/// runs are read as one. The counts do not depend on threads, memory or the cutting into pieces.
///
/// ```swift
/// let counter = NGramCounter(layout: layout)
/// for strings in pieces { try counter.add(strings, parts: .content(hash)) }
/// let counts = try counter.finish()
/// ```
public final class NGramCounter {
  /// How counting is done; nothing here changes how often n-grams occur.
  public struct Settings: Sendable {
    /// Threads, at least 1.
    public var threads = 1
    /// Bytes that tables and their sorting may take together; 2²² a thread are used at least.
    public var memory = ScoringDefaults.memory
    /// Folder of temporary files, whose names are removed at once.
    public var temporaryFolder = "/tmp"
    /// Whether counts are kept part by part, as intervals and floors need them; without, half the memory
    /// and less time are taken, and all that counts say is how often each n-gram occurs.
    public var keepsParts = true

    /// The defaults with a number of threads.
    public init(threads: Int = 1) { self.threads = threads }
  }

  /// Strings with the part rule that divides them.
  public struct Piece {
    let tokens: UnsafeBufferPointer<UInt16>
    let parts: PartRule

    /// Token strings `[N, L]`, row-major; the memory must stay valid while they are added.
    public init(tokens: UnsafeBufferPointer<UInt16>, parts: PartRule) {
      self.tokens = tokens
      self.parts = parts
    }
  }

  /// Orders, string length, vocabulary size and padding rule.
  public let layout: WindowLayout
  private let settings: Settings
  private let shards: Shards

  /// All shards, by the width of keys and by what is kept of each window: named types, for which the
  /// compiler makes code of their own.
  private enum Shards {
    case narrow(CountingShards<PartedEntry<UInt64>>)
    case narrowTotals(CountingShards<TotalEntry<UInt64>>)
    case wide(CountingShards<PartedEntry<UInt128>>)
    case wideTotals(CountingShards<TotalEntry<UInt128>>)
  }

  /// Fewest strings that a thread is started for; below, starting it costs more than it saves.
  private static let leastStringsOfThread = 1 << 12

  /// A counter of nothing yet.
  public init(layout: WindowLayout, settings: Settings = Settings()) {
    precondition(settings.threads >= 1, "NGramCounter: \(settings.threads) threads")
    self.layout = layout
    self.settings = settings
    shards =
      switch (layout.isWide, settings.keepsParts) {
      case (false, true): .narrow(CountingShards(layout, settings))
      case (false, false): .narrowTotals(CountingShards(layout, settings))
      case (true, true): .wide(CountingShards(layout, settings))
      case (true, false): .wideTotals(CountingShards(layout, settings))
      }
  }

  /// Counts strings `[N, L]`; N may be 0.
  ///
  /// - Throws: ``Files/Failure`` `badData` where a token is outside the vocabulary or the length
  ///   differs, `cannotWrite` where a temporary file cannot be written.
  public func add(_ strings: TokenStrings, parts: PartRule) throws {
    guard strings.length == layout.length else {
      throw Failure(
        .badData,
        "strings of \(strings.length) symbols among counts of strings of \(layout.length): "
          + "encode both with one codec")
    }
    try strings.validate(below: layout.vocabularySize)
    let pieces = max(1, min(settings.threads, strings.count / Self.leastStringsOfThread))
    let length = layout.length
    try strings.withUnsafeTokens { tokens in
      try add(
        shardRanges(count: strings.count, shards: pieces).map { rows in
          Piece(
            tokens: UnsafeBufferPointer(
              rebasing: tokens[rows.lowerBound * length..<rows.upperBound * length]),
            parts: parts.dropping(first: rows.lowerBound))
        })
    }
  }

  /// Counts pieces, several at the same time.
  ///
  /// - Precondition: whole strings of L tokens below V; a part rule that knows each of them.
  /// - Throws: ``Files/Failure`` `cannotWrite` where a temporary file cannot be written.
  public func add(_ pieces: [Piece]) throws {
    for piece in pieces {
      let (strings, rest) = piece.tokens.count.quotientAndRemainder(dividingBy: layout.length)
      precondition(
        rest == 0 && piece.parts.covers(strings, vocabularySize: layout.vocabularySize),
        "NGramCounter.add: \(piece.tokens.count) tokens in strings of \(layout.length), "
          + "a part rule for others")
    }
    switch shards {
    case .narrow(let shards): try shards.add(pieces)
    case .narrowTotals(let shards): try shards.add(pieces)
    case .wide(let shards): try shards.add(pieces)
    case .wideTotals(let shards): try shards.add(pieces)
    }
  }

  /// All that was counted; nothing may be added afterwards.
  ///
  /// - Parameter progress: called now and then while what was spilled is merged; throwing ends it.
  /// - Throws: ``Files/Failure`` `cannotWrite` where a temporary file cannot be written, `badData` for
  ///   more strings than there is room for; what `progress` throws.
  public func finish(progress: () throws -> Void = {}) throws -> NGramCounts {
    try withoutActuallyEscaping(progress) { progress in
      switch shards {
      case .narrow(let shards): try shards.finish(progress)
      case .narrowTotals(let shards): try shards.finish(progress)
      case .wide(let shards): try shards.finish(progress)
      case .wideTotals(let shards): try shards.finish(progress)
      }
    }
  }
}

extension NGramCounts {
  /// Counts all n-grams of `strings`, for every order of a range.
  ///
  /// - Parameters:
  ///   - strings: token strings `[N, L]`; N may be 0, which counts nothing.
  ///   - orders: 1 ≤ shortest ≤ longest ≤ L.
  ///   - vocabularySize: V, 1 ≤ V ≤ 65,536; every token must be below it.
  ///   - excludingPadding: leave out n-grams that contain token 0. The published metric counts
  ///     them, so a value with this option must be printed with it.
  ///   - parts: which part each string belongs to.
  ///   - settings: threads and memory; without influence on the counts.
  /// - Throws: ``Files/Failure`` `usage` where orders do not fit, `badData` where a token is
  ///   outside the vocabulary.
  public init(
    _ strings: TokenStrings, orders: ClosedRange<Int>, vocabularySize: Int,
    excludingPadding: Bool = false, parts: PartRule = .rows(from: 0),
    settings: NGramCounter.Settings = NGramCounter.Settings()
  ) throws {
    let counter = NGramCounter(
      layout: try WindowLayout(
        orders: orders, length: strings.length, vocabularySize: vocabularySize,
        excludingPadding: excludingPadding),
      settings: settings)
    try counter.add(strings, parts: parts)
    self = try counter.finish()
  }
}
