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
    try JSONDecoder().decode(GoldenScores.self, from: fixture("divergences.json"))
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

/// The bytes of a golden file.
func fixture(_ name: String) throws -> Data {
  try Data(
    contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/\(name)"))
}

/// An empty folder that goes away with the object.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "/dgflow-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a name inside.
  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file.
  @discardableResult
  func put(_ bytes: some Sequence<UInt8>, _ name: String) throws -> String {
    // Some file systems wait for the disk where a file is cut to nothing and written again.
    try? FileManager.default.removeItem(atPath: file(name))
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }

  /// All bytes of a file.
  func contents(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: file(name))))
  }

  /// The names inside, hidden ones included.
  var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }
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
  let parts = [Int](repeating: 0, count: strings.count)
  return dictionaryParts(strings, order: order, excludingPadding: excludingPadding, parts: parts)
    .mapValues { $0[0] }
}

/// n-gram counts by dictionary, in each of the 16 parts.
func dictionaryParts(
  _ strings: TokenStrings, order: Int, excludingPadding: Bool = false, parts: [Int]
) -> [[UInt16]: [Int]] {
  var table: [[UInt16]: [Int]] = [:]
  for row in 0..<strings.count where order <= strings.length {
    let string = Array(strings[row])
    for start in 0...(strings.length - order) {
      let gram = Array(string[start..<start + order])
      if excludingPadding && gram.contains(0) { continue }
      table[gram, default: [Int](repeating: 0, count: 16)][parts[row]] += 1
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

extension PartedCount {
  /// The counts in parts 0…15.
  var list: [Int] { (0..<StringParts.count).map { self[$0] } }

  /// Counts with the given parts.
  init(_ list: [Int]) {
    self.init()
    for (part, count) in list.enumerated() where count > 0 { add(count, part: part) }
  }
}

extension NGramCounts {
  /// One order alone, strings in parts by row.
  init(_ strings: TokenStrings, order: Int, vocabularySize: Int, excludingPadding: Bool = false)
    throws
  {
    try self.init(
      strings, orders: order...order, vocabularySize: vocabularySize,
      excludingPadding: excludingPadding)
  }

  /// All n-grams of an order with their counts, as they come.
  func listed(order: Int) throws -> [(ngram: [UInt16], counts: PartedCount)] {
    var list: [(ngram: [UInt16], counts: PartedCount)] = []
    try forEach(order: order) { list.append(($0, $1)) }
    return list
  }

  /// The windows' bytes in one run: equal for equal counts, whatever runs they lie in.
  func bytes() throws -> [UInt8] {
    try limited(to: .max).runs.flatMap { run -> [UInt8] in
      if case .memory(let bytes) = run.storage { bytes } else { [] }
    }
  }

  /// Whether the windows did not fit the memory.
  var isOnDisk: Bool {
    !runs.isEmpty && runs.allSatisfy { if case .file = $0.storage { true } else { false } }
  }

  /// Whether windows and totals are the same.
  func equals(_ other: NGramCounts) throws -> Bool {
    try layout == other.layout && stringsOfParts == other.stringsOfParts
      && ngramsOfParts == other.ngramsOfParts && bytes() == other.bytes()
  }
}
