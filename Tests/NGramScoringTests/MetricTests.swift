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

@Suite("Character model")
struct CharacterModelTests {
  @Test("cross-entropy equals an independent Witten-Bell model")
  func golden() throws {
    let golden = try GoldenScores.load()
    for row in golden.crossEntropies {
      let model = try CharacterModel(
        training: golden.referenceStrings, order: row.order,
        vocabularySize: golden.vocabularySize)
      let value = try model.crossEntropy(of: golden.sampleStrings)
      #expect(abs(value.nats - row.nats) < 1e-12, "order \(row.order)")
      #expect(value.symbols == row.symbols)
    }
  }

  @Test("an untrained model is uniform, and bits and perplexity follow from nats")
  func uniform() throws {
    let model = try CharacterModel(
      training: TokenStrings(tokens: [], length: 4), order: 3, vocabularySize: 8)
    let value = try model.crossEntropy(
      of: randomStrings(20, length: 4, vocabularySize: 8, seed: 1))
    #expect(abs(value.bits - 3) < 1e-12)
    #expect(abs(value.perplexity - 8) < 1e-12)
  }

  @Test("probabilities of the next symbol sum to one after any context", arguments: [1, 2, 3, 5])
  func normalised(order: Int) throws {
    let size = 6
    let model = try CharacterModel(
      training: randomStrings(30, length: 5, vocabularySize: size, seed: 2), order: order,
      vocabularySize: size)
    let contexts: [[UInt16]] = [[], [1], [2, 1], [5, 4, 3], [1, 1, 2, 3]]
    for context in contexts {
      // nats × symbols is additive along a string: the last symbol's part is what it adds.
      func total(_ tokens: [UInt16]) throws -> Double {
        if tokens.isEmpty { return 0 }
        let value = try model.crossEntropy(
          of: TokenStrings(tokens: tokens, length: tokens.count))
        return value.nats * Double(value.symbols)
      }
      let start = try total(context)
      let sum = try (0..<UInt16(size)).reduce(0.0) { sum, token in
        sum + exponential(start - (try total(context + [token])))
      }
      #expect(abs(sum - 1) < 1e-12, "context \(context)")
    }
  }

  @Test("what follows the first padding token is not looked at, a full string has no end")
  func padding() throws {
    let model = try CharacterModel(
      training: randomStrings(50, length: 6, vocabularySize: 5, seed: 3), order: 4,
      vocabularySize: 5)
    let clean = try model.crossEntropy(of: TokenStrings(tokens: [3, 2, 0, 0, 0, 0], length: 6))
    let junk = try model.crossEntropy(of: TokenStrings(tokens: [3, 2, 0, 4, 0, 1], length: 6))
    #expect(clean == junk)
    #expect(clean.symbols == 3)
    let full = try model.crossEntropy(of: TokenStrings(tokens: [3, 2, 1, 4, 3, 1], length: 6))
    #expect(full.symbols == 6)
  }

  @Test("wide keys, narrow keys and threads agree")
  func layoutsAgree() throws {
    // Rare large tokens widen the keys without changing which n-grams are equal.
    let narrow = randomStrings(30_000, length: 24, vocabularySize: 30, seed: 4)
    let wide = TokenStrings(tokens: narrow.withUnsafeTokens { $0.map { $0 * 2 } }, length: 24)
    func value(_ strings: TokenStrings, _ size: Int, threads: Int) throws -> CrossEntropy {
      let training = strings.rows(Array(0..<29_000))
      let model = try CharacterModel(
        training: training, order: 6, vocabularySize: size, threads: threads)
      return try model.crossEntropy(of: strings.rows(Array(29_000..<30_000)), threads: threads)
    }
    // Base 4,001: 6 symbols need 72 bits; base 1,500: 64 bits suffice.
    #expect(NGramKeyLayout.narrowest(order: 6, vocabularySize: 1_501) == .packed64)
    #expect(NGramKeyLayout.narrowest(order: 6, vocabularySize: 4_001) == .packed128)
    let small = try value(wide, 1_500, threads: 1)
    #expect(small == (try value(wide, 1_500, threads: 3)))
    let large = try value(wide, 4_000, threads: 2)
    #expect(small.symbols == large.symbols)
    // Only the uniform base differs: 1/1,500 against 1/4,000, for what was never seen.
    #expect(abs(small.nats - large.nats) < 0.01)
  }

  @Test("an order beyond the strings changes nothing")
  func longOrder() throws {
    let strings = randomStrings(40, length: 4, vocabularySize: 6, seed: 5)
    func value(_ order: Int) throws -> CrossEntropy {
      try CharacterModel(training: strings, order: order, vocabularySize: 6)
        .crossEntropy(of: strings)
    }
    #expect(try value(5) == value(9))
  }

  @Test("impossible settings fail with the remedy")
  func failures() throws {
    let strings = randomStrings(3, length: 4, vocabularySize: 5, seed: 6)
    let wide = #expect(throws: Failure.self) {
      try CharacterModel(training: strings, order: 9, vocabularySize: 65_534)
    }
    #expect(wide?.kind == .usage)
    #expect(wide?.message.contains("lower order") == true)
    #expect(throws: Failure.self) {
      try CharacterModel(training: strings, order: 0, vocabularySize: 5)
    }
    #expect(throws: Failure.self) {
      try CharacterModel(training: strings, order: 2, vocabularySize: 65_535)
    }
    let model = try CharacterModel(training: strings, order: 2, vocabularySize: 5)
    #expect(throws: Failure.self) {
      try model.crossEntropy(of: TokenStrings(tokens: [], length: 4))
    }
    #expect(throws: Failure.self) {
      try model.crossEntropy(of: TokenStrings(tokens: [1, 2, 3, 5], length: 4))
    }
  }
}
