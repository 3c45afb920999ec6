// Counting lines of text as a command does it, for the tests of counts files.

import Files
import TextCoding

@testable import NGramScoring

/// How lines are counted.
struct CountedText {
  var orders = 1...4
  var length = 8
  var excludesPadding = false
  var unit = SymbolUnit.scalar
  var normalisation = TextNormalisation.standard
  var vocabulary: Vocabulary?
  var parts = CountsFile.Parts.line
  var settings = NGramCounter.Settings()

  /// The lines' counts; all symbols among the first of each line make the vocabulary unless one is
  /// given.
  func counts(_ lines: [String]) throws -> CountsFile {
    var counter = SymbolCounter(
      unit: unit, normalisation: normalisation, symbolsPerLine: length)
    for line in lines { try Array(line.utf8).withUnsafeBufferPointer { try counter.add($0) } }
    let codec = TextCodec(
      vocabulary: try vocabulary
        ?? counter.counts.vocabulary(limit: Vocabulary.largestCount), length: length)
    let hashes = lines.map { Array($0.utf8).withUnsafeBufferPointer { lineHash($0) } }
    return CountsFile(
      codec: codec, vocabularySource: vocabulary == nil ? .text : .given, parts: parts,
      counts: try NGramCounts(
        try codec.encode(lines), orders: orders, vocabularySize: codec.vocabulary.count,
        excludingPadding: excludesPadding, parts: .hashes(hashes), settings: settings))
  }

  /// Random lines of symbols from `alphabet`, the first ones more frequent; some are empty, some hold
  /// symbols that cannot be known.
  static func lines(_ count: Int, alphabet: [Character], seed: UInt64) -> [String] {
    var random = SimulationRandom(seed: seed)
    return (0..<count).map { _ in
      String(
        (0..<Int.random(in: 0...12, using: &random)).map { _ in
          if Int.random(in: 0..<200, using: &random) == 0 { return "\u{FFFD}" }
          let u = random.uniform()
          return alphabet[Int(u * u * Double(alphabet.count))]
        })
    }
  }

  /// Different letters from many alphabets.
  static func alphabet(_ count: Int, from first: UInt32 = 0x61) -> [Character] {
    (0..<UInt32(count)).compactMap { Unicode.Scalar(first + $0).map(Character.init) }
  }
}
