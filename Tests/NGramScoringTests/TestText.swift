// Texts and slow, obvious counterparts for the tests of this module.

import Determinism
import Foundation
import TextCoding

@testable import NGramScoring

/// The golden values of `Tools/golden/divergences.py`.
struct GoldenScores: Decodable {
  struct Divergence: Decodable {
    let order: Int
    let excludingPadding: Bool
    let scipy: Double
    let published: Double
    let recall: Double
    let precision: Double
    let distinctShare: Double
    let jackknife: Double?
  }
  struct Quantile: Decodable {
    let confidence: Double
    let degreesOfFreedom: Int
    let value: Double
  }

  let length: Int
  let symbols: String
  let vocabularySize: Int
  let reference: [String]
  let samples: [String]
  let divergences: [Divergence]
  let duplicateRate: Double
  let exactCopyRate: Double
  let studentQuantiles: [Quantile]

  static func load() throws -> GoldenScores {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/divergences.json")
    return try JSONDecoder().decode(GoldenScores.self, from: Data(contentsOf: path))
  }

  /// First `length` symbols of each line; token 0 pads, 1 is unknown.
  func encoded(_ lines: [String]) -> TokenStrings {
    var tokenOf: [Character: UInt16] = [:]
    for (index, symbol) in symbols.enumerated() { tokenOf[symbol] = UInt16(index + 2) }
    var tokens: [UInt16] = []
    for line in lines {
      let row = line.prefix(length).map { tokenOf[$0] ?? 1 }
      tokens += row + Array(repeating: 0, count: length - row.count)
    }
    return TokenStrings(tokens: tokens, length: length)
  }

  var referenceStrings: TokenStrings { encoded(reference) }
  var sampleStrings: TokenStrings { encoded(samples) }
}

/// `count` strings of `length` tokens below `vocabularySize`, small tokens more frequent.
func randomStrings(
  _ count: Int, length: Int, vocabularySize: Int, seed: UInt64, power: Double = 2
) -> TokenStrings {
  let stream = RandomStream(seed: seed, name: "test strings")
  let tokens = (0..<count * length).map { index -> UInt16 in
    let uniform = Double(stream.uniform(sample: UInt64(index), step: 0))
    return UInt16(pow(uniform, power) * Double(vocabularySize))
  }
  return TokenStrings(tokens: tokens, length: length)
}

/// n-gram counts by dictionary.
func dictionaryCounts(
  _ strings: TokenStrings, order: Int, excludingPadding: Bool = false
) -> [[UInt16]: Int] {
  var table: [[UInt16]: Int] = [:]
  for row in 0..<strings.count where order <= strings.length {
    let string = Array(strings[row])
    for start in 0...(strings.length - order) {
      let gram = Array(string[start..<start + order])
      if !(excludingPadding && gram.contains(0)) { table[gram, default: 0] += 1 }
    }
  }
  return table
}

/// JS in bits by dictionary, term by term from the definition.
func dictionaryDivergence(_ p: [[UInt16]: Int], _ q: [[UInt16]: Int]) -> Double {
  let pTotal = Double(p.values.reduce(0, +))
  let qTotal = Double(q.values.reduce(0, +))
  var value = 0.0
  for gram in Set(p.keys).union(q.keys) {
    let a = Double(p[gram] ?? 0) / pTotal
    let b = Double(q[gram] ?? 0) / qTotal
    if a > 0 { value += 0.5 * a * log2(2 * a / (a + b)) }
    if b > 0 { value += 0.5 * b * log2(2 * b / (a + b)) }
  }
  return value
}

extension NGramCounts {
  /// All n-grams with their counts, in order.
  var listed: [(ngram: [UInt16], count: Int)] {
    counts.indices.map { (ngram(at: $0), counts[$0]) }
  }
}
