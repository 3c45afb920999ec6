/// What one symbol of a vocabulary is.
///
/// Every port of the published text loader has its own silent answer; here the vocabulary file says
/// it. The default is ``scalar``.
public enum SymbolUnit: String, Codable, CaseIterable, Sendable {
  /// One byte of the file; no Unicode normalisation. Text of any encoding, the smallest vocabulary.
  case byte
  /// One Unicode scalar (code point) after normalisation. The default, as in the published loader.
  case scalar
  /// One extended grapheme cluster (UAX #29): what a reader takes for one character.
  ///
  /// A cut never separates a base from its marks. A cluster of more than 32 scalars is unknown.
  case grapheme
}
