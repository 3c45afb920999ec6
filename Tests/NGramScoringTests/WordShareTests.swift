import Files
import Testing
import TextCoding

@testable import NGramScoring

@Suite("Share of known words")
struct WordShareTests {
  @Test("words are runs of letters and marks with apostrophes inside, digits are none")
  func words() throws {
    let text = "Don't 'quote' it’s l'été 4th a1b co-op naïve x"
    #expect(
      try words(of: [text], length: 60)
        == ["Don't", "quote", "it’s", "l'été", "th", "a", "b", "co", "op", "naïve", "x"])
    // A combining mark on its own is part of the word; so is a joiner between letters.
    #expect(try words(of: ["क्‍ष और हिन्दी"], length: 30) == ["क्‍ष", "और", "हिन्दी"])
    #expect(try words(of: ["'' ' a' 'b ''c''"], length: 20) == ["a", "b", "c"])
    #expect(try words(of: ["", "12 , 3"], length: 8).isEmpty)
  }

  @Test("a word that touches the end of a full string may be cut and is left out")
  func cutWords() throws {
    #expect(try words(of: ["one two"], length: 7) == ["one"])
    #expect(try words(of: ["one two"], length: 8) == ["one", "two"])
    #expect(try words(of: ["one two "], length: 8) == ["one", "two"])
    // What was cut after an apostrophe may be half a word, before one that ends a string it is not.
    #expect(try words(of: ["one don'"], length: 8) == ["one"])
    #expect(try words(of: ["one don'"], length: 9) == ["one", "don"])
    #expect(try words(of: ["letters"], length: 4).isEmpty)
  }

  @Test("windows that need not begin with a word lose a word that touches the beginning")
  func windows() throws {
    let anywhere = CutRule.windows(stride: 5, wordStart: false)
    #expect(
      try words(of: ["one two ", "'s here ", " a  b   "], length: 9, cut: anywhere)
        == ["two", "here", "a", "b"])
    let atWords = CutRule.windows(stride: 5, wordStart: true)
    #expect(try words(of: ["one two "], length: 9, cut: atWords) == ["one", "two"])
  }

  @Test("the share counts every occurrence, and case as the codec left it")
  func share() throws {
    let lines = ["the cat sat", "The dog"]
    let samples = ["the the dat", "cat THE zz", "dog"]
    let (list, codec) = try wordList(of: lines + samples, keeping: 2, length: 20)
    #expect(list.count == 5)
    let share = try WordShare(of: codec.encode(samples), in: list)
    #expect(share.words == 7)
    #expect(share.found == 4)
    #expect(share.value == 4.0 / 7)
    #expect(try WordShare(of: codec.encode(lines), in: list).value == 1)
  }

  @Test("byte symbols keep letters of several bytes together")
  func bytes() throws {
    #expect(try words(of: ["l'été à 7"], length: 20, unit: .byte) == ["l'été", "à"])
  }

  @Test("text ends with the first padding token, and unknown ends a word")
  func specialTokens() throws {
    let vocabulary = try Vocabulary(
      unit: .scalar, normalisation: .standard, symbols: [Symbol("a"), Symbol("b")])
    let list = try WordList(
      of: TokenStrings(tokens: [2, 3, 0, 3, 3, 3, 2, 1, 3, 0], length: 5), vocabulary: vocabulary)
    #expect(list.count == 3)
    let samples = TokenStrings(tokens: [3, 3, 0, 2, 0, 2, 3, 1, 3, 2], length: 5)
    let share = try WordShare(of: samples, in: list)
    #expect(share == (try WordShare(of: samples.rows([1, 0]), in: list)))
    #expect([share.words, share.found] == [2, 1])
  }

  @Test("the list equals a set of strings", arguments: 1...6)
  func oracle(seed: Int) throws {
    let vocabulary = try Vocabulary(
      unit: .scalar, normalisation: .standard, symbols: "abcdefg' .".map { Symbol(String($0)) })
    func spelled(_ strings: TokenStrings) -> [String] {
      (0..<strings.count).flatMap { row -> [String] in
        let string = Array(strings[row])
        let end = string.firstIndex(of: 0)
        let text = string[..<(end ?? string.count)].map { token in
          vocabulary.symbol(of: token)?.text ?? "?"
        }.joined()
        // Two apostrophes in a row part words.
        let symbols = Array(text)
        let plain = symbols.indices.map { index -> Character in
          let isDouble = [index - 1, index + 1].contains {
            symbols.indices.contains($0) && symbols[$0] == "'"
          }
          return symbols[index] == "'" && isDouble ? "." : symbols[index]
        }
        var pieces = plain.split { " .?".contains($0) }
        if end == nil, let last = plain.last, !" .?".contains(last) { pieces.removeLast() }
        return pieces.compactMap { piece in
          let word = piece.drop { $0 == "'" }.reversed().drop { $0 == "'" }.reversed()
          return word.isEmpty ? nil : String(word)
        }
      }
    }
    let reference = randomStrings(
      300, length: 9, vocabularySize: vocabulary.count, seed: UInt64(seed), power: 1)
    let samples = randomStrings(
      200, length: 9, vocabularySize: vocabulary.count, seed: UInt64(90 + seed), power: 1)
    let list = try WordList(of: reference, vocabulary: vocabulary)
    let known = Set(spelled(reference))
    #expect(list.count == known.count, "seed \(seed)")
    let share = try WordShare(of: samples, in: list)
    #expect(share.words == spelled(samples).count, "seed \(seed)")
    #expect(share.found == spelled(samples).count { known.contains($0) }, "seed \(seed)")
  }

  @Test("samples without words, and foreign tokens, are bad data")
  func failures() throws {
    let (list, codec) = try wordList(of: ["some words here", "12 34"], keeping: 1, length: 20)
    #expect(throws: Failure.self) { try WordShare(of: codec.encode(["12 34"]), in: list) }
    #expect(throws: Failure.self) {
      try WordShare(of: TokenStrings(tokens: [60_000], length: 1), in: list)
    }
    #expect(throws: Failure.self) {
      try WordList(
        of: TokenStrings(tokens: [60_000], length: 1), vocabulary: codec.vocabulary)
    }
  }

  /// The words of the first `kept` lines, in a vocabulary of all.
  private func wordList(
    of lines: [String], keeping kept: Int, length: Int
  ) throws -> (WordList, TextCodec) {
    var counts = SymbolCounts()
    for line in lines { try counts.add(line) }
    let codec = TextCodec(vocabulary: try counts.vocabulary(), length: length)
    let list = try WordList(
      of: codec.encode(Array(lines.prefix(kept))), vocabulary: codec.vocabulary)
    return (list, codec)
  }

  /// The words that the scanner finds in lines cut at `length`, in order.
  private func words(
    of lines: [String], length: Int, unit: SymbolUnit = .scalar, cut: CutRule = .first
  ) throws -> [String] {
    var counts = SymbolCounts(unit: unit)
    for line in lines { try counts.add(line) }
    let codec = TextCodec(vocabulary: try counts.vocabulary(), length: length)
    let strings = try codec.encode(lines)
    let scanner = WordScanner(vocabulary: codec.vocabulary, cut: cut)
    var words: [String] = []
    strings.withUnsafeTokens { tokens in
      for row in 0..<strings.count {
        scanner.forEachWord(of: tokens, row: row * length..<(row + 1) * length) { word in
          words.append(codec.decode(Array(tokens[word])))
        }
      }
    }
    return words
  }
}
