import Files

/// Text to token strings of one length, and back.
///
/// *Encoding* a line normalises it, takes its first L symbols, replaces what the vocabulary lacks by
/// the unknown token and pads at the end. *Decoding* writes the symbols of the tokens: trailing
/// padding as nothing, unknown and inner padding as U+FFFD, which reads back as unknown.
///
/// For tokens `t = encode(line)`, `encode(decode(t)) == t`: a part of normalised text is normalised.
/// Arbitrary tokens, such as those of a generator, may decode to text whose neighbours join when it
/// is normalised: `e`, combining acute becomes `é` in NFC, two lone regional indicators become one
/// flag in grapheme units. Then `encode(decode(t))` is the *canonical* string of the same text; it
/// may be shorter, in rare cases its end is cut. Doing it twice changes nothing more:
/// `encode ∘ decode` is idempotent. Scores of text go through it, so they do not depend on whether
/// text went through a file.
///
/// A cut may separate a base from its combining mark in the units byte and scalar; in grapheme
/// units never. In byte units a cut may fall inside a character; ``decodeBytes(_:)`` gives back the
/// very bytes, ``decode(_:)`` shows an unfinished character as U+FFFD.
public struct TextCodec: Sendable, Equatable {
  /// The default length L: 32 symbols, as in the published work
  /// (`improved_wgan_training/gan_language.py`).
  public static let standardLength = 32

  /// The symbols and their tokens.
  public let vocabulary: Vocabulary
  /// The number L of tokens in every string, 1 or more.
  public let length: Int

  /// A codec for strings of `length` ≥ 1 tokens.
  public init(vocabulary: Vocabulary, length: Int = Self.standardLength) {
    precondition(length >= 1, "TextCodec: length \(length) is not positive")
    self.vocabulary = vocabulary
    self.length = length
  }

  /// The L tokens of a line.
  ///
  /// For many lines use ``TextEncoder``, which keeps its memory.
  ///
  /// - Throws: `Failure` of kind `badData` where the normalisation refuses a control character.
  public func encode(_ line: String) throws -> [UInt16] {
    try encode(bytes: Array(line.utf8))
  }

  /// The L tokens of a line's bytes; invalid UTF-8 is unknown, except in byte units.
  ///
  /// - Throws: `Failure` of kind `badData` where the normalisation refuses a control character.
  public func encode(bytes: [UInt8]) throws -> [UInt16] {
    var encoder = TextEncoder(self)
    var tokens: [UInt16] = []
    tokens.reserveCapacity(length)
    try bytes.withUnsafeBufferPointer { try encoder.append($0, to: &tokens) }
    return tokens
  }

  /// The token strings `[N, L]` of some lines.
  ///
  /// - Throws: `Failure` of kind `badData`, naming the line's number, where the normalisation
  ///   refuses a control character.
  public func encode(_ lines: [String]) throws -> TokenStrings {
    var encoder = TextEncoder(self)
    var tokens: [UInt16] = []
    tokens.reserveCapacity(lines.count * length)
    for (index, line) in lines.enumerated() {
      var line = line
      try line.withUTF8 {
        try encoder.append($0, to: &tokens, place: "text, line \(index + 1)")
      }
    }
    return TokenStrings(tokens: tokens, length: length)
  }

  /// The token strings `[N, L]` of all lines that are left in a reader, or of the first `limit`.
  ///
  /// - Throws: `Failure` where reading fails, or, of kind `badData` and naming file and line, where
  ///   a policy refuses a line.
  public func encode(_ lines: LineReader, limit: Int = .max) throws -> TokenStrings {
    var encoder = TextEncoder(self)
    var tokens: [UInt16] = []
    var count = 0
    while count < limit {
      let isLine: Void? = try lines.nextScanned { line, plain in
        try encoder.append(
          line, plain: plain, to: &tokens, place: "\(lines.name), line \(lines.lineNumber)")
      }
      if isLine == nil { break }
      count += 1
    }
    return TokenStrings(tokens: tokens, length: length)
  }

  /// The text of a token string.
  ///
  /// - Precondition: every token is below the vocabulary's size; check data from files with
  ///   ``TokenStrings/validate(below:name:)``.
  public func decode(_ tokens: some Collection<UInt16>) -> String {
    String(decoding: decodeBytes(tokens), as: UTF8.self)
  }

  /// The bytes of a token string's text; UTF-8 except in byte units, where they are as generated.
  ///
  /// - Precondition: every token is below the vocabulary's size.
  public func decodeBytes(_ tokens: some Collection<UInt16>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(tokens.count)
    var pendingPadding = 0
    for token in tokens {
      if token == Vocabulary.padding {
        pendingPadding += 1
        continue
      }
      for _ in 0..<pendingPadding { appendUTF8(of: replacementScalar, to: &bytes) }
      pendingPadding = 0
      if let symbol = vocabulary.symbol(of: token) {
        bytes.append(contentsOf: symbol.bytes)
      } else {
        appendUTF8(of: replacementScalar, to: &bytes)
      }
    }
    return bytes
  }

  /// The texts of all token strings.
  ///
  /// - Precondition: every token is below the vocabulary's size.
  public func decode(_ strings: TokenStrings) -> [String] {
    strings.withUnsafeTokens { tokens in
      (0..<strings.count).map { decode(tokens[$0 * strings.length..<($0 + 1) * strings.length]) }
    }
  }

  /// The canonical form of token strings: of each, the tokens of its text.
  ///
  /// Differs where decoded neighbours join under normalisation, and where padding stands inside.
  ///
  /// - Precondition: every token is below the vocabulary's size.
  public func canonical(_ strings: TokenStrings) throws -> TokenStrings {
    var encoder = TextEncoder(self)
    var result: [UInt16] = []
    result.reserveCapacity(strings.count * length)
    try strings.withUnsafeTokens { tokens in
      for row in 0..<strings.count {
        let bytes = decodeBytes(tokens[row * strings.length..<(row + 1) * strings.length])
        try bytes.withUnsafeBufferPointer { try encoder.append($0, to: &result) }
      }
    }
    return TokenStrings(tokens: result, length: length)
  }
}
