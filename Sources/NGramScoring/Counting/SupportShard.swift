// What one thread counts on a given support.

/// The tables of one thread, the longest order first, and how many strings and n-grams it has met.
final class SupportShard<Key: FixedWidthInteger & UnsignedInteger & Sendable> {
  /// Strings met.
  private(set) var strings = 0
  /// `[order − shortest]`: n-grams met, repeats and those off the support included.
  private(set) var ngrams: [Int]

  private let layout: WindowLayout
  private let windowKeys: WindowKeys<Key>
  private let base: Key
  private let memories: [ZeroedMemory]
  /// One table an order, the longest first.
  private let tables: UnsafeMutableBufferPointer<SupportTable<Key>>
  private let keys: UnsafeMutablePointer<Key>
  /// Beginnings of windows that the longest table lacks, one symbol shorter than those.
  private let shorter: UnsafeMutablePointer<Key>
  private var shorterCount = 0
  /// Kept only so that reading ahead is not optimised away.
  private var lastRead: Key = 0

  /// Beginnings that are looked for together.
  private static var shorterAtOnce: Int { 256 }

  /// - Parameter memories: of the tables, the longest order first.
  private init(_ layout: WindowLayout, _ memories: [ZeroedMemory]) {
    self.layout = layout
    self.memories = memories
    windowKeys = WindowKeys(layout)
    base = Key(layout.base)
    tables = .allocate(capacity: memories.count)
    _ = tables.initialize(from: memories.map { SupportTable(in: $0) })
    keys = .allocate(capacity: layout.mostWindows)
    shorter = .allocate(capacity: Self.shorterAtOnce + layout.mostWindows)
    ngrams = layout.orders.map { _ in 0 }
  }

  deinit {
    keys.deallocate()
    shorter.deallocate()
    tables.deallocate()
  }

  /// A shard that counts what some samples hold.
  ///
  /// - Throws: where a file of counts is damaged or cannot be read.
  convenience init(_ layout: WindowLayout, supportOf samples: [NGramCounts]) throws {
    let ngrams = try layout.orders.reversed().map { try Self.ngrams(of: samples, order: $0) }
    self.init(
      layout, ngrams.map { ZeroedMemory(size: SupportTable<Key>.size(ngrams: $0.count)) })
    for (table, ngrams) in zip(tables, ngrams) { table.insert(ngrams.lazy.map(\.key)) }
  }

  /// The n-grams of one order, the most frequent of each set of samples first.
  private static func ngrams(
    of samples: [NGramCounts], order: Int
  ) throws -> [SupportTable<Key>.Place] {
    var all: [SupportTable<Key>.Place] = []
    for counts in samples {
      var grams = GramCursor<Key, TotalCount>(counts, order: order)
      while try grams.next() {
        all.append(SupportTable.Place(key: grams.key, count: UInt64(grams.counts.total)))
      }
    }
    // Twice as often or not is all that matters: few levels, sorted in one pass.
    var scratch = all
    return all.withUnsafeMutableBufferPointer { all in
      scratch.withUnsafeMutableBufferPointer { scratch in
        guard let first = all.baseAddress, let other = scratch.baseAddress else { return [] }
        let sorted = RadixSort.sort(
          first, scratch: other, count: all.count, largest: UInt8(63),
          key: { UInt8(truncatingIfNeeded: $0.count.leadingZeroBitCount) })
        return Array(UnsafeBufferPointer(start: sorted, count: all.count))
      }
    }
  }

  /// A shard of the same support that has met nothing.
  ///
  /// - Precondition: this one has met nothing either.
  func copy() -> SupportShard {
    precondition(strings == 0, "SupportShard.copy: \(strings) strings were counted")
    return SupportShard(layout, memories.map { ZeroedMemory(copying: $0) })
  }

  /// Adds what a shard of the same support has met.
  func add(_ other: SupportShard) {
    strings += other.strings
    for index in ngrams.indices { ngrams[index] += other.ngrams[index] }
    for (table, other) in zip(tables, other.tables) { table.add(other) }
  }

  /// Counts token strings `[N, L]`.
  func add(_ tokens: UnsafeBufferPointer<UInt16>) {
    guard let first = tokens.baseAddress else { return }
    let length = layout.length
    let count = tokens.count / length
    // Copies here, so that no write through a pointer makes them be read again.
    let longest = tables[0]
    let (keys, shorter, base) = (keys, shorter, base)
    let windowKeys = windowKeys
    // The last windows of a string are cut short, so that the longest table cannot hold them.
    let cut = layout.excludesPadding ? 0 : layout.order - layout.shortest
    for row in 0..<count {
      let string = first + row * length
      let windows = windowKeys.write(string, into: keys)
      var lacking = shorterCount
      var window = 0
      while window < windows &- cut {
        if !longest.count(keys[window]) {
          shorter[lacking] = keys[window] / base
          lacking &+= 1
        }
        window &+= 1
      }
      while window < windows {
        shorter[lacking] = keys[window] / base
        lacking &+= 1
        window &+= 1
      }
      shorterCount = lacking
      if lacking >= Self.shorterAtOnce { addShorter() }
      if layout.excludesPadding {
        layout.forEachNGramOrder(of: string) { ngrams[$0 - layout.shortest] += 1 }
      }
    }
    addShorter()
    strings += count
    if !layout.excludesPadding {
      for order in layout.orders {
        ngrams[order - layout.shortest] += count * layout.ngrams(ofOrder: order)
      }
    }
  }

  /// Counts each beginning that was put aside at the longest order that its samples hold.
  ///
  /// Every beginning of an n-gram on the support is on it too, and is counted as its beginning. What
  /// these searches find cannot be foretold and lies anywhere, so the first places of all are read
  /// before any is used, and the cache misses overlap.
  private func addShorter() {
    var count = shorterCount
    for table in tables.dropFirst() {
      var read: Key = 0
      for index in 0..<count { read ^= table.keyAtFirstPlace(of: shorter[index]) }
      lastRead = read
      var lacking = 0
      for index in 0..<count {
        let (rest, digit) = shorter[index].quotientAndRemainder(dividingBy: base)
        // The last digit is 0 where the window was cut short before.
        if digit != 0 && table.count(shorter[index]) { continue }
        shorter[lacking] = rest
        lacking &+= 1
      }
      count = lacking
    }
    shorterCount = 0
  }

  /// Calls `body` with every n-gram of the support that was counted, in no order.
  func forEachCounted(_ body: (_ ngram: Key, _ order: Int, _ count: Int) -> Void) {
    for (order, table) in zip(layout.orders.reversed(), tables) {
      table.forEachCounted { body($0, order, $1) }
    }
  }
}
