import Files
import Testing

@testable import TextCoding

/// Mistakes in grammars: each is refused with file, line and remedy.
@Suite("Mistakes in sentence grammars")
struct GrammarErrorTests {
  @Test(
    "each mistake is named with its line and remedy",
    arguments: [
      ("", 1, "the first line is not `dgflow-grammar 1`"),
      ("dgflow-grammar 2\n<sentence> = a", 1, "the first line is not"),
      ("dgflow-grammar 1\n<sentence> = <nobody>", 2, "there is no rule <nobody>"),
      ("dgflow-grammar 1\n<sentence> = <nobody:plural>", 2, "there is no rule <nobody>"),
      ("dgflow-grammar 1\n<sentence> = {a|<nobody>}", 2, "there is no rule <nobody>"),
      ("dgflow-grammar 1\n<sentence> = a\n<sentence> = b", 3, "given twice"),
      ("dgflow-grammar 1\n<sentence> = <x>\n<x> = <y>\n<y> = b <x>", 2, "never ends"),
      ("dgflow-grammar 1\n<sentence> = a\n<x> = b", 3, "never used"),
      ("dgflow-grammar 1\n<sentence> = 0* a", 2, "is not a weight"),
      ("dgflow-grammar 1\n<sentence> = 1.2.3* a", 2, "is not a weight"),
      ("dgflow-grammar 1\n<sentence> words = x*a", 2, "is not a weight"),
      ("dgflow-grammar 1\n<sentence> words = a b a", 2, "is twice"),
      ("dgflow-grammar 1\n<sentence> words = <x>", 2, "is not plain text"),
      ("dgflow-grammar 1\n<sentence> =\n", 2, "has no alternative"),
      ("dgflow-grammar 1\n  a b", 2, "belongs to a rule"),
      ("dgflow-grammar 1\nsentence = a", 2, "starts no rule"),
      ("dgflow-grammar 1\n<Sentence> = a", 2, "cannot name a rule"),
      ("dgflow-grammar 1\n<number> = a", 2, "cannot name a rule"),
      ("dgflow-grammar 1\n<sentence> big = a", 2, "is not an attribute"),
      ("dgflow-grammar 1\n<sentence> zipf -1 = a", 2, "the offset is a number"),
      ("dgflow-grammar 1\n<sentence> = <x.m>\n<x.@> = a", 3, "go together"),
      ("dgflow-grammar 1\n<sentence> for m = a", 2, "go together"),
      ("dgflow-grammar 1\n<sentence> = a [b]", 2, "starts with its probability"),
      ("dgflow-grammar 1\n<sentence> = a [100% b]", 2, "starts with its probability"),
      ("dgflow-grammar 1\n<sentence> = a [50% b", 2, "is not closed"),
      ("dgflow-grammar 1\n<sentence> = {a | b", 2, "is not closed"),
      ("dgflow-grammar 1\n<sentence> = a }", 2, "closes nothing"),
      ("dgflow-grammar 1\n<sentence> = <x", 2, "is not closed"),
      ("dgflow-grammar 1\n<sentence> = a_b", 2, "has a meaning of its own"),
      ("dgflow-grammar 1\n<sentence> = <x:dual>\n<x> = a", 2, "is not a form"),
      ("dgflow-grammar 1\n<sentence> = <number 3>", 2, "low..high"),
      ("dgflow-grammar 1\n<sentence> = <number 5..3>", 2, "is not a range"),
      ("dgflow-grammar 1\n<sentence> = <number 1..9 by 0>", 2, "step above 0"),
      ("dgflow-grammar 1\n<sentence> = <number 1..9 odd>", 2, "is unknown in a number"),
      ("dgflow-grammar 1\n<sentence> = <number 1..99999999999999999999>", 2, "is not a range"),
      ("dgflow-grammar 1\nlength 5..3\n<sentence> = a", 2, "length LOW..HIGH"),
      ("dgflow-grammar 1\nlength 1..2\nlength 1..2\n<sentence> = a", 3, "given once"),
    ])
  func mistakes(text: String, line: Int, reason: String) throws {
    let failure = #expect(throws: Failure.self) {
      _ = try SentenceGrammar(text: text, name: "some.grammar")
    }
    #expect(failure?.kind == .badData)
    #expect(
      failure?.message.hasPrefix("some.grammar:\(line): ") == true, "\(failure?.message ?? "")")
    #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "")")
  }

  @Test("a grammar without <sentence> is refused")
  func noStart() throws {
    let failure = #expect(throws: Failure.self) {
      _ = try SentenceGrammar(text: "dgflow-grammar 1\n<x> = a")
    }
    #expect(failure?.message.contains("no rule <sentence>") == true)
  }

  @Test("an absent folder, and one without grammars, are missing input")
  func noFiles() throws {
    for path in ["/nonexistent-folder", "/usr/share/doc-base-that-is-not-there"] {
      let failure = #expect(throws: Failure.self) { _ = try SentenceGrammar(directory: path) }
      #expect(failure?.kind == .missingInput)
    }
    let failure = #expect(throws: Failure.self) {
      _ = try SentenceGrammar(contentsOf: ["/nonexistent.grammar"])
    }
    #expect(failure?.kind == .missingInput)
  }
}
