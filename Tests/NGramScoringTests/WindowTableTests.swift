import Determinism
import Files
import Testing

@testable import NGramScoring

@Suite("Window tables and sorting")
struct WindowTableTests {
  private static func random<Key: FixedWidthInteger & UnsignedInteger>(
    _: Key.Type, kind: Int, _ random: inout SimulationRandom
  ) -> Key {
    let small = Key(truncatingIfNeeded: random.next() % 30_000 + 1)
    return switch kind {
    case 0: small
    case 1: small << Key(Key.bitWidth - 16)
    case 2: small * small * small
    default: Key.random(in: 1...(.max), using: &random)
    }
  }

  /// Fills a table twice, beside a dictionary.
  private func check<Entry: WindowEntry>(
    _: Entry.Type, kind: Int, isRight: (_ counts: Entry.Counts, _ parts: [Int]) -> Bool
  ) throws {
    typealias Key = Entry.Key
    var random = SimulationRandom(seed: UInt64(kind))
    let mostWindows = 70
    let table = WindowTable<Entry>(mostWindows: mostWindows, mostPlaces: 1 << 15)
    var drains = 0
    // Twice more distinct windows than the table holds: it grows, fills, and is emptied.
    while drains < 2 {
      var expected: [Key: [Int]] = [:]
      while !table.isFull, drains < 1 || expected.count < 5_000 {
        let count = Int.random(in: 0...mostWindows, using: &random)
        let part = Int.random(in: 0..<16, using: &random)
        let keys = (0..<count).map { index -> Key in
          index % 8 == 0 ? 77 : Self.random(Key.self, kind: kind, &random)
        }
        keys.withUnsafeBufferPointer {
          if let base = $0.baseAddress { table.add(base, count: count, part: part) }
        }
        for key in keys { expected[key, default: [Int](repeating: 0, count: 16)][part] += 1 }
      }
      #expect(table.count == expected.count, "kind \(kind)")
      var listed: [(Key, Entry.Counts)] = []
      table.drain { listed.append(($0, $1)) }
      #expect(listed.count == expected.count)
      #expect(listed.allSatisfy { isRight($0.1, expected[$0.0] ?? []) })
      #expect(zip(listed, listed.dropFirst()).allSatisfy { $0.0 < $1.0 })
      #expect(table.count == 0 && !table.isFull)
      drains += 1
    }
    var left = 0
    table.drain { _, _ in left += 1 }
    #expect(left == 0)
  }

  @Test("count what dictionaries count while they grow, fill and are emptied", arguments: 0...3)
  func table(kind: Int) throws {
    try check(PartedEntry<UInt64>.self, kind: kind) { $0.list == $1 }
    try check(PartedEntry<UInt128>.self, kind: kind) { $0.list == $1 }
    try check(TotalEntry<UInt64>.self, kind: kind) { $0.total == $1.reduce(0, +) }
    try check(TotalEntry<UInt128>.self, kind: kind) { $0.total == $1.reduce(0, +) }
  }

  @Test("an entry takes 16 bytes, or 32 with parts")
  func sizes() {
    #expect(WindowTable<TotalEntry<UInt64>>.entrySize == 16)
    #expect(WindowTable<PartedEntry<UInt64>>.entrySize == 32)
    #expect(WindowTable<PartedEntry<UInt128>>.entrySize == 32)
  }

  @Test("a table with many overflowing counters is full before it is too large")
  func overflow() {
    let table = WindowTable<PartedEntry<UInt64>>(mostWindows: 1, mostPlaces: 1 << 12)
    var added = 0
    for key in UInt64(1)... {
      if table.isFull { break }
      for _ in 0..<256 { withUnsafePointer(to: key) { table.add($0, count: 1, part: 3) } }
      added += 1
    }
    #expect(added == 65)
    var listed: [UInt64: PartedCount] = [:]
    table.drain { listed[$0] = $1 }
    #expect(listed.count == added)
    #expect(listed.values.allSatisfy { $0.total == 256 && $0[3] == 256 && $0.support == 8 })
  }

  @Test(
    "radix sort sorts by key and keeps equal keys in order",
    arguments: [0, 1, 2, 255, 256, 257, 5_000])
  func radixSort(count: Int) {
    for (bits, seed) in [(1, 1), (7, 2), (10, 3), (11, 4), (38, 5), (64, 6)] as [(Int, UInt64)] {
      let stream = RandomStream(seed: seed, name: "keys")
      let largest: UInt64 = bits == 64 ? .max : (1 << UInt64(bits)) - 1
      let words = (0..<count).map { index -> UInt64 in
        let word = stream.words(sample: UInt64(index), step: 0, block: 0)
        return (UInt64(word[0]) << 32 | UInt64(word[1])) & largest
      }
      #expect(isSorted(words, largest: largest), "\(bits) bits, seed \(seed)")
      let wide = words.map { UInt128($0) &* UInt128($0) }
      #expect(isSorted(wide, largest: .max), "wide, \(bits) bits, seed \(seed)")
      let high = words.map { UInt128($0) << 64 }
      #expect(isSorted(high, largest: UInt128(largest) << 64), "high, \(bits) bits, seed \(seed)")
    }
    #expect(isSorted([UInt64](repeating: 0, count: count), largest: 0))
    #expect(isSorted([UInt64](repeating: 9, count: count), largest: 9))
    // One key alone has another digit.
    for place in [0, count / 2, count - 1] where place >= 0 && place < count {
      for odd in [3, 1 << 15, 1 << 40] as [UInt64] {
        var keys = [UInt64](repeating: 1 << 20, count: count)
        keys[place] = odd
        #expect(isSorted(keys, largest: 1 << 41), "\(odd) at \(place)")
      }
    }
  }

  /// Whether the sort of keys with their places as payload is right.
  private func isSorted<Key: FixedWidthInteger & UnsignedInteger>(
    _ keys: [Key], largest: Key
  ) -> Bool {
    typealias Element = (key: Key, place: UInt32)
    let buffer = UnsafeMutablePointer<Element>.allocate(capacity: keys.count + 1)
    let scratch = UnsafeMutablePointer<Element>.allocate(capacity: keys.count + 1)
    defer {
      buffer.deallocate()
      scratch.deallocate()
    }
    for (index, key) in keys.enumerated() { buffer[index] = (key, UInt32(index)) }
    let result = RadixSort.sort(
      buffer, scratch: scratch, count: keys.count, largest: largest, key: { $0.key })
    let expected = keys.enumerated().map { (key: $1, place: UInt32($0)) }
      .sorted { ($0.key, $0.place) < ($1.key, $1.place) }
    return UnsafeBufferPointer(start: result, count: keys.count)
      .elementsEqual(expected) { $0.key == $1.key && $0.place == $1.place }
  }

  @Test("the first place not below a value is found from anywhere")
  func places() {
    let values: [UInt64] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31]
    for start in 0...values.count {
      for value in UInt64(0)...33 {
        let expected = values.indices.first { $0 >= start && values[$0] >= value } ?? values.count
        #expect(values.firstIndex(notBelow: value, from: start) == expected)
      }
    }
  }

  @Test("windows that come in any order are sorted and added up", arguments: [1, 1 << 24])
  func sorter(memory: Int) throws {
    let folder = try TemporaryFolder()
    let sorter = WindowSorter<UInt128>(memory: memory, folder: folder.path)
    var random = SimulationRandom(seed: 9)
    var expected: [UInt128: [Int]] = [:]
    for _ in 0..<20_000 {
      let key = Self.random(UInt128.self, kind: Int.random(in: 0...3, using: &random), &random)
      let part = Int.random(in: 0..<16, using: &random)
      let count = Int.random(in: 1...900, using: &random)
      try sorter.add(key, PartedCount((0..<16).map { $0 == part ? count : 0 }))
      expected[key, default: [Int](repeating: 0, count: 16)][part] += count
    }
    try sorter.finish()
    #expect(sorter.runs.count == (memory == 1 ? 5 : 1))
    #expect(folder.names.isEmpty)
    var merged = MergedWindows<UInt128>(sorter.runs, largest: .max)
    var last: UInt128 = 0
    while try merged.next() {
      let counts = try merged.counts().list
      #expect(merged.key > last && expected[merged.key] == counts)
      expected[merged.key] = nil
      last = merged.key
    }
    #expect(expected.isEmpty)
  }
}
