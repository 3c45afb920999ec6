// Where the words of a token string are.

import TextCoding

/// Finds the words of token strings: maximal runs of letters, with apostrophes inside.
///
/// What a symbol is, is decided once for each token of the vocabulary. Letters are symbols whose
/// first scalar is a letter or a mark in Unicode's general categories; digits are not. The
/// apostrophes ' (U+0027) and ’ (U+2019) and the zero-width joiners (U+200C, U+200D) belong to a word
/// that has a letter on both sides of them. With byte symbols every byte from 0x80 up counts as a
/// letter, since one byte does not tell.
///
/// Text ends with the first padding token. A string without one fills all L positions and may have
/// been cut: a word that touches its end may be half a word, and is passed over. Where strings are
/// windows that need not begin with a word, one that touches the beginning is passed over too.
struct WordScanner: Sendable {
  private enum Kind: Sendable { case other, letter, joiner }

  private let kinds: [Kind]
  private let mayBeginInsideWord: Bool

  init(vocabulary: Vocabulary, cut: CutRule) {
    kinds = (0..<UInt16(clamping: vocabulary.count)).map { token in
      vocabulary.symbol(of: token).map { Self.kind(of: $0, unit: vocabulary.unit) } ?? .other
    }
    mayBeginInsideWord =
      switch cut {
      case .first: false
      case .windows(_, let wordStart): !wordStart
      }
  }

  private static func kind(of symbol: Symbol, unit: SymbolUnit) -> Kind {
    if unit == .byte, let byte = symbol.bytes.first, byte >= 0x80 { return .letter }
    guard let scalar = symbol.text.unicodeScalars.first else { return .other }
    switch scalar.value {
    case 0x27, 0x2019, 0x200C, 0x200D: return .joiner
    default: break
    }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .nonspacingMark, .spacingMark, .enclosingMark:
      return .letter
    default: return .other
    }
  }

  /// Calls `body` with the range of each whole word of the string in `tokens`, in order.
  func forEachWord(
    of tokens: UnsafeBufferPointer<UInt16>, row: Range<Int>, _ body: (Range<Int>) -> Void
  ) {
    func kind(_ position: Int) -> Kind { kinds[Int(tokens[position])] }
    var end = row.lowerBound
    while end < row.upperBound, tokens[end] != Vocabulary.padding { end += 1 }
    let mayEndInsideWord = end == row.upperBound
    var position = row.lowerBound
    while position < end {
      let start = position
      position += 1
      guard kind(start) == .letter else { continue }
      while position < end,
        kind(position) == .letter
          || kind(position) == .joiner && position + 1 < end && kind(position + 1) == .letter
      {
        position += 1
      }
      // An apostrophe at a cut may stand inside a word.
      let touchesStart =
        start == row.lowerBound
        || start == row.lowerBound + 1 && kind(row.lowerBound) == .joiner
      let touchesEnd = position == end || position + 1 == end && kind(position) == .joiner
      if mayBeginInsideWord && touchesStart || mayEndInsideWord && touchesEnd { continue }
      body(start..<position)
    }
  }
}
