import Files
import Foundation
import Testing

@testable import TextCoding

@Suite("Codec")
struct CodecTests {
  static func codec(
    _ lines: [String], unit: SymbolUnit = .scalar,
    normalisation: TextNormalisation = .standard, length: Int = 32
  ) throws -> TextCodec {
    let counts = try VocabularyTests.counted(lines, unit: unit, normalisation: normalisation)
    return TextCodec(vocabulary: try counts.vocabulary(), length: length)
  }

  @Test("A line is cut at L symbols, or padded")
  func lengths() throws {
    for length in [1, 2, 5, 32, 100] {
      let codec = try Self.codec(["abcdefgh"], length: length)
      let tokens = try codec.encode("abcdefgh")
      #expect(tokens.count == length)
      #expect(codec.decode(tokens) == String("abcdefgh".prefix(length)))
      #expect(tokens.filter { $0 == Vocabulary.padding }.count == max(0, length - 8))
      #expect(try codec.encode("") == [UInt16](repeating: 0, count: length))
    }
    #expect(try Self.codec(["a"]).length == 32)
  }

  @Test("Unknown and inner padding show as U+FFFD, trailing padding as nothing")
  func rendering() throws {
    let codec = try Self.codec(["ab"], length: 5)
    #expect(try codec.encode("azb") == [2, 1, 3, 0, 0])
    #expect(codec.decode([2, 1, 3, 0, 0]) == "a\u{FFFD}b")
    #expect(codec.decode([2, 0, 0, 3, 0]) == "a\u{FFFD}\u{FFFD}b")
    #expect(codec.decode([0, 0, 0, 0, 0]) == "")
    #expect(codec.decode([0, 0, 0, 0, 2]) == "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}a")
    #expect(try codec.encode("a\u{FFFD}\u{FFFD}b") == [2, 1, 1, 3, 0])
    #expect(codec.decode([] as [UInt16]) == "")
  }

  @Test("Text in which padding marks of other loaders occur keeps them")
  func paddingIsNoCharacter() throws {
    let codec = try Self.codec(["`a\u{0}`"], length: 6)
    #expect(codec.decode(try codec.encode("a```")) == "a```")
  }

  @Test("decode gives back what encode was given, and its tokens", arguments: SymbolUnit.allCases)
  func roundTrip(_ unit: SymbolUnit) throws {
    let lines =
      sampleLines(50) + [
        "e\u{301}x\u{301}\u{323} a", "日本語テキスト", "नमस्ते दुनिया", "👨‍👩‍👧 🇩🇪🇫🇷 👍🏽",
        "\u{301}begins with a mark", "각ᄀ", " leading and trailing ", "ﬁ ½ \u{2028} tab\there",
      ]
    for form in TextNormalisation.Form.allCases {
      let normalisation = TextNormalisation(form: form)
      for length in [1, 3, 32, 64] {
        let codec = try Self.codec(
          lines, unit: unit, normalisation: normalisation, length: length)
        for line in lines {
          let tokens = try codec.encode(line)
          #expect(try codec.encode(bytes: codec.decodeBytes(tokens)) == tokens)
          let symbols = try unit.symbols(
            of: line, normalisation: codec.vocabulary.normalisation
          ).prefix(length)
          #expect(codec.decodeBytes(tokens) == symbols.flatMap(\.bytes))
        }
      }
    }
  }

  @Test("The same holds with symbols that the vocabulary lacks", arguments: SymbolUnit.allCases)
  func roundTripWithUnknown(_ unit: SymbolUnit) throws {
    let codec = try Self.codec(
      ["abc e\u{301}", "\u{301}", "🇩🇪"], unit: unit, length: 12)
    for line in [
      "a\u{200B}\u{301}b", "zebra\u{323}\u{301}", "🇫🇷🇩🇪🇩", "q\u{FFFD}\u{301}", "\u{600}a\u{600}",
      "a\u{200D}\u{301}\u{323}",
    ] {
      let tokens = try codec.encode(line)
      #expect(try codec.encode(bytes: codec.decodeBytes(tokens)) == tokens, "\(line)")
    }
  }

  @Test(
    "Neighbours that join make the canonical string shorter, once",
    arguments: [
      SymbolUnit.scalar, .grapheme,
    ])
  func joining(_ unit: SymbolUnit) throws {
    // A generator may put a combining mark after any letter.
    let codec = try Self.codec(["eé", "\u{301}", "x"], unit: unit, length: 4)
    func token(_ text: String) -> UInt16 { codec.vocabulary.token(of: Symbol(text)) }
    let tokens = [token("e"), token("\u{301}"), token("x"), 0]
    let canonical = try codec.encode(codec.decode(tokens))
    #expect(canonical == [token("é"), token("x"), 0, 0])
  }

  @Test("encode ∘ decode is idempotent on any tokens", arguments: SymbolUnit.allCases)
  func idempotent(_ unit: SymbolUnit) throws {
    var numbers = TestNumbers(seed: 11)
    let lines = [
      "abe oé", "\u{301}", "\u{323}", "\u{308}", "\u{304}", "\u{1D6}", "ế", "\u{1F1E9}", "\u{200D}",
      "👩", "\u{1100}", "\u{1161}", "\u{11A8}", "각", "\u{600}", "\u{200B}", "का", "\u{93F}",
      "\u{94D}", "α", "ᾳ", "ǆ", "ſ",
    ]
    for form in TextNormalisation.Form.allCases {
      for folds in [false, true] {
        let codec = try Self.codec(
          lines, unit: unit,
          normalisation: TextNormalisation(form: form, foldsCase: folds), length: 9)
        for _ in 0..<800 {
          let tokens = (0..<9).map { _ in UInt16(numbers.below(codec.vocabulary.count)) }
          let once = try codec.encode(bytes: codec.decodeBytes(tokens))
          let twice = try codec.encode(bytes: codec.decodeBytes(once))
          #expect(once == twice, "\(unit) \(form) \(folds) \(tokens)")
        }
      }
    }
  }

  @Test("A cut may part a scalar from its mark, never a grapheme cluster")
  func cutAtMark() throws {
    let line = "abx\u{301}c"
    let scalar = try Self.codec([line], length: 3)
    #expect(scalar.decode(try scalar.encode(line)) == "abx")
    #expect(scalar.decode(try Self.codec([line], length: 4).encode(line)) == "abx\u{301}")
    let grapheme = try Self.codec([line], unit: .grapheme, length: 3)
    #expect(grapheme.decode(try grapheme.encode(line)) == "abx\u{301}")
    // What composes counts as one scalar, wherever the cut lies.
    let composed = try Self.codec(["abé"], length: 3)
    #expect(composed.decode(try composed.encode("abe\u{301}c")) == "abé")
  }

  @Test("Bytes cut inside a character come back as bytes and show as U+FFFD")
  func bytesCutInside() throws {
    let codec = try Self.codec(["aé"], unit: .byte, length: 2)
    let tokens = try codec.encode("aé")
    #expect(codec.decodeBytes(tokens) == [0x61, 0xC3])
    #expect(codec.decode(tokens) == "a\u{FFFD}")
    #expect(try codec.encode(bytes: [0x61, 0xC3]) == tokens)
    #expect(codec.decodeBytes([Vocabulary.unknown, 2]).prefix(3) == [0xEF, 0xBF, 0xBD])
  }

  @Test("Case folding joins upper and lower case before counting")
  func caseFolding() throws {
    let codec = try Self.codec(
      ["Straße"], normalisation: TextNormalisation(foldsCase: true), length: 8)
    #expect(codec.decode(try codec.encode("STRASSE É")) == "strasse\u{FFFD}")
    #expect(try codec.encode("straße") == codec.encode("STRASSE"))
  }

  @Test("Encoding by reader, by lines and one by one agree")
  func batches() throws {
    let lines = sampleLines(100)
    let codec = try Self.codec(lines)
    let single = TokenStrings(tokens: try lines.flatMap { try codec.encode($0) }, length: 32)
    #expect(try codec.encode(lines) == single)
    let text = lines.joined(separator: "\n")
    #expect(try codec.encode(LineReader(MemorySource(text.utf8))) == single)
    #expect(
      try codec.encode(LineReader(MemorySource(text.utf8)), limit: 7) == single.prefix(7))
    #expect(codec.decode(single) == lines.map { String($0.precomposed.prefix(32)) })
    #expect(try codec.canonical(single) == single)
  }

  @Test("A refused control character names file and line")
  func refusal() throws {
    let codec = try Self.codec(["ab"], normalisation: TextNormalisation(controls: .reject))
    let reader = LineReader(MemorySource("ab\n\na\tb".utf8, name: "x.txt"))
    #expect(
      failureMessage { _ = try codec.encode(reader) }?
        .hasPrefix("x.txt, line 3, byte 2: control character U+0009") == true)
    #expect(
      failureMessage { _ = try codec.encode(["ab", "\t"]) }?
        .hasPrefix("text, line 2, byte 1") == true)
  }

  @Test("Long lines are looked at only as far as needed")
  func longLines() throws {
    let codec = try Self.codec(["ab é"], unit: .grapheme)
    let long = String(repeating: "abé ", count: 2_000_000)
    let start = ContinuousClock.now
    for _ in 0..<100 { _ = try codec.encode(bytes: Array(long.utf8.prefix(4))) }
    var copy = long
    var encoder = TextEncoder(codec)
    var tokens: [UInt16] = []
    try copy.withUTF8 { bytes in
      for _ in 0..<1000 { try encoder.append(bytes, to: &tokens) }
    }
    #expect(tokens.count == 32_000)
    #expect(ContinuousClock.now - start < .seconds(2))
  }
}

extension String {
  /// The text with base and mark as one, by an implementation that is not ours.
  fileprivate var precomposed: String { precomposedStringWithCanonicalMapping }
}

@Suite("Token strings")
struct TokenStringsTests {
  @Test("Memory and file hold the same strings")
  func storage() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/t.npy"
    let memory = TokenStrings(tokens: (0..<24).map { UInt16($0) }, length: 4)
    try memory.write(to: path)
    let mapped = try TokenStrings(contentsOf: path)
    #expect(mapped == memory)
    #expect(mapped.count == 6 && mapped.length == 4 && !mapped.isEmpty)
    for strings in [memory, mapped] {
      #expect(Array(strings[2]) == [8, 9, 10, 11])
      #expect(
        strings.rows([5, 0, 5]).withUnsafeTokens { Array($0) }
          == [20, 21, 22, 23, 0, 1, 2, 3, 20, 21, 22, 23])
      #expect(strings.prefix(2) == TokenStrings(tokens: Array(0..<8), length: 4))
      #expect(strings.prefix(100) == memory)
      #expect(strings.rows([]).isEmpty)
    }
    #expect(memory != TokenStrings(tokens: Array(0..<24), length: 6))
  }

  @Test("No strings are strings, too")
  func empty() throws {
    let directory = try TemporaryDirectory()
    let none = TokenStrings(tokens: [], length: 7)
    try none.write(to: "\(directory.path)/e.npy")
    let read = try TokenStrings(contentsOf: "\(directory.path)/e.npy")
    #expect(read == none && read.isEmpty && read.length == 7)
    try read.validate(below: 1)
  }

  @Test("Validation finds the first token that is not in the vocabulary")
  func validation() throws {
    let strings = TokenStrings(tokens: [2, 3, 9, 4, 12, 0], length: 3)
    try strings.validate(below: 13)
    #expect(
      failureMessage { try strings.validate(below: 9, name: "train.npy") }
        == "train.npy, string 1, position 3: token 9 is not in a vocabulary of 9; the file "
        + "belongs to another vocabulary or is damaged")
    #expect(failureKind { try strings.validate(below: 12) } == .badData)
  }

  @Test("Truncated and foreign files are refused")
  func damage() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/t.npy"
    try TokenStrings(tokens: [1, 2, 3, 4], length: 2).write(to: path)
    let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
    for length in stride(from: 0, to: bytes.count, by: 3) {
      let cut = try directory.file("cut.npy", bytes.prefix(length))
      #expect(failureKind { _ = try TokenStrings(contentsOf: cut) } == .badData)
    }
  }
}
