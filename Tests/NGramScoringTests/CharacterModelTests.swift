import Files
import Foundation
import Testing
import TextCoding

@testable import NGramScoring

@Suite("Character model")
struct CharacterModelTests {
  @Test("cross-entropy and discounts equal an independent model, written from the paper")
  func golden() throws {
    let golden = try GoldenModels.load()
    #expect(golden.cases.count == 7)
    for row in golden.cases {
      let training = TokenStrings(tokens: row.training, length: row.length)
      let text = TokenStrings(tokens: row.text, length: row.length)
      for expected in row.values {
        let place = Comment(rawValue: "\(row.name), order \(expected.order)")
        let model = try CharacterModel(
          training: training, order: expected.order, vocabularySize: row.vocabularySize)
        let value = try model.crossEntropy(of: text)
        #expect(abs(value.nats - expected.nats) < 1e-10, place)
        #expect(value.symbols == expected.symbols, place)
        #expect(
          abs(try model.crossEntropy(of: training).nats - expected.trainingNats) < 1e-10, place)
        #expect(model.fallbackOrders == expected.fallbackOrders, place)
        for (discounts, values) in zip(model.discounts, expected.discounts) {
          let all = discounts.map { [$0.one, $0.two, $0.more] } ?? []
          #expect(zip(all, values ?? []).allSatisfy { abs($0 - $1) < 1e-12 }, place)
          #expect((discounts == nil) == (values == nil), place)
        }
      }
    }
  }

  @Test("discounts that cannot be estimated, or leave their range, fall back and say so")
  func discounts() {
    let estimated = KneserNeyDiscounts(countsOfCounts: [100, 40, 20, 10])
    let y = 100.0 / 180
    #expect(estimated.one == 1 - 2 * y * 0.4)
    #expect(abs(estimated.two - (2 - 3 * y * 0.5)) < 1e-15)
    #expect(abs(estimated.more - (3 - 4 * y * 0.5)) < 1e-15)
    #expect(!estimated.isFallback)
    // A number is missing; D₂ = −3; D₂ = 0; D₃ = −1.
    for numbers in [
      [0, 4, 2, 1], [9, 0, 2, 1], [9, 4, 0, 1], [9, 4, 2, 0], [1, 1, 5, 1], [3, 3, 6, 1],
      [2, 1, 1, 2],
    ] {
      let discounts = KneserNeyDiscounts(countsOfCounts: numbers)
      #expect(discounts.isFallback, "\(numbers)")
      #expect([discounts.one, discounts.two, discounts.more] == [0.5, 1, 1.5], "\(numbers)")
    }
    #expect(KneserNeyDiscounts(of: [1, 1, 1, 2, 2, 3, 4, 9, 70]).isFallback == false)
    #expect(
      [0, 1, 2, 3, 9].map { estimated[$0] }
        == [0, estimated.one, estimated.two, estimated.more, estimated.more])
  }

  @Test("an untrained model is uniform, and bits and perplexity follow from nats")
  func uniform() throws {
    let model = try CharacterModel(
      training: TokenStrings(tokens: [], length: 4), order: 3, vocabularySize: 8)
    let value = try model.crossEntropy(
      of: randomStrings(20, length: 4, vocabularySize: 8, seed: 1))
    #expect(abs(value.bits - 3) < 1e-12)
    #expect(abs(value.perplexity - 8) < 1e-12)
    #expect(model.fallbackOrders.isEmpty)
    #expect(model.discounts == [nil, nil, nil])
  }

  @Test(
    "probabilities of the next symbol sum to one after any context", arguments: [1, 2, 3, 5],
    [30, 2_000])
  func normalised(order: Int, count: Int) throws {
    let size = 9
    let model = try CharacterModel(
      training: randomStrings(count, length: 6, vocabularySize: size, seed: 2, power: 3),
      order: order, vocabularySize: size)
    let contexts: [[UInt16]] = [[], [1], [2, 1], [5, 4, 3], [1, 1, 2, 3], [8, 8, 8, 8]]
    for context in contexts {
      // nats × symbols is additive along a string: the last symbol's part is what it adds.
      func total(_ tokens: [UInt16]) throws -> Double {
        if tokens.isEmpty { return 0 }
        let value = try model.crossEntropy(
          of: listedGrams([tokens], order: order, vocabularySize: size))
        #expect(value.symbols == tokens.count)
        return value.nats * Double(value.symbols)
      }
      let start = try total(context)
      let sum = try (0..<UInt16(size)).reduce(0.0) { sum, token in
        sum + exponential(start - (try total(context + [token])))
      }
      #expect(abs(sum - 1) < 1e-12, "context \(context)")
    }
  }

  @Test("n-grams read off counted windows equal those listed string by string", arguments: 1...6)
  func windows(seed: Int) throws {
    let length = [1, 2, 3, 7, 12, 12][seed - 1]
    let strings = randomStrings(
      90, length: length, vocabularySize: 5, seed: UInt64(seed), power: [1, 3][seed % 2])
    let rows = (0..<strings.count).map { row -> [UInt16] in
      let string = Array(strings[row])
      return string.firstIndex(of: 0).map { Array(string[...$0]) } ?? string
    }
    for order in 1...length {
      let counted = try MarkedGrams(strings, order: order, vocabularySize: 5, threads: 2)
      let listed = listedGrams(rows, order: order, vocabularySize: 5)
      #expect(counted.strings == 90)
      guard case .packed64(let first) = counted.lists, case .packed64(let second) = listed.lists
      else {
        Issue.record("keys of 64 bits expected")
        return
      }
      #expect(first == second, "seed \(seed), order \(order)")
    }
  }

  @Test("counts made for all orders give the same model as the strings")
  func fromCounts() throws {
    let strings = randomStrings(300, length: 8, vocabularySize: 7, seed: 8)
    let codecLike = TokenStrings(
      tokens: (0..<strings.count).flatMap { row -> [UInt16] in
        let string = Array(strings[row])
        let end = string.firstIndex(of: 0) ?? string.count
        return string[..<end] + [UInt16](repeating: 0, count: string.count - end)
      }, length: 8)
    let counts = try NGramCounts(codecLike, orders: 1...6, vocabularySize: 7)
    for order in 1...6 {
      let model = try CharacterModel(training: strings, order: order, vocabularySize: 7)
      let counted = CharacterModel(try MarkedGrams(counts, order: order))
      // Six symbols of 9 digits and fewer: the same keys or not, the same value.
      #expect(counted.discounts == model.discounts)
      let text = try MarkedGrams(counts, order: order)
      #expect(try counted.crossEntropy(of: text) == model.crossEntropy(of: strings))
    }
    let few = try NGramCounts(codecLike, orders: 2...6, vocabularySize: 7)
    let failure = #expect(throws: Failure.self) { try MarkedGrams(few, order: 4) }
    #expect(failure?.kind == .usage)
    #expect(throws: Failure.self) { try MarkedGrams(counts, order: 7) }
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
    let narrow = randomStrings(12_000, length: 24, vocabularySize: 30, seed: 4)
    let wide = TokenStrings(tokens: narrow.withUnsafeTokens { $0.map { $0 * 2 } }, length: 24)
    func value(_ strings: TokenStrings, _ size: Int, threads: Int) throws -> CrossEntropy {
      let training = strings.rows(Array(0..<11_000))
      let model = try CharacterModel(
        training: training, order: 6, vocabularySize: size, threads: threads)
      return try model.crossEntropy(of: strings.rows(Array(11_000..<12_000)), threads: threads)
    }
    // Base 1,502: 6 symbols fit 64 bits; base 4,002: they need 72.
    let small = try value(wide, 1_500, threads: 1)
    #expect(small == (try value(wide, 1_500, threads: 3)))
    let large = try value(wide, 4_000, threads: 2)
    #expect(small.symbols == large.symbols)
    // Only the uniform base differs: 1/1,500 against 1/4,000, for what was never seen.
    #expect(abs(small.nats - large.nats) < 0.01)
  }

  @Test("forward perplexity is the samples under the reference, reverse the other way round")
  func directions() throws {
    let samples = randomStrings(70, length: 7, vocabularySize: 6, seed: 5)
    let reference = randomStrings(200, length: 7, vocabularySize: 6, seed: 6, power: 1)
    let forward = try ModelPerplexity.forward(
      samples: samples, reference: reference, order: 3, vocabularySize: 6)
    let model = try CharacterModel(training: reference, order: 3, vocabularySize: 6)
    #expect(try forward.crossEntropy == model.crossEntropy(of: samples))
    #expect(forward.trainingStrings == 200)
    #expect(forward.fallbackOrders == model.fallbackOrders)
    #expect(forward.perplexity == exponential(forward.nats))
    let reverse = try ModelPerplexity.reverse(
      samples: samples, reference: reference, order: 3, vocabularySize: 6)
    let other = try CharacterModel(training: samples, order: 3, vocabularySize: 6)
    #expect(try reverse.crossEntropy == other.crossEntropy(of: reference))
    #expect(reverse.trainingStrings == 70)
  }

  @Test("impossible settings fail with the remedy")
  func failures() throws {
    let strings = randomStrings(3, length: 9, vocabularySize: 5, seed: 6)
    for (order, size) in [(9, 65_534), (0, 5), (10, 5), (2, 65_537), (2, 0)] {
      let failure = #expect(throws: Failure.self) {
        try CharacterModel(training: strings, order: order, vocabularySize: size)
      }
      #expect(failure?.kind == .usage, "order \(order), \(size) symbols")
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

/// The golden values of `Tools/golden/kneser_ney.py`.
private struct GoldenModels: Decodable {
  struct Value: Decodable {
    let order: Int
    let nats: Double
    let symbols: Int
    let discounts: [[Double]?]
    let fallbackOrders: [Int]
    let trainingNats: Double
  }
  struct Case: Decodable {
    let name: String
    let vocabularySize: Int
    let length: Int
    let training: [UInt16]
    let text: [UInt16]
    let values: [Value]
  }

  let cases: [Case]

  static func load() throws -> GoldenModels {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/kneser-ney.json")
    return try JSONDecoder().decode(GoldenModels.self, from: Data(contentsOf: path))
  }
}

/// The marked n-grams of strings that end where they end, by dictionary.
private func listedGrams(_ rows: [[UInt16]], order: Int, vocabularySize: Int) -> MarkedGrams {
  let base = UInt64(vocabularySize + 2)
  var tables = [[UInt64: Int]](repeating: [:], count: order)
  for row in rows {
    let digits = [base - 1] + row.map { UInt64($0) + 1 }
    for length in 1...order {
      for start in 0..<max(0, digits.count - length + 1) where length > 1 || start > 0 {
        let key = digits[start..<start + length].reduce(0) { $0 * base + $1 }
        tables[length - 1][key, default: 0] += 1
      }
    }
  }
  return MarkedGrams(
    order: order, vocabularySize: vocabularySize, strings: rows.count,
    lists: .packed64(
      tables.map { table in
        let keys = table.keys.sorted()
        return CountedKeys(keys: keys, counts: keys.map { table[$0] ?? 0 })
      }))
}
