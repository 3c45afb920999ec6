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
  /// How counting is done; nothing here changes the counts.
  public struct Settings: Sendable {
    /// Threads, at least 1.
    public var threads = 1
    /// Bytes that tables and their sorting may take together; 2²² a thread are used at least.
    public var memory = ScoringDefaults.memory
    /// Folder of temporary files, whose names are removed at once.
    public var temporaryFolder = "/tmp"

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

  /// One shard a thread, under one of the two key widths.
  private enum Shards {
    case narrow([CountingShard<UInt64>])
    case wide([CountingShard<UInt128>])
  }

  /// Fewest strings that a thread is started for; below, starting it costs more than it saves.
  private static let leastStringsOfThread = 1 << 12

  /// A counter of nothing yet.
  public init(layout: WindowLayout, settings: Settings = Settings()) {
    precondition(settings.threads >= 1, "NGramCounter: \(settings.threads) threads")
    self.layout = layout
    self.settings = settings
    let memory = max(1 << 22, settings.memory / settings.threads)
    let folder = settings.temporaryFolder
    shards =
      layout.isWide
      ? .wide((0..<settings.threads).map { _ in CountingShard(layout, memory, folder) })
      : .narrow((0..<settings.threads).map { _ in CountingShard(layout, memory, folder) })
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
    case .narrow(let shards): try add(pieces, to: shards)
    case .wide(let shards): try add(pieces, to: shards)
    }
  }

  private func add<Key>(_ pieces: [Piece], to shards: [CountingShard<Key>]) throws {
    let runs = shardRanges(count: pieces.count, shards: shards.count)
    // Each shard is touched by the one thread that carries its run of pieces.
    nonisolated(unsafe) let shards = shards
    nonisolated(unsafe) let pieces = pieces
    try Cores.run(shards: shards.count, threads: settings.threads) { shard in
      for piece in runs[shard] { try shards[shard].add(pieces[piece]) }
    }
  }

  /// All that was counted; nothing may be added afterwards.
  ///
  /// - Parameter progress: called now and then while what was spilled is merged; throwing ends it.
  /// - Throws: ``Files/Failure`` `cannotWrite` where a temporary file cannot be written; what
  ///   `progress` throws.
  public func finish(progress: () throws -> Void = {}) throws -> NGramCounts {
    try withoutActuallyEscaping(progress) { progress in
      switch shards {
      case .narrow(let shards): try finish(shards, progress)
      case .wide(let shards): try finish(shards, progress)
      }
    }
  }

  private func finish<Key>(
    _ shards: [CountingShard<Key>], _ progress: @escaping () throws -> Void
  ) throws -> NGramCounts {
    // Adding tables up costs less than sorting each and merging.
    let shards = shards.dropFirst().reduce(into: Array(shards.prefix(1))) { kept, shard in
      if !kept[0].add(shard) { kept.append(shard) }
    }
    // Sorting the tables that are left is work for all threads; merging them is done once here, so
    // that no later pass has to do it.
    nonisolated(unsafe) let shared = shards
    try Cores.run(shards: shards.count, threads: settings.threads) { try shared[$0].finish() }
    let runs = try merged(shards.flatMap(\.runs), Key.self, progress)
    func summed(_ counts: [[Int]]) -> [Int] {
      (0..<StringParts.count).map { part in counts.reduce(0) { $0 + $1[part] } }
    }
    let strings = summed(shards.map(\.strings))
    try layout.requireRoom(forStringsOfParts: strings)
    return NGramCounts(
      layout: layout, stringsOfParts: strings,
      ngramsOfParts: (0..<layout.orders.count).map { order in
        summed(shards.map { $0.ngrams[order] })
      }, runs: runs)
  }

  /// One run of all, in memory where all are, else in a temporary file: so that no later pass has to
  /// merge them again.
  private func merged<Key: FixedWidthInteger & UnsignedInteger & Sendable>(
    _ runs: [WindowRun], _: Key.Type, _ progress: @escaping () throws -> Void
  ) throws -> [WindowRun] {
    guard runs.count > 1, let largest = layout.largestKey(Key.self) else { return runs }
    var windows = MergedWindows<Key>(runs, largest: largest)
    let isInMemory = runs.allSatisfy { if case .memory = $0.storage { true } else { false } }
    if isInMemory {
      var writer = WindowRunWriter<Key>(.memory)
      while try windows.next() { try writer.append(windows.key, windows.counts()) }
      return try writer.finish().map { [$0] } ?? []
    }
    let file = try RandomAccessFile(temporaryIn: settings.temporaryFolder)
    var size = 0
    var writer = WindowRunWriter<Key>(
      .sink { bytes in
        try file.write(bytes, at: size)
        size += bytes.count
        try progress()
      })
    while try windows.next() { try writer.append(windows.key, windows.counts()) }
    _ = try writer.finish()
    return [WindowRun(storage: .file(file, offset: 0), size: size, windows: writer.windows)]
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
