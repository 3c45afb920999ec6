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
      let value = try JensenShannonDivergence.bits(
        counts(golden.sampleStrings, row.order, golden.vocabularySize, row.excludingPadding),
        counts(golden.referenceStrings, row.order, golden.vocabularySize, row.excludingPadding))
      #expect(abs(value - row.scipy) < 1e-14, "order \(row.order)")
      #expect(abs(value - row.published) < 1e-14, "order \(row.order)")
    }
  }

  @Test("equals the definition by dictionary", arguments: 1...12)
  func oracle(seed: Int) throws {
    let size = [2, 5, 30, 1_000][seed % 4]
    let first = randomStrings(40, length: 9, vocabularySize: size, seed: UInt64(seed), power: 3)
    let second = randomStrings(55, length: 9, vocabularySize: size, seed: UInt64(100 + seed))
    for order in 1...9 {
      let value = try JensenShannonDivergence.bits(
        counts(first, order, size), counts(second, order, size))
      let expected = dictionaryDivergence(
        dictionaryCounts(first, order: order), dictionaryCounts(second, order: order))
      #expect(abs(value - expected) < 1e-12, "seed \(seed), order \(order)")
    }
  }

  @Test("is symmetric to the last bit, in [0, 1], and its root obeys the triangle inequality")
  func identities() throws {
    let size = 12
    for seed in UInt64(1)...20 {
      let sets = try (0..<3).map { index in
        try counts(
          randomStrings(
            10 + 15 * index, length: 8, vocabularySize: size, seed: seed * 3 + UInt64(index),
            power: Double(index + 1)), 2, size)
      }
      func distance(_ first: Int, _ second: Int) throws -> Double {
        let value = try JensenShannonDivergence.bits(sets[first], sets[second])
        #expect(value == (try JensenShannonDivergence.bits(sets[second], sets[first])))
        #expect((0...1).contains(value))
        return value.squareRoot()
      }
      let sides = [try distance(0, 1), try distance(1, 2), try distance(0, 2)]
      for side in sides { #expect(2 * side <= sides.reduce(0, +) + 1e-12, "seed \(seed)") }
    }
  }

  @Test("is exactly 0 for equal distributions, also at different counts, and 1 for disjoint ones")
  func extremes() throws {
    let strings = randomStrings(50, length: 10, vocabularySize: 20, seed: 5)
    let once = try counts(strings, 3, 40)
    let twice = try counts(strings.rows(Array(0..<50) + Array(0..<50)), 3, 40)
    #expect(try JensenShannonDivergence.bits(once, once) == 0)
    #expect(try JensenShannonDivergence.bits(once, twice) == 0)
    let elsewhere = TokenStrings(
      tokens: strings.withUnsafeTokens { $0.map { $0 + 20 } }, length: 10)
    #expect(try JensenShannonDivergence.bits(once, counts(elsewhere, 3, 40)) == 1)
  }

  @Test("0 log 0 = 0: an n-gram that one side lacks adds exactly half its mass")
  func zeroLogarithm() throws {
    // p = (½, ½, 0), q = (0, ½, ½): only the middle symbol is shared, with equal mass.
    let p = try counts(TokenStrings(tokens: [1, 2], length: 2), 1, 4)
    let q = try counts(TokenStrings(tokens: [2, 3], length: 2), 1, 4)
    #expect(try JensenShannonDivergence.bits(p, q) == 0.5)
  }

  @Test("all key layouts, thread counts and orders of strings give the same bits")
  func sameBits() throws {
    let size = 40
    let first = randomStrings(20_000, length: 32, vocabularySize: size, seed: 6)
    let second = randomStrings(30_000, length: 32, vocabularySize: size, seed: 7, power: 3)
    let shuffled = first.rows(RandomStream(seed: 8, name: "order").shuffled(Array(0..<20_000)))
    let plain = try JensenShannonDivergence.bits(counts(first, 5, size), counts(second, 5, size))
    #expect(
      plain
        == (try JensenShannonDivergence.bits(counts(shuffled, 5, size), counts(second, 5, size))))
    let threaded = try NGramCounts(second, order: 5, vocabularySize: size, threads: 3)
    #expect(plain == (try JensenShannonDivergence.bits(counts(first, 5, size), threaded)))

    let few = (first.prefix(300), second.prefix(400))
    let values = try NGramKeyLayout.allCases.map { layout in
      try JensenShannonDivergence.bits(
        NGramCounts(few.0, order: 5, vocabularySize: size, layout: layout),
        NGramCounts(few.1, order: 5, vocabularySize: size, layout: layout))
    }
    #expect(Set(values).count == 1)
  }

  @Test("a side without n-grams is bad data that says why")
  func nothingToCompare() throws {
    let blank = TokenStrings(tokens: [0, 0, 0], length: 3)
    let text = TokenStrings(tokens: [1, 2, 3], length: 3)
    let failure = #expect(throws: Failure.self) {
      try JensenShannonDivergence.bits(counts(blank, 2, 4, true), counts(text, 2, 4, true))
    }
    #expect(failure?.kind == .badData)
    #expect(failure?.message.contains("without padding") == true)
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
