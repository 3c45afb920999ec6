import TextCoding

/// What is done to the tokens of text after it is encoded.
enum TokenRule: Sendable, Equatable {
  /// Nothing.
  case asEncoded
  /// The token of a symbol that stands for padding becomes padding: the published text loader pads
  /// with a backtick and cannot tell it from a backtick of the text.
  case paddingSymbol(UInt16)

  /// The rule for a symbol that is taken for padding; nothing to do where the vocabulary lacks it.
  init(_ symbol: Symbol?, _ vocabulary: Vocabulary) {
    let token = symbol.map { vocabulary.token(of: $0) } ?? Vocabulary.unknown
    self = token == Vocabulary.unknown ? .asEncoded : .paddingSymbol(token)
  }
}

extension TokenRule {
  /// The strings with the rule applied.
  func applied(to strings: TokenStrings) -> TokenStrings {
    switch self {
    case .asEncoded: return strings
    case .paddingSymbol(let symbol):
      let tokens = strings.withUnsafeTokens { tokens in
        tokens.map { $0 == symbol ? Vocabulary.padding : $0 }
      }
      return TokenStrings(tokens: tokens, length: strings.length)
    }
  }

  /// Gives `body` the tokens of every block with the rule applied; they are valid only inside.
  func withTokens<R>(
    of blocks: [EncodedBlock], _ body: ([UnsafeBufferPointer<UInt16>]) throws -> R
  ) rethrows -> R {
    switch self {
    case .asEncoded: return try blocks.withUnsafeTokens(body)
    case .paddingSymbol(let symbol):
      return try blocks.withUnsafeTokens { pieces in
        let counts = pieces.map(\.count)
        let ruled = pieces.flatMap { piece in
          piece.map { $0 == symbol ? Vocabulary.padding : $0 }
        }
        return try ruled.withUnsafeBufferPointer { ruled in
          var start = 0
          return try body(
            counts.map { count in
              defer { start += count }
              return UnsafeBufferPointer(rebasing: ruled[start..<start + count])
            })
        }
      }
    }
  }
}
