// Synthetic text: a plain-text grammar format and the generator that reads it.
//
// Files in this folder, in the order of the data's way: GrammarSource (files and lines) →
// GrammarReader (headers and alternatives) → PhraseReader (one alternative) → EnglishInflection and
// GrammarForms (inflected copies of rules) → GrammarCompiler (checks and tables) → SentenceWriter.

import Determinism
import Files

/// A weighted grammar of sentences; sentence *i* of a seed is always the same string.
///
/// A grammar is one or more UTF-8 files that are read as one. Each starts with the line
/// `dgflow-grammar 1`. `#` as the first sign of a line makes it a comment.
///
/// ```
/// dgflow-grammar 1
/// length 8..35
///
/// <sentence> =
///   3* <cap>the <officer:plural> arrested <a> <crime> suspect [40% in <city>] .
///   <name.m> , <number 18..90> , who lost {his wallet | 2* his way} , was found <day> .
///
/// <name.@> for m f words zipf distinct =
/// …
/// ```
///
/// The grammar of the grammar, in EBNF (a *line* is trimmed at its end):
///
/// ```
/// file        = "dgflow-grammar 1" { comment | blank | length | rule }
/// length      = "length" integer ".." integer          words in a sentence; once in all files
/// rule        = header { alternatives }
/// header      = "<" name ">" { attribute } "=" [ alternatives ]           starts in column one
/// attribute   = "for" feature { feature }  one rule a feature: `@` becomes it, in name and body
///             | "words"                 each blank-separated entry is an alternative, `_` a space
///             | "zipf" [ offset ]       weight 1/(rank + offset) by place in the list; offset 1
///             | "distinct"              an alternative is not used twice in a sentence if possible
///             | "once"                  left out (no text) when already used in this sentence
/// alternatives = alternative { "|" alternative }                    on lines that are indented
/// alternative = [ weight "*" ] { item }                       weight: a decimal > 0, 1 if left out
/// item        = text | reference | optional | choice | builtin
/// reference   = "<" name [ ":" form ] ">"
/// form        = "plural" | "third" | "past" | "participle" | "gerund" | "upper"
/// optional    = "[" percent "%" { item } "]"                      there with that probability
/// choice      = "{" alternative { "|" alternative } "}"
/// builtin     = "<a>"                 "a", or "an" where the next word starts with a vowel's sound
///             | "<cap>"               the next letter becomes a capital, as the sentence's first
///             | "<number" low ".." high [ "by" step ] [ "plain" ] [ "skewed" ] ">"
/// name        = letter { letter | digit | "-" | "." | "@" }                     lower-case letters
/// ```
///
/// Blanks between items make one space, none make none (`<number 18..90>-year-old`). A number is
/// uniform on low, low + step, … ≤ high; `skewed` cubes the uniform first, so that small values are
/// common; decimals are those of the longest of the three; thousands are separated by commas unless
/// `plain`; a low with a leading zero pads (`00..55`). Text of a lexical alternative may give
/// irregular forms after slashes, `man/men` or `take/took/taken off`; the base is written otherwise.
/// A form of a rule inflects its marked word, else the last word for `plural` and the first for
/// verbs.
///
/// Every grammar needs a rule `<sentence>`. A draw whose word count falls outside `length` is drawn
/// again, up to 32 times. At depth 40 the alternative that ends soonest is taken, so that recursive
/// rules end.
public struct SentenceGrammar: Sendable {
  /// Names of the rules, inflected and feature copies included, in the order of the files.
  public let ruleNames: [String]
  /// 16 hexadecimal digits that change when any file's name or contents change.
  public let digest: String

  let rules: [GrammarChoice]
  let start: Int
  let length: ClosedRange<Int>

  /// Reads all `*.grammar` files of a folder and the folders in it, in the order of their paths.
  ///
  /// - Throws: `Failure` of kind `missingInput` when the folder or grammar files are absent, and
  ///   `badData` naming file, line and remedy for each mistake in a grammar.
  public init(directory path: String) throws {
    try self.init(contentsOf: GrammarSource.grammarFiles(in: path))
  }

  /// Reads the files in the order given.
  ///
  /// - Throws: as `init(directory:)`.
  public init(contentsOf paths: [String]) throws {
    try self.init(sources: paths.map { try GrammarSource(contentsOf: $0) })
  }

  /// Reads a grammar from a string; `name` stands for the file in messages.
  ///
  /// - Throws: `Failure` of kind `badData`.
  public init(text: String, name: String = "grammar") throws {
    try self.init(sources: [GrammarSource(name: name, text: text)])
  }

  private init(sources: [GrammarSource]) throws {
    var reader = GrammarReader()
    for source in sources { try reader.read(source) }
    var compiler = GrammarCompiler(try GrammarForms.expand(reader.rules), length: reader.length)
    (rules, start, length) = try compiler.compile()
    ruleNames = compiler.names
    digest = GrammarSource.digest(sources)
  }

  /// Sentence `index` of `seed`: depends on the grammar and these two numbers only.
  ///
  /// - Complexity: O(length of the sentence · log alternatives).
  public func sentence(index: UInt64, seed: UInt64) -> String {
    String(decoding: sentenceBytes(index: index, seed: seed), as: UTF8.self)
  }

  /// As ``sentence(index:seed:)``, in UTF-8.
  public func sentenceBytes(index: UInt64, seed: UInt64) -> [UInt8] {
    var writer = SentenceWriter(
      rules: rules, draws: DrawSequence(seed: seed, sample: index), depthLimit: 40)
    return writer.sentence(from: start, length: length, attempts: 32)
  }
}
