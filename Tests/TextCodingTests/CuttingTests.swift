import Determinism
import Files
import Foundation
import Testing

@testable import TextCoding

@Suite("Cutting and splitting")
struct CuttingTests {
  static func cut(_ text: String, _ rule: CutRule, _ length: Int) -> [String] {
    let codes = text.unicodeScalars.map(\.value)
    var result: [String] = []
    codes.withUnsafeBufferPointer { codes in
      rule.forEachString(in: codes, length: length) { range in
        result.append(
          String(String.UnicodeScalarView(codes[range].compactMap(Unicode.Scalar.init))))
      }
    }
    return result
  }

  @Test(
    "Cuts are as defined",
    arguments: [
      ("abcdef", CutRule.first, 4, ["abcd"]),
      ("abc", .first, 4, ["abc"]),
      ("", .first, 4, []),
      ("", .windows(stride: 1, wordStart: false), 4, []),
      ("abc", .windows(stride: 1, wordStart: false), 4, ["abc"]),
      ("abcd", .windows(stride: 1, wordStart: false), 4, ["abcd"]),
      ("abcdef", .windows(stride: 1, wordStart: false), 4, ["abcd", "bcde", "cdef"]),
      ("abcdefgh", .windows(stride: 4, wordStart: false), 4, ["abcd", "efgh"]),
      ("abcdefghi", .windows(stride: 4, wordStart: false), 4, ["abcd", "efgh"]),
      ("abcdefghij", .windows(stride: 5, wordStart: false), 4, ["abcd", "fghi"]),
      ("abcdef", .windows(stride: .max, wordStart: true), 4, ["abcd"]),
      ("ab cd ef gh", .windows(stride: 1, wordStart: true), 4, ["ab c", "cd e", "ef g"]),
      ("ab cd ef gh", .windows(stride: 4, wordStart: true), 4, ["ab c", "ef g"]),
      ("a  b  c  d", .windows(stride: 1, wordStart: true), 3, ["a  ", "b  ", "c  "]),
      ("  ab cd", .windows(stride: 1, wordStart: true), 2, ["  ", "ab", "cd"]),
      ("abcdefgh", .windows(stride: 1, wordStart: true), 4, ["abcd"]),
      ("ab\u{3000}cd", .windows(stride: 1, wordStart: true), 2, ["ab", "cd"]),
      ("abc", .windows(stride: 1, wordStart: false), 1, ["a", "b", "c"]),
    ])
  func cuts(_ text: String, _ rule: CutRule, _ length: Int, _ expected: [String]) {
    #expect(Self.cut(text, rule, length) == expected)
  }

  @Test("Rules survive JSON")
  func codable() throws {
    for rule in [CutRule.first, .windows(stride: 16, wordStart: true)] {
      let data = try JSONEncoder().encode(rule)
      #expect(try JSONDecoder().decode(CutRule.self, from: data) == rule)
    }
    let split = try SplitRule(validation: 0.2, test: 0.3, block: 200, salt: "x")
    let data = try JSONEncoder().encode(split)
    #expect(try JSONDecoder().decode(SplitRule.self, from: data) == split)
  }

  @Test("Shares are met, and another salt divides otherwise")
  func shares() throws {
    let texts = (0..<20_000).map { Array("line \($0)".utf8) }
    var counts: [CorpusSplit: Int] = [:]
    for text in texts { counts[SplitRule.standard.split(of: text), default: 0] += 1 }
    // Four standard deviations of a binomial count.
    #expect(abs(counts[.train, default: 0] - 16_000) < 227)
    #expect(abs(counts[.validation, default: 0] - 2000) < 170)
    #expect(abs(counts[.test, default: 0] - 2000) < 170)
    let salted = try SplitRule(salt: "other")
    let moved = texts.count { salted.split(of: $0) != SplitRule.standard.split(of: $0) }
    #expect(moved > 5000 && moved < 8000)
  }

  // Checked against a few lines of Python: FNV-1a, the finaliser, the shares.
  @Test("A division never changes: the same text falls into the same part forever")
  func fixedForever() {
    let parts = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"]
      .map { SplitRule.standard.split(of: "sentence \($0)".utf8).rawValue.prefix(2) }
    #expect(parts.joined(separator: " ") == "tr tr te te te tr tr tr tr tr tr tr tr tr tr tr")
    let valid = (0..<12).map { ValidationPart.of([2, UInt16($0), 0]).rawValue.prefix(1) }
    #expect(valid.joined() == "cttttcfcccff")
  }

  @Test("Blocks of lines stay together, and inputs apart")
  func blocks() throws {
    let rule = try SplitRule(block: 50)
    var parts: Set<CorpusSplit> = []
    var firstBlocks: Set<CorpusSplit> = []
    for source in 0..<40 {
      for block in 0..<20 {
        let split = rule.split(source: source, line: block * 50)
        parts.insert(split)
        if block == 0 { firstBlocks.insert(split) }
        for line in block * 50..<(block + 1) * 50 {
          #expect(rule.split(source: source, line: line) == split)
        }
      }
    }
    #expect(parts == Set(CorpusSplit.allCases))
    #expect(firstBlocks.count > 1)
  }

  @Test(
    "Shares and blocks out of range are refused",
    arguments: [
      (-0.1, 0.1, nil), (0.5, 0.5, nil), (0.1, .nan, nil), (1.0, 0.0, nil), (0.1, 0.1, 0),
    ]
      as [(Double, Double, Int?)])
  func outOfRange(_ validation: Double, _ test: Double, _ block: Int?) {
    #expect(
      failureKind { _ = try SplitRule(validation: validation, test: test, block: block) }
        == .usage)
  }

  @Test("Shares of zero leave a split empty")
  func zeroShares() throws {
    let rule = try SplitRule(validation: 0, test: 0)
    #expect((0..<1000).allSatisfy { rule.split(of: "x\($0)".utf8) == .train })
  }

  @Test("Validation falls into three like parts, equal strings into the same")
  func validationParts() {
    var numbers = TestNumbers(seed: 9)
    let rows = (0..<9000).map { _ in (0..<8).map { _ in UInt16(numbers.below(50)) } }
    let strings = TokenStrings(tokens: rows.flatMap(\.self) + rows[0], length: 8)
    let parts = ValidationPart.allCases.map { strings.part($0) }
    #expect(parts.map(\.count).reduce(0, +) == 9001)
    for part in parts { #expect(abs(part.count - 3000) < 180) }
    #expect(ValidationPart.of(rows[0]) == ValidationPart.of(strings[9000]))
    // Independent of the division into training, validation and test.
    for part in parts {
      let again = part.count { ValidationPart.of($0) == .fit }
      #expect(again == 0 || again == part.count)
    }
  }
}

extension TokenStrings {
  fileprivate func count(_ condition: (ArraySlice<UInt16>) -> Bool) -> Int {
    (0..<count).count { condition(self[$0]) }
  }
}
