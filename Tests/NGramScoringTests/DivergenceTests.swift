import Determinism
import Files
import Testing
import TextCoding

@testable import NGramScoring

@Suite("Jensen-Shannon divergence")
struct DivergenceTests {
  @Test("JS-1 to JS-6 equal SciPy and the published helper")
  func golden() throws {
    let golden = try GoldenScores.load()
    #expect(golden.divergences.count == 12)
    for row in golden.divergences {
      func counts(_ strings: TokenStrings) throws -> NGramCounts {
        try NGramCounts(
          strings, orders: 1...6, vocabularySize: golden.vocabularySize,
          excludingPadding: row.excludingPadding)
      }
      let value = try JensenShannonDivergence.bits(
        counts(golden.sampleStrings), counts(golden.referenceStrings), order: row.order)
      #expect(abs(value - row.scipy) < 1e-14, "order \(row.order)")
      #expect(abs(value - row.published) < 1e-14, "order \(row.order)")
    }
  }

  @Test(
    "equals the definition by dictionary, and orders counted alone the same bits", arguments: 1...12
  )
  func oracle(seed: Int) throws {
    let size = [2, 5, 30, 1_000][seed % 4]
    let first = randomStrings(40, length: 9, vocabularySize: size, seed: UInt64(seed), power: 3)
    let second = randomStrings(55, length: 9, vocabularySize: size, seed: UInt64(100 + seed))
    let excludes = seed % 3 == 0
    func all(_ strings: TokenStrings) throws -> NGramCounts {
      try NGramCounts(
        strings, orders: 1...9, vocabularySize: size, excludingPadding: excludes)
    }
    let (left, right) = (try all(first), try all(second))
    for order in 1...9 {
      let (p, q) = (
        dictionaryCounts(first, order: order, excludingPadding: excludes),
        dictionaryCounts(second, order: order, excludingPadding: excludes)
      )
      guard !p.isEmpty, !q.isEmpty else { continue }
      let value = try JensenShannonDivergence.bits(left, right, order: order)
      #expect(abs(value - dictionaryDivergence(p, q)) < 1e-12, "seed \(seed), order \(order)")
      let alone = try JensenShannonDivergence.bits(
        counts(first, order, size, excludes), counts(second, order, size, excludes), order: order)
      #expect(value == alone, "seed \(seed), order \(order)")
      // One side holds more orders, and its keys may be wider.
      #expect(
        value
          == (try JensenShannonDivergence.bits(
            left, counts(second, order, size, excludes), order: order)))
    }
  }

  @Test("is symmetric to the last bit, in [0, 1], and its root obeys the triangle inequality")
  func identities() throws {
    let size = 12
    for seed in UInt64(1)...20 {
      let sets = try (0..<3).map { index in
        try NGramCounts(
          randomStrings(
            10 + 15 * index, length: 8, vocabularySize: size, seed: seed * 3 + UInt64(index),
            power: Double(index + 1)), orders: 1...4, vocabularySize: size)
      }
      for order in 1...4 {
        func distance(_ first: Int, _ second: Int) throws -> Double {
          let value = try JensenShannonDivergence.bits(sets[first], sets[second], order: order)
          #expect(
            value == (try JensenShannonDivergence.bits(sets[second], sets[first], order: order)))
          #expect((0...1).contains(value))
          return value.squareRoot()
        }
        let sides = [try distance(0, 1), try distance(1, 2), try distance(0, 2)]
        for side in sides { #expect(2 * side <= sides.reduce(0, +) + 1e-12, "seed \(seed)") }
      }
    }
  }

  @Test("is exactly 0 for equal distributions, also at different counts, and 1 for disjoint ones")
  func extremes() throws {
    let strings = randomStrings(50, length: 10, vocabularySize: 20, seed: 5)
    let once = try counts(strings, 3, 40)
    let twice = try counts(strings.rows(Array(0..<50) + Array(0..<50)), 3, 40)
    #expect(try JensenShannonDivergence.bits(once, once, order: 3) == 0)
    #expect(try JensenShannonDivergence.bits(once, twice, order: 3) == 0)
    let elsewhere = TokenStrings(
      tokens: strings.withUnsafeTokens { $0.map { $0 + 20 } }, length: 10)
    #expect(try JensenShannonDivergence.bits(once, counts(elsewhere, 3, 40), order: 3) == 1)
  }

  @Test("0 log 0 = 0: an n-gram that one side lacks adds exactly half its mass")
  func zeroLogarithm() throws {
    // p = (½, ½, 0), q = (0, ½, ½): only the middle symbol is shared, with equal mass.
    let p = try counts(TokenStrings(tokens: [1, 2], length: 2), 1, 4)
    let q = try counts(TokenStrings(tokens: [2, 3], length: 2), 1, 4)
    #expect(try JensenShannonDivergence.bits(p, q, order: 1) == 0.5)
  }

  @Test("key widths, threads, memory, parts and orders of strings give the same bits")
  func sameBits() throws {
    let size = 40
    let first = randomStrings(15_000, length: 16, vocabularySize: size, seed: 6)
    let second = randomStrings(20_000, length: 16, vocabularySize: size, seed: 7, power: 3)
    func counts(
      _ strings: TokenStrings, _ orders: ClosedRange<Int> = 1...5, threads: Int = 1,
      memory: Int = ScoringDefaults.memory, parts: PartRule = .rows(from: 0)
    ) throws -> NGramCounts {
      var settings = NGramCounter.Settings(threads: threads)
      settings.memory = memory
      return try NGramCounts(
        strings, orders: orders, vocabularySize: size, parts: parts, settings: settings)
    }
    let (left, right) = (try counts(first), try counts(second))
    let plain = try JensenShannonDivergence.bits(left, right, order: 4)
    let shuffled = first.rows(RandomStream(seed: 8, name: "order").shuffled(Array(0..<15_000)))
    #expect(plain == (try JensenShannonDivergence.bits(counts(shuffled), right, order: 4)))
    let spilled = try counts(second, threads: 3, memory: 1)
    #expect(spilled.isOnDisk)
    #expect(plain == (try JensenShannonDivergence.bits(left, spilled, order: 4)))
    let byContent = try counts(second, parts: .content(StringHash(vocabularySize: size)))
    #expect(plain == (try JensenShannonDivergence.bits(left, byContent, order: 4)))
    let wide = try counts(first, 3...16)
    #expect(wide.layout.isWide && !right.layout.isWide)
    #expect(plain == (try JensenShannonDivergence.bits(wide, right, order: 4)))
  }

  @Test("a side without n-grams is bad data that says why")
  func nothingToCompare() throws {
    let blank = TokenStrings(tokens: [0, 0, 0], length: 3)
    let text = TokenStrings(tokens: [1, 2, 3], length: 3)
    for swapped in [false, true] {
      let failure = #expect(throws: Failure.self) {
        try JensenShannonDivergence.bits(
          counts(swapped ? text : blank, 2, 4, true), counts(swapped ? blank : text, 2, 4, true),
          order: 2)
      }
      #expect(failure?.kind == .badData)
      #expect(failure?.message.contains("order 2 without padding in 1 token strings") == true)
    }
  }

  @Test("a compensated sum keeps what a plain sum loses")
  func compensated() {
    var sum = CompensatedSum()
    for term in [1.0, 1e100, 1.0, -1e100] { sum.add(term) }
    #expect(sum.value == 2)
  }

  private func counts(
    _ strings: TokenStrings, _ order: Int, _ size: Int, _ excludingPadding: Bool = false
  ) throws -> NGramCounts {
    try NGramCounts(
      strings, order: order, vocabularySize: size, excludingPadding: excludingPadding)
  }
}
