import Files
import NGramScoring
import TextCoding

extension TextReference {
  /// A text file under the published protocol of text generators.
  ///
  /// As `language_helpers.py` of the improved-WGAN-training scripts: a line's first 32 symbols, no
  /// normalisation, padded by a backtick that cannot be told from a backtick of the text; the 2,048
  /// most frequent symbols, unknown and padding among them; the whole reference, which is training
  /// text. No part is held out, so there is no floor.
  ///
  /// Control characters become spaces and empty lines count, as an empty string of padding.
  ///
  /// - Throws: `Failure` as ``init(file:codec:length:options:)``.
  public init(
    parity path: String, unit: SymbolUnit, options: ScoringReference.Options
  ) throws {
    precondition(unit != .grapheme, "TextReference: the published protocol has no graphemes")
    var options = options
    options.draws = 0
    var counting = try ScoringReference.counting(options, length: TextCodec.standardLength)
    counting.unit = unit
    counting.normalisation = TextNormalisation(
      form: .none, foldsCase: false, controls: .replace)
    counting.vocabularyLimit = Vocabulary.standardLimit
    counting.policy.skipsEmptyLines = false
    if unit == .byte { counting.policy.invalidUTF8 = .keep }
    counting.paddingSymbol = Symbol("`")
    try self.init(file: path, counting: counting, options: options)
  }
}
