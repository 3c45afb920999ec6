import Files
import Testing
import TextCoding

@testable import NGramScoring

@Suite("Metrics")
struct MetricTests {
  @Test("recall, precision and distinct-n equal the golden values")
  func golden() throws {
    let golden = try GoldenScores.load()
    for row in golden.divergences {
      func counts(_ strings: TokenStrings) throws -> NGramCounts {
        try NGramCounts(
          strings, order: row.order, vocabularySize: golden.vocabularySize,
          excludingPadding: row.excludingPadding)
      }
      let samples = try counts(golden.sampleStrings)
      let reference = try counts(golden.referenceStrings)
      #expect(try NGramRecall.value(samples: samples, reference: reference) == row.recall)
      #expect(try NGramPrecision.value(samples: samples, reference: reference) == row.precision)
      #expect(try DistinctShare.value(of: samples) == row.distinctShare)
    }
  }

  @Test("duplicate and copy rates equal the golden values")
  func goldenStrings() throws {
    let golden = try GoldenScores.load()
    let duplicates = try DuplicateRate.value(of: golden.sampleStrings)
    #expect(abs(duplicates - golden.duplicateRate) < 1e-15)
    let copies = try ExactCopyRate.value(
      of: golden.sampleStrings, training: golden.referenceStrings)
    #expect(copies == golden.exactCopyRate)
  }

  @Test("recall and precision are mirror images")
  func mirror() throws {
    let first = try NGramCounts(
      randomStrings(30, length: 8, vocabularySize: 20, seed: 1), order: 3, vocabularySize: 20)
    let second = try NGramCounts(
      randomStrings(70, length: 8, vocabularySize: 20, seed: 2), order: 3, vocabularySize: 20)
    #expect(
      try NGramRecall.value(samples: first, reference: second)
        == NGramPrecision.value(samples: second, reference: first))
    #expect(try NGramRecall.value(samples: first, reference: first) == 1)
  }

  @Test("duplicates and copies equal what sets of arrays say", arguments: 1...8)
  func stringOracle(seed: Int) throws {
    let samples = randomStrings(200, length: 3, vocabularySize: 4, seed: UInt64(seed))
    let training = randomStrings(40, length: 3, vocabularySize: 5, seed: UInt64(50 + seed))
    let sampleRows = (0..<samples.count).map { Array(samples[$0]) }
    let trainingRows = Set((0..<training.count).map { Array(training[$0]) })
    #expect(
      try DuplicateRate.value(of: samples) == Double(200 - Set(sampleRows).count) / 200,
      "seed \(seed)")
    #expect(
      try ExactCopyRate.value(of: samples, training: training)
        == Double(sampleRows.count { trainingRows.contains($0) }) / 200, "seed \(seed)")
  }

  @Test("metrics without anything to measure are bad data")
  func nothing() throws {
    let none = TokenStrings(tokens: [], length: 3)
    let some = randomStrings(2, length: 3, vocabularySize: 4, seed: 1)
    let empty = try NGramCounts(none, order: 2, vocabularySize: 4)
    let full = try NGramCounts(some, order: 2, vocabularySize: 4)
    #expect(throws: Failure.self) { try NGramRecall.value(samples: full, reference: empty) }
    #expect(throws: Failure.self) { try NGramPrecision.value(samples: empty, reference: full) }
    #expect(throws: Failure.self) { try DistinctShare.value(of: empty) }
    #expect(throws: Failure.self) { try DuplicateRate.value(of: none) }
    #expect(throws: Failure.self) { try ExactCopyRate.value(of: none, training: some) }
    #expect(throws: Failure.self) {
      try ExactCopyRate.value(of: some, training: TokenStrings(tokens: [1], length: 1))
    }
    #expect(try ExactCopyRate.value(of: some, training: none) == 0)
    #expect(try NGramRecall.value(samples: empty, reference: full) == 0)
  }
}
