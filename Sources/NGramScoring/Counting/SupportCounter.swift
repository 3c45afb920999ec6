// Counting a text only as far as samples share it.

import Determinism
import Files
import TextCoding

/// Counts those n-grams of a text that given samples hold, and how many it has in all.
///
/// An n-gram that only the reference holds enters JS-n, recall and precision by its mass alone, and
/// the mass off the samples' support is what the total leaves over. So the table never grows, is as
/// small as the samples, and a reference of any size is one pass in constant memory: each window is
/// counted at the longest of its beginnings that the samples hold. Values are those of the whole counts,
/// bit for bit; see ``NGramCounts/isRestricted`` for what such counts cannot say.
///
/// O(windows) expected time; 16 bytes (32 where keys are wide) for each place of each thread's tables.
///
/// `@unchecked Sendable`: each shard is for one thread at a time; see ``add(_:shard:)``.
public final class SupportCounter: @unchecked Sendable {
  /// Orders, string length, vocabulary size and padding rule.
  public let layout: WindowLayout
  /// The orders that are counted, the longest first.
  private let orders: [Int]
  private let shards: Shards

  /// One shard a thread, under one of the two key widths.
  private enum Shards {
    case narrow([SupportShard<UInt64>])
    case wide([SupportShard<UInt128>])
  }

  /// A counter on the support of some samples, at least one.
  ///
  /// - Parameters:
  ///   - samples: counts of strings of one length over one vocabulary by one padding rule.
  ///   - orders: n-gram orders, at least one, all counted in the samples; no others can be asked
  ///     for.
  ///   - threads: at least 1, that count at the same time; without influence on the counts.
  /// - Throws: ``Files/Failure`` `usage` where orders do not fit; where a file of counts is damaged or
  ///   cannot be read.
  public init(
    samples: [NGramCounts], orders: [Int], threads: Int
  ) throws {
    precondition(threads >= 1, "SupportCounter: \(threads) threads")
    guard let first = samples.first?.layout else {
      preconditionFailure("SupportCounter: no samples, so there is no support")
    }
    self.orders = Set(orders).sorted(by: >)
    layout = try WindowLayout(
      orders: NGramScorer.range(of: orders), length: first.length,
      vocabularySize: first.vocabularySize,
      excludingPadding: first.excludesPadding)
    // Counts of longer orders than these, as a file may hold, are read under their own keys.
    let isWide = layout.isWide || samples.contains(where: \.layout.isWide)
    shards =
      isWide
      ? .wide(try Self.shards(samples, layout, self.orders, threads))
      : .narrow(try Self.shards(samples, layout, self.orders, threads))
  }

  /// An upper bound of the bytes that a counter on the support of some samples takes.
  public static func memory(
    samples: [NGramCounts], orders: [Int], threads: Int
  ) -> Int {
    let windows = samples.reduce(0) { $0 + $1.windows }
    return orders.count * (threads * SupportTable<UInt128>.size(ngrams: windows) + 16 * windows)
  }

  private static func shards<Key: FixedWidthInteger & UnsignedInteger & Sendable>(
    _ samples: [NGramCounts], _ layout: WindowLayout, _ orders: [Int], _ threads: Int
  ) throws -> [SupportShard<Key>] {
    let support = try SupportShard<Key>.support(of: samples, layout, orders: orders)
    return Cores.map(shards: threads, threads: threads) { _ in
      SupportShard(layout, orders: orders, support: support)
    }
  }

  /// Counts token strings `[N, L]`.
  ///
  /// - Parameter shard: below `threads`; several threads may count at the same time, each in a shard
  ///   of its own. Without influence on the counts.
  /// - Precondition: whole strings of L tokens below V.
  public func add(_ tokens: UnsafeBufferPointer<UInt16>, shard: Int) {
    precondition(
      tokens.count % layout.length == 0,
      "SupportCounter.add: \(tokens.count) tokens in strings of \(layout.length)")
    switch shards {
    case .narrow(let shards): shards[shard].add(tokens)
    case .wide(let shards): shards[shard].add(tokens)
    }
  }

  /// All that was counted; nothing may be added afterwards.
  public func finish() throws -> NGramCounts {
    switch shards {
    case .narrow(let shards): try finish(shards)
    case .wide(let shards): try finish(shards)
    }
  }

  private func finish<Key>(_ shards: [SupportShard<Key>]) throws -> NGramCounts {
    let all = shards[0]
    for shard in shards.dropFirst() { all.add(shard) }
    var windows: [CountedWindow<Key>] = []
    windows.reserveCapacity(all.support)
    all.forEachCounted { ngram, order, count in
      // As a window that was cut short after the n-gram, which no longer order counts.
      let unit = layout.weight(layout.order - order, Key.self)
      windows.append(CountedWindow(key: ngram &* unit, count: count))
    }
    var scratch = windows
    let largest = windows.reduce(0) { Swift.max($0, $1.key) }
    var writer = WindowRunWriter<Key>(.memory)
    try windows.withUnsafeMutableBufferPointer { windows in
      try scratch.withUnsafeMutableBufferPointer { scratch in
        guard let start = windows.baseAddress, let other = scratch.baseAddress else { return }
        let sorted = RadixSort.sort(
          start, scratch: other, count: windows.count, largest: largest, key: { $0.key })
        for index in 0..<windows.count {
          try writer.append(sorted[index].key, TotalCount(sorted[index].count))
        }
      }
    }
    return NGramCounts(
      layout: layout, stringsOfParts: StringParts.filled(all.strings),
      ngramsOfParts: all.ngrams.map { StringParts.filled($0) },
      runs: try writer.finish().map { [$0] } ?? [], listedOrders: orders,
      hasParts: false)
  }
}

private struct CountedWindow<Key> {
  var key: Key
  var count: UInt64
}

extension StringParts {
  /// A number in part 0, nothing in the others.
  fileprivate static func filled(_ number: Int) -> [Int] {
    [number] + [Int](repeating: 0, count: count - 1)
  }
}
