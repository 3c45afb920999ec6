import Testing
import TextCoding

@testable import NGramScoring

@Suite("Counting on the samples' support")
struct SupportCounterTests {
  /// What plain scoring gives of samples, with the whole reference counted and with only what they hold.
  private func scores(
    _ sets: [TokenStrings], _ reference: TokenStrings, orders: [Int], vocabularySize: Int,
    excludingPadding: Bool, threads: Int
  ) throws -> (whole: [[OrderScores]], shared: [[OrderScores]]) {
    let whole = try NGramScorer(
      reference: reference, vocabularySize: vocabularySize, orders: orders,
      excludingPadding: excludingPadding)
    let samples = try sets.map { try whole.count($0) }
    let counter = try SupportCounter(samples: samples, orders: orders, threads: threads)
    // In pieces, as a text comes.
    let length = reference.length
    reference.withUnsafeTokens { tokens in
      for rows in stride(from: 0, to: reference.count, by: 700) {
        let end = min(rows + 700, reference.count)
        let middle = (rows + end) / 2
        for (piece, rows) in [rows..<middle, middle..<end].enumerated() {
          counter.add(
            UnsafeBufferPointer(
              rebasing: tokens[rows.lowerBound * length..<rows.upperBound * length]),
            shard: piece % threads)
        }
      }
    }
    let counts = try counter.finish()
    #expect(counts.isRestricted && counts.strings == reference.count)
    let shared = try NGramScorer(reference: counts, orders: orders)
    return (
      try samples.map { try whole.scores(of: $0, measures: .plain) },
      try samples.map { try shared.scores(of: $0, measures: .plain) }
    )
  }

  @Test(
    "gives every plain value of the whole reference, to the last digit",
    arguments: [false, true], [1, 2, 3])
  func equalsWhole(excludingPadding: Bool, threads: Int) throws {
    for (orders, vocabularySize, length) in [
      ([4, 6], 40, 12), ([1], 9, 5), ([1, 3], 30, 8), ([5, 4, 1], 20, 9), ([6, 1, 5], 40, 12),
    ] {
      let reference = randomStrings(
        3_000, length: length, vocabularySize: vocabularySize, seed: 5, power: 3)
      let sets = [(900, 3.0), (60, 1), (1, 1)].enumerated().map {
        randomStrings(
          $1.0, length: length, vocabularySize: vocabularySize, seed: UInt64(10 + $0),
          power: $1.1)
      }
      let (whole, shared) = try scores(
        sets, reference, orders: orders, vocabularySize: vocabularySize,
        excludingPadding: excludingPadding, threads: threads)
      #expect(whole == shared)
      for set in sets {
        let (whole, shared) = try scores(
          [set], reference, orders: orders, vocabularySize: vocabularySize,
          excludingPadding: excludingPadding, threads: threads)
        #expect(whole == shared)
      }
    }
  }

  @Test("keys of 128 bits and strings of one order's length")
  func wideKeys() throws {
    let reference = randomStrings(500, length: 16, vocabularySize: 200, seed: 1, power: 4)
    let samples = randomStrings(200, length: 16, vocabularySize: 200, seed: 2, power: 4)
    for orders in [[9], [3, 12], [16]] {
      let (whole, shared) = try scores(
        [samples], reference, orders: orders, vocabularySize: 200, excludingPadding: false,
        threads: 2)
      #expect(whole == shared)
    }
  }

  @Test("samples that were counted at longer orders than are scored", arguments: [8, 14])
  func longerOrders(longest: Int) throws {
    let reference = randomStrings(500, length: 16, vocabularySize: 60, seed: 3, power: 4)
    let samples = try NGramCounts(
      randomStrings(200, length: 16, vocabularySize: 60, seed: 4, power: 4), orders: 1...longest,
      vocabularySize: 60)
    let counter = try SupportCounter(samples: [samples], orders: [6, 4], threads: 2)
    reference.withUnsafeTokens { counter.add($0, shard: 1) }
    let shared = try NGramScorer(reference: try counter.finish(), orders: [4, 6])
    let whole = try NGramScorer(reference: reference, vocabularySize: 60, orders: [4, 6])
    #expect(
      try shared.scores(of: samples, measures: .plain)
        == whole.scores(of: samples, measures: .plain))
  }

  @Test("samples that share nothing with the reference are at distance 1")
  func disjoint() throws {
    let samples = TokenStrings(tokens: [2, 3, 2, 3], length: 4)
    let counts = try NGramCounts(samples, orders: 1...2, vocabularySize: 6)
    let counter = try SupportCounter(samples: [counts], orders: [1, 2], threads: 1)
    [UInt16](repeating: 4, count: 8).withUnsafeBufferPointer { counter.add($0, shard: 0) }
    let scores = try NGramScorer(reference: try counter.finish(), orders: [1, 2])
      .scores(of: counts, measures: .plain)
    #expect(scores.map(\.divergence) == [1, 1] && scores.map(\.recall) == [0, 0])
    #expect(try counter.finish().totals(order: 1).allNGrams == 8)
  }
}
