// Counting token strings into sorted n-gram counts.

import Determinism
import Files
import TextCoding

extension NGramCounts {
  /// Fewest n-grams a thread is started for; below, starting it costs more than it saves.
  static let leastNGramsPerThread = 1 << 18

  /// Counts every n-gram of `order` tokens in `strings`.
  ///
  /// Each thread packs, radix-sorts and merges its own contiguous share of the strings, a bounded
  /// chunk at a time; the result does not depend on `threads`. Time O(N L) for packed layouts.
  ///
  /// - Parameters:
  ///   - strings: token strings `[N, L]`; N may be 0, which counts nothing.
  ///   - order: n, 1 ≤ n ≤ L.
  ///   - vocabularySize: V, 1 ≤ V ≤ 65,536; every token must be below it.
  ///   - excludingPadding: leave out n-grams that contain token 0. The published metric counts
  ///     them, so a value with this option must be printed with it.
  ///   - threads: at least 1.
  /// - Throws: ``Files/Failure`` of kind `usage` where the order does not fit the strings or the
  ///   vocabulary size its range, `badData` where a token is outside the vocabulary.
  public init(
    _ strings: TokenStrings, order: Int, vocabularySize: Int, excludingPadding: Bool = false,
    threads: Int = 1
  ) throws {
    try self.init(
      strings, order: order, vocabularySize: vocabularySize, excludingPadding: excludingPadding,
      threads: threads, layout: nil)
  }

  /// As the public initializer, with the key layout chosen by the caller where it can hold Vⁿ keys.
  init(
    _ strings: TokenStrings, order: Int, vocabularySize: Int, excludingPadding: Bool = false,
    threads: Int = 1, layout: NGramKeyLayout?
  ) throws {
    precondition(threads >= 1, "NGramCounts: \(threads) threads, at least 1 needed")
    try Self.check(order: order, length: strings.length)
    try Self.checkTokens(of: strings, vocabularySize: vocabularySize)
    let window = NGramWindow(
      order: order, length: strings.length, base: vocabularySize,
      excluded: excludingPadding ? 0 : nil)
    let storage: Storage =
      switch layout ?? .narrowest(order: order, vocabularySize: vocabularySize) {
      case .packed64:
        .packed64(
          countInShards(strings, window, threads, CountedKeys<UInt64>.counting)
            ?? CountedKeys())
      case .packed128:
        .packed128(
          countInShards(strings, window, threads, CountedKeys<UInt128>.counting)
            ?? CountedKeys())
      case .slices:
        .slices(
          countInShards(strings, window, threads, CountedSlices.counting)
            ?? CountedSlices(order: order))
      }
    self.init(
      order: order, length: strings.length, vocabularySize: vocabularySize,
      excludesPadding: excludingPadding, strings: strings.count, storage: storage)
  }

  /// Fails unless 1 ≤ `order` ≤ `length`.
  static func check(order: Int, length: Int) throws {
    guard order >= 1 else {
      throw Failure(.usage, "n-gram order \(order) is not positive: choose an order from 1 up")
    }
    guard order <= length else {
      throw Failure(
        .usage,
        "n-gram order \(order) is longer than the token strings (\(length)): "
          + "choose an order of at most \(length)")
    }
  }

  /// Fails unless 1 ≤ `vocabularySize` ≤ 65,536 and every token is below it.
  static func checkTokens(of strings: TokenStrings, vocabularySize: Int) throws {
    guard (1...65_536).contains(vocabularySize) else {
      throw Failure(
        .usage, "vocabulary size \(vocabularySize) is outside 1...65536, the range of 16-bit tokens"
      )
    }
    try strings.validate(below: vocabularySize)
  }
}

/// Counts contiguous shares of `strings` on up to `threads` threads and merges them in order; nil
/// where there is nothing to count.
func countInShards<Counts: SortedCounts>(
  _ strings: TokenStrings, _ window: NGramWindow, _ threads: Int,
  _ count: @Sendable (UnsafeBufferPointer<UInt16>, Range<Int>, NGramWindow) -> Counts
) -> Counts? {
  let ngrams = strings.count * window.windowsPerRow
  guard ngrams > 0 else { return nil }
  let shards = max(1, min(threads, ngrams / NGramCounts.leastNGramsPerThread))
  let ranges = shardRanges(count: strings.count, shards: shards)
  let parts = Cores.map(shards: shards, threads: threads) { shard in
    strings.withUnsafeTokens { count($0, ranges[shard], window) }
  }
  var merger = RunMerger<Counts>()
  for part in parts { merger.add(part) }
  return merger.finish()
}
