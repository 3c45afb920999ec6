// What one thread counts on a given support.

/// The tables of one thread, the longest order first, and how many strings and n-grams it has met.
///
/// `@unchecked Sendable`: one thread at a time touches it.
final class SupportShard<Key: FixedWidthInteger & UnsignedInteger & Sendable>:
  @unchecked Sendable
{
  /// N-grams of each order, the longest first; the most frequent ones of an order stand in front.
  typealias Support = [[SupportTable<Key>.Place]]

  /// Strings met.
  private(set) var strings = 0
  /// `[order − shortest]`: n-grams met, repeats and those off the support included.
  private(set) var ngrams: [Int]

  private let layout: WindowLayout
  private let windowKeys: WindowKeys<Key>
  /// The orders that are counted, the longest first.
  private let orders: [Int]
  /// By what a key of the table before, of all windows for the first, is divided for one of a table.
  private let steps: [Key]
  private let memories: [ZeroedMemory]
  /// N-grams of the support, at most.
  let support: Int
  /// One table an order, the longest first.
  private let tables: UnsafeMutableBufferPointer<SupportTable<Key>>
  private let keys: UnsafeMutablePointer<Key>
  /// For each table after the first, what is to be looked for in it: beginnings of what the table
  /// before lacks, and windows that were cut to this length.
  private let shorter: UnsafeMutableBufferPointer<KeyList<Key>>

  /// Beginnings that are looked for together, at least.
  private static var shorterAtOnce: Int { 256 }

  /// A shard that counts the n-grams of a support.
  ///
  /// - Parameter orders: the longest first, which is the layout's.
  init(_ layout: WindowLayout, orders: [Int], support: Support) {
    precondition(
      orders.first == layout.order && orders.last == layout.shortest,
      "SupportShard: orders \(orders) of a layout of \(layout.orders)")
    self.layout = layout
    self.orders = orders
    self.support = support.reduce(0) { $0 + $1.count }
    windowKeys = WindowKeys(layout)
    steps = Self.steps(layout, orders)
    memories = support.map { ZeroedMemory(size: SupportTable<Key>.size(ngrams: $0.count)) }
    tables = .allocate(capacity: memories.count)
    _ = tables.initialize(from: memories.map { SupportTable(in: $0) })
    let windows = layout.stringsAtOnce * layout.mostWindows
    keys = .allocate(capacity: windows)
    shorter = .allocate(capacity: memories.count - 1)
    for index in shorter.indices {
      shorter.initializeElement(
        at: index, to: KeyList(capacity: memories.count * (Self.shorterAtOnce + windows)))
    }
    ngrams = layout.orders.map { _ in 0 }
    for (table, ngrams) in zip(tables, support) { ngrams.withUnsafeBufferPointer(table.insert) }
  }

  deinit {
    keys.deallocate()
    for list in shorter { list.keys.deallocate() }
    shorter.deallocate()
    tables.deallocate()
  }

  private static func steps(_ layout: WindowLayout, _ orders: [Int]) -> [Key] {
    zip([layout.order] + orders, orders).map { layout.weight($0 - $1, Key.self) }
  }

  /// The n-grams that some samples hold.
  ///
  /// - Throws: where a file of counts is damaged or cannot be read.
  static func support(
    of samples: [NGramCounts], _ layout: WindowLayout, orders: [Int]
  ) throws -> Support {
    var ngrams = Support(repeating: [], count: orders.count)
    for counts in samples { try append(counts, layout, orders, to: &ngrams) }
    for index in ngrams.indices { putMostFrequentFirst(&ngrams[index]) }
    return ngrams
  }

  /// Appends the n-grams that one set of samples holds, the longest order first.
  ///
  /// All orders are read off one pass over the windows; see ``GramCursor``.
  private static func append(
    _ samples: NGramCounts, _ layout: WindowLayout, _ orders: [Int],
    to ngrams: inout Support
  ) throws {
    var windows = GramCursor<Key, TotalCount>(samples, order: layout.order, keepingCutWindows: true)
    let base = Key(layout.base)
    let steps = steps(layout, orders)
    var latest = [SupportTable<Key>.Place](repeating: .init(key: 0, count: 0), count: ngrams.count)
    func end(_ index: Int) {
      // The last digit is 0 where the string ended before.
      if latest[index].key % base != 0 { ngrams[index].append(latest[index]) }
    }
    while try windows.next() {
      var ngram = windows.key
      let count = UInt64(windows.counts.total)
      for index in latest.indices {
        ngram /= steps[index]
        if latest[index].key == ngram {
          latest[index].count += count
        } else {
          end(index)
          latest[index] = SupportTable.Place(key: ngram, count: count)
        }
      }
    }
    for index in latest.indices { end(index) }
  }

  /// Puts n-grams in an order in which no frequent one stands behind one half as frequent.
  private static func putMostFrequentFirst(_ ngrams: inout [SupportTable<Key>.Place]) {
    // Few levels, sorted in one pass.
    let scratch = [SupportTable<Key>.Place](unsafeUninitializedCapacity: ngrams.count) {
      scratch, count in
      ngrams.withUnsafeMutableBufferPointer { ngrams in
        guard let start = ngrams.baseAddress, let other = scratch.baseAddress else { return }
        let sorted = RadixSort.sort(
          start, scratch: other, count: ngrams.count, largest: UInt8(63),
          key: { UInt8(truncatingIfNeeded: $0.count.leadingZeroBitCount) })
        if sorted == other { count = ngrams.count }
      }
    }
    if !scratch.isEmpty { ngrams = scratch }
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
    let (keys, shorter, windowKeys) = (keys, shorter, windowKeys)
    let step = steps.dropFirst().first ?? 1
    // The last windows of a string are cut short, each a symbol shorter than the one before: they
    // are looked for at the longest order that they have room for.
    let cut = layout.excludesPadding ? 0 : layout.order - layout.shortest
    let cutLists = (0..<cut).map { cut in
      let index = orders.firstIndex { $0 < layout.order - cut } ?? orders.count - 1
      return (list: index - 1, unit: layout.weight(layout.order - orders[index], Key.self))
    }
    var row = 0
    while row < count {
      // The places of all windows of some strings are asked for before the first is looked at.
      let end = Swift.min(row &+ layout.stringsAtOnce, count)
      var windows = 0
      while row < end {
        let string = first + row &* length
        let all = windows &+ windowKeys.write(string, into: keys + windows)
        for (index, cutList) in cutLists.enumerated() {
          shorter[cutList.list].append(keys[all &- cut &+ index] / cutList.unit)
        }
        let start = windows
        windows = all &- cut
        for window in start..<windows { longest.prefetch(keys[window]) }
        if layout.excludesPadding {
          layout.forEachNGramOrder(of: string) { ngrams[$0 - layout.shortest] += 1 }
        }
        row &+= 1
      }
      for window in 0..<windows where !longest.count(keys[window]) && !shorter.isEmpty {
        shorter[0].append(keys[window] / step)
      }
      if shorter.contains(where: { $0.count >= Self.shorterAtOnce }) { addShorter() }
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
  /// Every beginning of an n-gram on the support is on it too, and is counted as its beginning.
  private func addShorter() {
    let (shorter, steps) = (shorter, steps)
    for index in shorter.indices {
      let (table, list) = (tables[index + 1], shorter[index])
      let isLast = index + 1 == shorter.count
      for place in 0..<list.count { table.prefetch(list.keys[place]) }
      for place in 0..<list.count where !table.count(list.keys[place]) && !isLast {
        shorter[index + 1].append(list.keys[place] / steps[index + 2])
      }
      shorter[index].count = 0
    }
  }

  /// Calls `body` with every n-gram of the support that was counted, in no order.
  func forEachCounted(_ body: (_ ngram: Key, _ order: Int, _ count: UInt64) -> Void) {
    for (order, table) in zip(orders, tables) {
      table.forEachCounted { body($0, order, $1) }
    }
  }
}

/// Keys that wait to be looked for, in memory that its owner gives back.
private struct KeyList<Key> {
  let keys: UnsafeMutablePointer<Key>
  var count = 0

  init(capacity: Int) { keys = .allocate(capacity: capacity) }

  @inline(__always)
  mutating func append(_ key: Key) {
    keys[count] = key
    count &+= 1
  }
}
