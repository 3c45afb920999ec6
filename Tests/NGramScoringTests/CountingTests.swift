import Determinism
import Files
import Testing
import TextCoding

@testable import NGramScoring

@Suite("Counting")
struct CountingTests {
  @Test(
    "every key layout counts what a dictionary counts",
    arguments: [
      (seed: 1, length: 1, vocabularySize: 2), (2, 3, 2), (3, 5, 3), (4, 8, 7), (5, 12, 80),
      (6, 9, 2_048), (7, 6, 65_536),
    ])
  func matchesDictionary(seed: Int, length: Int, vocabularySize: Int) throws {
    let strings = randomStrings(
      60, length: length, vocabularySize: vocabularySize, seed: UInt64(seed), power: 4)
    for order in 1...length {
      for excludingPadding in [false, true] {
        let expected = dictionaryCounts(strings, order: order, excludingPadding: excludingPadding)
        for layout in NGramKeyLayout.allCases
        where fits(layout, order: order, vocabularySize: vocabularySize) {
          let counts = try NGramCounts(
            strings, order: order, vocabularySize: vocabularySize,
            excludingPadding: excludingPadding, layout: layout)
          let note: Comment = "seed \(seed), order \(order), \(layout)"
          #expect(counts.layout == layout)
          #expect(counts.distinct == expected.count, note)
          #expect(counts.total == expected.values.reduce(0, +), note)
          let listed = counts.listed
          #expect(listed.allSatisfy { expected[$0.ngram] == $0.count }, note)
          #expect(
            zip(listed, listed.dropFirst()).allSatisfy {
              $0.ngram.lexicographicallyPrecedes($1.ngram)
            }, note)
        }
      }
    }
  }

  private func fits(_ layout: NGramKeyLayout, order: Int, vocabularySize: Int) -> Bool {
    switch layout {
    case .packed64:
      NGramKeyLayout.largestKey(UInt64.self, order: order, base: vocabularySize) != nil
    case .packed128:
      NGramKeyLayout.largestKey(UInt128.self, order: order, base: vocabularySize) != nil
    case .slices: true
    }
  }

  @Test("the narrowest layout is where V^n first overflows")
  func layouts() {
    func layout(_ order: Int, _ size: Int) -> NGramKeyLayout {
      .narrowest(order: order, vocabularySize: size)
    }
    #expect(layout(10, 80) == .packed64)
    #expect(layout(11, 80) == .packed128)
    #expect(layout(5, 2_048) == .packed64)
    #expect(layout(6, 2_048) == .packed128)
    #expect(layout(11, 2_048) == .packed128)
    #expect(layout(12, 2_048) == .slices)
    #expect(layout(64, 2) == .packed64)
    #expect(layout(65, 2) == .packed128)
    #expect(layout(128, 2) == .packed128)
    #expect(layout(129, 2) == .slices)
    #expect(layout(4, 65_536) == .packed64)
    #expect(layout(5, 65_536) == .packed128)
    #expect(layout(8, 65_536) == .packed128)
    #expect(layout(9, 65_536) == .slices)
    #expect(layout(32, 65_535) == .slices)
    #expect(layout(1_000, 1) == .packed64)
  }

  @Test("keys at the upper end of a layout survive packing", arguments: [(6, 2_048), (32, 65_535)])
  func largestKeys(order: Int, vocabularySize: Int) throws {
    let top = UInt16(vocabularySize - 1)
    let rows: [[UInt16]] = [
      Array(repeating: top, count: 32), Array(repeating: 0, count: 32),
      (0..<32).map { $0 % 2 == 0 ? top : 0 }, Array(repeating: top, count: 32),
    ]
    let strings = TokenStrings(tokens: Array(rows.joined()), length: 32)
    let counts = try NGramCounts(strings, order: order, vocabularySize: vocabularySize)
    let expected = dictionaryCounts(strings, order: order)
    #expect(counts.distinct == expected.count)
    for (gram, count) in expected { #expect(counts.count(of: gram) == count) }
    #expect(counts.count(of: Array(repeating: 1, count: order)) == 0)
    #expect(counts.count(of: [0]) == 0)
  }

  @Test("radix sort sorts", arguments: [0, 1, 2, 255, 256, 257, 5_000])
  func radixSort(count: Int) {
    for (bits, seed) in [(1, 1), (7, 2), (10, 3), (11, 4), (38, 5), (64, 6)] as [(Int, UInt64)] {
      let stream = RandomStream(seed: seed, name: "keys")
      let largest: UInt64 = bits == 64 ? .max : (1 << UInt64(bits)) - 1
      let words = (0..<count).map { index -> UInt64 in
        let word = stream.words(sample: UInt64(index), step: 0, block: 0)
        return (UInt64(word[0]) << 32 | UInt64(word[1])) & largest
      }
      #expect(sorted(words, largest: largest) == words.sorted(), "\(bits) bits, seed \(seed)")
      let wide = words.map { UInt128($0) &* UInt128($0) }
      #expect(sorted(wide, largest: .max) == wide.sorted(), "wide, \(bits) bits, seed \(seed)")
    }
  }

  private func sorted<Key: FixedWidthInteger & UnsignedInteger>(
    _ keys: [Key], largest: Key
  ) -> [Key] {
    let buffer = UnsafeMutablePointer<Key>.allocate(capacity: keys.count + 1)
    let scratch = UnsafeMutablePointer<Key>.allocate(capacity: keys.count + 1)
    defer {
      buffer.deallocate()
      scratch.deallocate()
    }
    for (index, key) in keys.enumerated() { buffer[index] = key }
    let result = RadixSort.sort(buffer, scratch: scratch, count: keys.count, largest: largest)
    return Array(UnsafeBufferPointer(start: result, count: keys.count))
  }

  @Test("counts do not depend on threads, chunks or the order of strings")
  func invariance() throws {
    // More windows than one chunk of keys, and enough for several threads.
    let strings = randomStrings(150_000, length: 32, vocabularySize: 40, seed: 11, power: 3)
    #expect(strings.count * 29 > NGramWindow.keysPerChunk)
    let one = try NGramCounts(strings, order: 4, vocabularySize: 40)
    #expect(one.total == 150_000 * 29)
    #expect(one == (try NGramCounts(strings, order: 4, vocabularySize: 40, threads: 2)))
    #expect(one == (try NGramCounts(strings, order: 4, vocabularySize: 40, threads: 3)))
    let shuffled = RandomStream(seed: 12, name: "order").shuffled(Array(0..<strings.count))
    #expect(one == (try NGramCounts(strings.rows(shuffled), order: 4, vocabularySize: 40)))
  }

  @Test("merging parts equals one pass, and subtracting undoes it", arguments: [2, 6, 12])
  func algebra(order: Int) throws {
    let size = 2_048
    let strings = randomStrings(90, length: 14, vocabularySize: size, seed: 21, power: 6)
    func counts(_ rows: Range<Int>) throws -> NGramCounts {
      try NGramCounts(strings.rows(Array(rows)), order: order, vocabularySize: size)
    }
    let whole = try counts(0..<90)
    let merged = try counts(0..<20).merged(with: counts(20..<21)).merged(with: counts(21..<90))
    #expect(merged == whole)
    #expect(try whole.subtracting(counts(0..<20)) == counts(20..<90))
    let nothing = whole.subtracting(whole)
    #expect(nothing.total == 0 && nothing.distinct == 0 && nothing.strings == 0)
    #expect(whole.merged(with: nothing) == whole)
  }

  @Test("few n-grams find their counts among many")
  func alignment() throws {
    let many = try NGramCounts(
      randomStrings(3_000, length: 20, vocabularySize: 30, seed: 31), order: 3, vocabularySize: 30)
    let few = try NGramCounts(
      randomStrings(5, length: 20, vocabularySize: 30, seed: 32), order: 3, vocabularySize: 30)
    #expect(few.counts(in: many) == few.listed.map { many.count(of: $0.ngram) })
    #expect(many.counts(in: few) == many.listed.map { few.count(of: $0.ngram) })
  }

  @Test("no strings count as nothing")
  func empty() throws {
    let strings = TokenStrings(tokens: [], length: 4)
    for order in [1, 4] {
      let counts = try NGramCounts(strings, order: order, vocabularySize: 65_535, threads: 2)
      #expect(counts.total == 0 && counts.distinct == 0)
    }
  }

  @Test("an order beyond the strings, or none, is a usage failure that says so")
  func wrongOrder() throws {
    let strings = randomStrings(3, length: 4, vocabularySize: 5, seed: 41)
    let long = #expect(throws: Failure.self) {
      try NGramCounts(strings, order: 5, vocabularySize: 5)
    }
    #expect(long?.kind == .usage)
    #expect(long?.message.contains("at most 4") == true)
    let zero = #expect(throws: Failure.self) {
      try NGramCounts(strings, order: 0, vocabularySize: 5)
    }
    #expect(zero?.kind == .usage)
  }

  @Test("a token outside the vocabulary is bad data, a vocabulary out of range is usage")
  func wrongTokens() throws {
    let strings = TokenStrings(tokens: [1, 2, 3, 9], length: 2)
    let token = #expect(throws: Failure.self) {
      try NGramCounts(strings, order: 1, vocabularySize: 9)
    }
    #expect(token?.kind == .badData)
    #expect(token?.message.contains("9") == true)
    for size in [0, -1, 65_537] {
      let failure = #expect(throws: Failure.self) {
        try NGramCounts(strings, order: 1, vocabularySize: size)
      }
      #expect(failure?.kind == .usage)
    }
  }
}
