// What all threads count together.

import Determinism
import Files
import TextCoding

/// One shard a thread, and how they become one set of counts.
final class CountingShards<Entry: WindowEntry> {
  private let layout: WindowLayout
  private let settings: NGramCounter.Settings
  private let shards: [CountingShard<Entry>]

  init(_ layout: WindowLayout, _ settings: NGramCounter.Settings) {
    self.layout = layout
    self.settings = settings
    let memory = max(1 << 22, settings.memory / settings.threads)
    shards = (0..<settings.threads).map { _ in
      CountingShard(layout, memory, settings.temporaryFolder)
    }
  }

  /// Counts pieces, several at the same time.
  func add(_ pieces: [NGramCounter.Piece]) throws {
    let runs = shardRanges(count: pieces.count, shards: shards.count)
    // Each shard is touched by the one thread that carries its run of pieces.
    nonisolated(unsafe) let shards = shards
    nonisolated(unsafe) let pieces = pieces
    try Cores.run(shards: shards.count, threads: settings.threads) { shard in
      for piece in runs[shard] { try shards[shard].add(pieces[piece]) }
    }
  }

  /// All that was counted; nothing may be added afterwards.
  func finish(_ progress: @escaping () throws -> Void) throws -> NGramCounts {
    // Adding tables up costs less than sorting each and merging.
    let shards = shards.dropFirst().reduce(into: Array(shards.prefix(1))) { kept, shard in
      if !kept[0].add(shard) { kept.append(shard) }
    }
    // Sorting the tables that are left is work for all threads; merging them is done once here, so
    // that no later pass has to do it.
    nonisolated(unsafe) let shared = shards
    try Cores.run(shards: shards.count, threads: settings.threads) { try shared[$0].finish() }
    let runs = try merged(shards.flatMap(\.runs), progress)
    func summed(_ counts: [[Int]]) -> [Int] {
      (0..<StringParts.count).map { part in counts.reduce(0) { $0 + $1[part] } }
    }
    let strings = summed(shards.map(\.strings))
    try layout.requireRoom(forStringsOfParts: strings)
    return NGramCounts(
      layout: layout, stringsOfParts: strings,
      ngramsOfParts: (0..<layout.orders.count).map { order in
        summed(shards.map { $0.ngrams[order] })
      }, runs: runs, hasParts: Entry.hasParts)
  }

  /// One run of all, in memory where all are, else in a temporary file.
  private func merged(
    _ runs: [WindowRun], _ progress: @escaping () throws -> Void
  ) throws -> [WindowRun] {
    guard runs.count > 1, let largest = layout.largestKey(Entry.Key.self) else { return runs }
    var windows = MergedWindows<Entry.Key>(runs, largest: largest)
    let isInMemory = runs.allSatisfy { if case .memory = $0.storage { true } else { false } }
    if isInMemory {
      var writer = WindowRunWriter<Entry.Key>(.memory)
      while try windows.next() { try writer.append(windows.key, windows.counts()) }
      return try writer.finish().map { [$0] } ?? []
    }
    let file = try RandomAccessFile(temporaryIn: settings.temporaryFolder)
    var size = 0
    var writer = WindowRunWriter<Entry.Key>(
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
