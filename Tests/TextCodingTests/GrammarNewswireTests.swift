import Testing

@testable import TextCoding

/// The bundled grammar: it parses, is varied and is tokenised as documented.
@Suite("Bundled newswire grammar")
struct GrammarNewswireTests {
  private static let folder =
    #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
    + "/Corpora/newswire/grammar"

  @Test("20,000 sentences are varied, of the right length and cleanly tokenised")
  func sentences() throws {
    let grammar = try SentenceGrammar(directory: Self.folder)
    var openings: Set<String> = []
    var words: Set<Substring> = []
    var symbols: Set<Unicode.Scalar> = []
    for index in 0..<UInt64(20_000) {
      let sentence = grammar.sentence(index: index, seed: 1)
      openings.insert(String(String.UnicodeScalarView(sentence.unicodeScalars.prefix(32))))
      symbols.formUnion(sentence.unicodeScalars)
      let tokens = sentence.split(separator: " ", omittingEmptySubsequences: false)
      words.formUnion(tokens)
      #expect(!tokens.contains(""), "double or outer space: \(sentence)")
      #expect([".", "?", "!", "\""].contains(tokens.last), "\(sentence)")
      #expect(tokens.count { $0 == "\"" }.isMultiple(of: 2), "\(sentence)")
      #expect(tokens.count { $0 == "(" } == tokens.count { $0 == ")" }, "\(sentence)")
      for (token, next) in zip(tokens, tokens.dropFirst()) {
        #expect(!(token == "," && [",", "."].contains(next)), "\(sentence)")
        #expect(token.count == 1 || !",;:?!\"()".contains(token.last ?? " "), "\(sentence)")
      }
      let length = tokens.count { token in token.contains { $0.isLetter || $0.isNumber } }
      #expect((8...35).contains(length), "\(length): \(sentence)")
      let first = sentence.first { $0.isLetter || $0.isNumber }
      #expect(first?.isUppercase == true || first?.isNumber == true, "\(sentence)")
    }
    #expect(openings.count > 18_500, "\(openings.count) distinct first 32 symbols")
    #expect(words.count > 5_000, "\(words.count) distinct words")
    #expect(symbols.count <= 88, "\(symbols.count) symbols, padding and unknown come on top")
  }

  @Test("sentences of seed 1 change only on purpose: runs were trained on them")
  func golden() throws {
    let grammar = try SentenceGrammar(directory: Self.folder)
    let expected: [(UInt64, String)] = [
      (
        0,
        "An outbreak of meningitis killed at least three people last night , said Mohammed Perez , director of Save the Rivers ."
      ),
      (
        1,
        "Who will replace Guang Whitestone as party leader ?"
      ),
      (
        2,
        "With nine weeks to go , Chile lost to Turkey 2-0 to qualify for the World Cup ."
      ),
      (
        199999,
        "Michel Young , 19 , led the hunt for the killer last week ."
      ),
    ]
    for (index, sentence) in expected {
      #expect(grammar.sentence(index: index, seed: 1) == sentence)
    }
    #expect(grammar.sentence(index: 0, seed: 2) != expected[0].1)
  }
}
