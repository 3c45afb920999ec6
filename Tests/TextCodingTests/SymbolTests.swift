import Files
import Testing

@testable import TextCoding

@Suite("Symbols")
struct SymbolTests {
  static let family = "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}"

  @Test(
    "Grapheme clusters are those of Unicode",
    arguments: [
      ("abc", ["a", "b", "c"]),
      ("x\u{301}y", ["x\u{301}", "y"]),
      ("e\u{301}", ["é"]),
      (family + "!", [family, "!"]),
      ("\u{1F1E9}\u{1F1EA}\u{1F1EB}\u{1F1F7}", ["\u{1F1E9}\u{1F1EA}", "\u{1F1EB}\u{1F1F7}"]),
      ("\u{1100}\u{1161}\u{11A8}", ["각"]),
      ("\u{301}a", ["\u{301}", "a"]),
      ("👍🏽👍", ["👍🏽", "👍"]),
      ("नि", ["नि"]),
      ("", []),
    ])
  func graphemes(_ text: String, _ expected: [String]) throws {
    let found = try SymbolUnit.grapheme.symbols(of: text)
    #expect(found == expected.map { Symbol($0) })
  }

  @Test("Grapheme clusters agree with Swift's own, an implementation that is not ours")
  func graphemesAgreeWithSwift() throws {
    // Left out: Indic conjuncts, for which the rule changed in Unicode 15.1.
    let pool: [UInt32] = [
      0x61, 0x20, 0xE9, 0x301, 0x323, 0x20DD, 0x200D, 0x200C, 0x1F468, 0x1F469, 0x1F3FD, 0xFE0F,
      0x2764, 0x1F1E9, 0x1F1EA, 0x1100, 0x1161, 0x11A8, 0xAC00, 0xAC01, 0xE33, 0xE01, 0x600, 0x627,
      0x64B, 0x200B, 0xAD, 0x4E2D, 0x3099, 0x304B,
    ]
    var numbers = TestNumbers(seed: 17)
    for _ in 0..<3000 {
      let scalars = (0..<numbers.below(14)).map { _ in numbers.element(pool) }
      let text = String(String.UnicodeScalarView(scalars.compactMap(Unicode.Scalar.init)))
      let found = try SymbolUnit.grapheme.symbols(
        of: text, normalisation: TextNormalisation(form: .none))
      #expect(found == text.map { Symbol(String($0)) }, "\(scalars)")
    }
  }

  @Test("U+FFFD stands alone, so that unknown never joins its neighbours")
  func replacementStandsAlone() throws {
    let text = "a\u{FFFD}\u{301}\u{600}\u{FFFD}\u{200D}b"
    let found = try SymbolUnit.grapheme.symbols(of: text).map(\.text.unicodeScalars.count)
    #expect(found == [1, 1, 1, 1, 1, 1, 1])
  }

  @Test("A cluster of more than 32 scalars is unknown")
  func endlessCluster() throws {
    let allowed = "e" + String(repeating: "\u{20DD}", count: 31)
    let endless = "e" + String(repeating: "\u{20DD}", count: 32)
    #expect(try SymbolUnit.grapheme.symbols(of: allowed) == [Symbol(allowed)])
    #expect(try SymbolUnit.grapheme.symbols(of: endless) == [Symbol("\u{FFFD}")])
  }

  @Test("Scalars are code points after normalisation")
  func scalars() throws {
    #expect(
      try SymbolUnit.scalar.symbols(of: "e\u{301}x\u{301}")
        == ["é", "x", "\u{301}"].map { Symbol($0) })
    #expect(
      try SymbolUnit.scalar.symbols(of: "é", normalisation: TextNormalisation(form: .none))
        == [Symbol("é")])
  }

  @Test("Bytes are bytes: no normalisation, controls become a space, U+FFFD is one symbol")
  func bytes() throws {
    #expect(
      try SymbolUnit.byte.symbols(of: "e\u{301}\t\u{7F}A\u{FFFD}ﬁ").map(\.bytes)
        == [
          [0x65], [0xCC], [0x81], [0x20], [0x41], [0xEF, 0xBF, 0xBD], [0xEF], [0xAC], [0x81],
        ])
    let reject = TextNormalisation(controls: .reject)
    #expect(
      failureKind { _ = try SymbolUnit.byte.symbols(of: "a\u{1}", normalisation: reject) }
        == .badData)
  }

  @Test("Dividing the beginning of a line gives the beginning of the division")
  func limitedScan() throws {
    var numbers = TestNumbers(seed: 3)
    let pool = [
      "a", "é", "e\u{301}\u{323}", Self.family, "\u{1F1E9}", "각", "ᄀ", "ᅡ", "\t", "क्", "ि",
    ]
    for unit in SymbolUnit.allCases {
      for _ in 0..<300 {
        var text = (0..<numbers.below(40)).map { _ in numbers.element(pool) }.joined()
        let whole = try unit.symbols(of: text)
        for limit in [1, 2, 7, 32] {
          var scanner = SymbolScanner(unit: unit, normalisation: .standard)
          var clusters = ClusterTable()
          let found = try text.withUTF8 { bytes in
            try scanner.scan(bytes, limit: limit)
            return scanner.withCodes(
              limit: limit, cluster: { firstClusterCode + SymbolCode(clusters.insert($0)) }
            ) { codes in codes.map { clusters.symbol(of: $0, unit: unit) } }
          }
          #expect(found == Array(whole.prefix(limit)))
        }
      }
    }
  }

  @Test("A cluster table gives each cluster one number and finds it again")
  func clusterTable() {
    var table = ClusterTable()
    let clusters = (0..<1000).map { [UInt32($0 % 50), UInt32($0 / 50), 7] }
    for (index, cluster) in clusters.enumerated() {
      #expect(cluster.withUnsafeBufferPointer { table.index(of: $0) } == nil)
      #expect(cluster.withUnsafeBufferPointer { table.insert($0) } == index)
    }
    for (index, cluster) in clusters.enumerated() {
      #expect(cluster.withUnsafeBufferPointer { table.insert($0) } == index)
      #expect(cluster.withUnsafeBufferPointer { table.index(of: $0) } == index)
      #expect(Array(table[index]) == cluster)
    }
    #expect(table.count == 1000)
  }
}
