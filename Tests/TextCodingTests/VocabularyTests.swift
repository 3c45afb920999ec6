import Files
import Testing

@testable import TextCoding

@Suite("Vocabulary")
struct VocabularyTests {
  static func counted(
    _ lines: [String], unit: SymbolUnit = .scalar, normalisation: TextNormalisation = .standard
  ) throws -> SymbolCounts {
    var counts = SymbolCounts(unit: unit, normalisation: normalisation)
    for line in lines { try counts.add(line) }
    return counts
  }

  @Test("Symbols go by frequency, ties by bytes")
  func order() throws {
    let vocabulary = try Self.counted(["bbaa c", "éda"]).vocabulary()
    #expect(vocabulary.symbols.map(\.text) == ["a", "b", " ", "c", "d", "é"])
    #expect(vocabulary.counts == [3, 2, 1, 1, 1, 1])
    #expect(vocabulary.count == 8)
    #expect(vocabulary.token(of: Symbol("a")) == 2)
    #expect(vocabulary.token(of: Symbol("é")) == 7)
    #expect(vocabulary.token(of: Symbol("z")) == Vocabulary.unknown)
    #expect(vocabulary.symbol(of: 3) == Symbol("b"))
    #expect(vocabulary.symbol(of: 0) == nil && vocabulary.symbol(of: 1) == nil)
  }

  @Test("The order of the lines does not matter")
  func orderOfLines() throws {
    let lines = sampleLines(200) + ["日本語", "Ωμέγα", "👍🏽"]
    for unit in SymbolUnit.allCases {
      let one = try Self.counted(lines, unit: unit).vocabulary()
      let other = try Self.counted(lines.reversed(), unit: unit).vocabulary()
      #expect(one == other && one.counts == other.counts && one.digest == other.digest)
    }
  }

  @Test("The size limit counts padding and unknown")
  func limit() throws {
    let counts = try Self.counted(["aaabbc"])
    #expect(try counts.vocabulary(limit: 4).symbols.map(\.text) == ["a", "b"])
    #expect(try counts.vocabulary(limit: 3).count == 3)
    for wrong in [-1, 0, 2, 65_537] {
      #expect(failureKind { _ = try counts.vocabulary(limit: wrong) } == .usage)
    }
    #expect(failureKind { _ = try Self.counted([""]).vocabulary() } == .badData)
  }

  @Test("U+FFFD and control characters never become symbols")
  func illegalSymbols() throws {
    #expect(
      try Self.counted(["a\u{FFFD}\u{FFFD}\tb"]).vocabulary().symbols.map(\.text)
        == [" ", "a", "b"])
    let grapheme = try Self.counted(["\u{FFFD}\u{301}x"], unit: .grapheme).vocabulary()
    #expect(grapheme.symbols == [Symbol("x"), Symbol("\u{301}")])
    for (unit, symbol) in [
      (SymbolUnit.scalar, "\u{FFFD}"), (.scalar, "\t"), (.scalar, "\u{2028}"), (.scalar, "ab"),
      (.scalar, ""), (.byte, "é"), (.byte, "\u{7F}"), (.grapheme, "a\u{FFFD}"),
      (.grapheme, "a" + String(repeating: "\u{301}", count: 32)),
    ] {
      #expect(
        failureKind { _ = try Vocabulary(unit: unit, symbols: [Symbol(symbol)]) } == .badData)
    }
    #expect(
      failureKind { _ = try Vocabulary(unit: .scalar, symbols: [Symbol(bytes: [0xFF])]) }
        == .badData)
    #expect(
      failureMessage { _ = try Vocabulary(unit: .scalar, symbols: ["a", "a"].map { Symbol($0) }) }
        == "token 3, symbol 'a', is there twice")
  }

  @Test("A file reads back as it was written", arguments: SymbolUnit.allCases, [true, false])
  func roundTrip(_ unit: SymbolUnit, _ folds: Bool) throws {
    let lines = ["a b\\c é x\u{301} \u{200B}नि\u{1F1E9}\u{1F1EA} <padding>", "\u{E000}\u{378}\"#"]
    let normalisation = TextNormalisation(form: .nfkc, foldsCase: folds, controls: .reject)
    let vocabulary = try Self.counted(lines, unit: unit, normalisation: normalisation).vocabulary()
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/vocabulary.tsv"
    try vocabulary.write(to: path)
    let read = try Vocabulary(contentsOf: path)
    #expect(read == vocabulary)
    #expect(read.counts == vocabulary.counts)
    #expect(read.digest == vocabulary.digest)
    #expect(read.normalisation == vocabulary.normalisation)
    #expect(try directory.names == ["vocabulary.tsv"])
  }

  @Test("A file is readable: one symbol a line, nothing invisible")
  func fileText() throws {
    let vocabulary = try Vocabulary(
      unit: .grapheme,
      symbols: [" ", "e", "x\u{301}", "\u{301}", "\\", "\u{200D}"].map { Symbol($0) },
      counts: [9, 7, 3, 2, 1, 1])
    #expect(
      vocabulary.fileText == """
        dgflow vocabulary\t1
        unit\tgrapheme
        normalisation\tnfc
        case folding\tno
        control characters\treplace
        size\t8
        token\tsymbol\tcount
        0\t<padding>\t-
        1\t<unknown>\t-
        2\t\\s\t9
        3\te\t7
        4\tx\u{301}\t3
        5\t\\u{301}\t2
        6\t\\\\\t1
        7\t\\u{200D}\t1
        digest\t\(vocabulary.digest)

        """)
    let bytes = try Vocabulary(unit: .byte, symbols: [Symbol(bytes: [0xC3]), Symbol("A")])
    #expect(bytes.fileText.contains("2\t\\xC3\t0\n3\tA\t0\n"))
  }

  @Test("The digest is the same on every machine")
  func digestIsFixed() throws {
    let vocabulary = try Vocabulary(unit: .scalar, symbols: ["e", " ", "é"].map { Symbol($0) })
    #expect(vocabulary.digest == "465bfa78114a4636")
  }

  @Test("The digest covers unit, normalisation and symbols, not the counts")
  func digestCovers() throws {
    let symbols = ["a", "b"].map { Symbol($0) }
    let base = try Vocabulary(unit: .scalar, symbols: symbols)
    let same = try Vocabulary(unit: .scalar, symbols: symbols, counts: [5, 3])
    #expect(base.digest == same.digest && base == same)
    let others = [
      try Vocabulary(unit: .grapheme, symbols: symbols),
      try Vocabulary(unit: .byte, symbols: symbols),
      try Vocabulary(unit: .scalar, symbols: symbols.reversed()),
      try Vocabulary(
        unit: .scalar, normalisation: TextNormalisation(form: .nfkc), symbols: symbols),
      try Vocabulary(
        unit: .scalar, normalisation: TextNormalisation(foldsCase: true), symbols: symbols),
      try Vocabulary(unit: .scalar, symbols: [Symbol("a")]),
    ]
    #expect(Set(others.map(\.digest) + [base.digest]).count == others.count + 1)
    for other in others { #expect(other != base) }
  }

  @Test("Every truncation of a file is noticed")
  func truncation() throws {
    let text = try Self.counted(["some words, é"]).vocabulary().fileText
    for length in 0..<text.utf8.count {
      let cut = String(decoding: text.utf8.prefix(length), as: UTF8.self)
      #expect(failureKind { _ = try Vocabulary(fileText: cut) } == .badData, "\(length) bytes")
    }
  }

  @Test("Every change of one byte is noticed")
  func corruption() throws {
    let vocabulary = try Self.counted(["ab é\\"]).vocabulary()
    let bytes = Array(vocabulary.fileText.utf8)
    for index in bytes.indices {
      for change: UInt8 in [0x01, 0x20] {
        var changed = bytes
        changed[index] ^= change
        guard let text = String(validating: changed, as: UTF8.self) else { continue }
        if let read = try? Vocabulary(fileText: text) {
          // Counts are not covered by the digest; a legal change of one reads as it stands.
          #expect(read == vocabulary)
        }
      }
    }
  }

  @Test(
    "Each fault of a file has its own message, with the line",
    arguments: [
      ("dgflow vocabulary\t1", "dgflow vocabulary\t2", "line 1: the format version is '2'"),
      ("dgflow vocabulary", "words", "is not a vocabulary file"),
      ("unit\tscalar", "unit\tword", "line 2: unit is 'word'; expected one of byte, scalar"),
      ("normalisation\tnfc", "normalisation\tnfd", "line 3: normalisation is 'nfd'"),
      ("case folding\tno", "case folding\tmaybe", "line 4: case folding is 'maybe'"),
      ("size\t5", "size\t4", "line 12: expected 'digest'"),
      ("size\t5", "size\t6", "line 13: expected token, symbol and count"),
      ("size\t5", "size\t99999999999", "line 6: size is"),
      ("3\ta\t2", "4\ta\t2", "line 11: expected token 3, found '4'"),
      ("3\ta\t2", "3\tb\t2", "token 3, symbol 'b', is there twice"),
      ("3\ta\t2", "3\ta\t9", "is more frequent (9)"),
      ("3\ta\t2", "3\ta\tx", "line 11: the count is 'x'"),
      ("3\ta\t2", "3\ta\t-2", "line 11: the count is '-2'"),
      ("3\ta\t2", "3\tac\t2", "is not one Unicode scalar"),
      ("3\ta\t2", "3\t\\q\t2", "line 11: '\\q' is no spelling"),
      ("3\ta\t2", "3\t\\u{D800}\t2", "line 11: '\\u{D800}' is no spelling"),
      ("3\ta\t2", "3\t\\x4\t2", "line 11: '\\x4' is no spelling"),
      ("3\ta\t2", "3\t\\t\t2", "is a control character"),
      ("3\ta\t2", "3\t\\u{FFFD}\t2", "has U+FFFD"),
      ("3\ta\t2", "3\t\t2", "line 11: '' is no spelling"),
      ("3\ta\t2", "3 a 2", "line 11: expected token, symbol and count"),
      ("3\ta\t2", "3\tz\t2", "was changed after it was written"),
      ("0\t<padding>\t-", "0\tx\t4", "line 8: expected the columns"),
    ])
  func faults(_ old: String, _ new: String, _ expected: String) throws {
    let vocabulary = try Self.counted(["bbbaac"]).vocabulary()
    #expect(vocabulary.count == 5)
    let broken = vocabulary.fileText.replacing(old, with: new)
    #expect(broken != vocabulary.fileText)
    var message = failureMessage { _ = try Vocabulary(fileText: broken, name: "v.tsv") } ?? ""
    if expected == "is a control character" {
      #expect(message.contains("control character"))
      message = expected
    }
    #expect(message.contains(expected), "\(message)")
  }

  @Test("Text after the digest, another line end and a foreign file are refused")
  func foreignFiles() throws {
    let text = try Self.counted(["ab"]).vocabulary().fileText
    #expect(failureKind { _ = try Vocabulary(fileText: text + "x\n") } == .badData)
    #expect(failureKind { _ = try Vocabulary(fileText: text + "\n") } == .badData)
    #expect(
      failureKind { _ = try Vocabulary(fileText: text.replacing("\n", with: "\r\n")) } == .badData)
    let directory = try TemporaryDirectory()
    let binary = try directory.file("binary", (0...255).map { UInt8($0) })
    #expect(
      failureMessage { _ = try Vocabulary(contentsOf: binary) }?.contains("it is not UTF-8")
        == true)
    #expect(
      failureKind { _ = try Vocabulary(contentsOf: "\(directory.path)/absent") } == .missingInput)
  }

  @Test("Every scalar's spelling reads back")
  func escapes() {
    for value in UInt32(1)..<0x30000 {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let symbol = Symbol(String(scalar))
      if SymbolEscapes.unescape(symbol.description) != symbol { Issue.record("\(value)") }
    }
    for byte in UInt8.min...UInt8.max where byte != 0 {
      let symbol = Symbol(bytes: [byte])
      #expect(SymbolEscapes.unescape(symbol.description) == symbol)
    }
  }

  @Test("The largest vocabulary codes its last symbol; one more is refused")
  func largest() throws {
    let scalars = (UInt32(0x4E00)..<0x4E00 + 0x9000).compactMap(Unicode.Scalar.init)
    let more = (UInt32(0x20000)..<0x2A000).compactMap(Unicode.Scalar.init)
    let symbols = (scalars + more).prefix(65_534).map { Symbol(String($0)) }
    #expect(symbols.count == 65_534)
    let vocabulary = try Vocabulary(unit: .scalar, symbols: symbols)
    #expect(vocabulary.count == 65_536)
    for (index, symbol) in symbols.enumerated() {
      if vocabulary.token(of: symbol) != UInt16(index + 2) { Issue.record("\(symbol)") }
    }
    #expect(
      failureKind {
        _ = try Vocabulary(unit: .scalar, symbols: symbols + [Symbol("a")])
      } == .badData)
  }
}
