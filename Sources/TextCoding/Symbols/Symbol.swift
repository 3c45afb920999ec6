/// One symbol of text: a byte, a Unicode scalar or a grapheme cluster, held as its bytes.
///
/// Symbols are ordered by their bytes, which for Unicode text is the order of code points.
public struct Symbol: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The symbol's UTF-8, or its one byte.
  public let bytes: [UInt8]

  /// A symbol of these bytes.
  public init(bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  /// A symbol of the text's UTF-8.
  public init(_ text: String) { bytes = Array(text.utf8) }

  /// The symbol as text; U+FFFD where its bytes alone are not UTF-8.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The symbol with everything that does not print escaped, as in vocabulary files.
  public var description: String { SymbolEscapes.escape(self) }

  /// Lexicographic order of the bytes.
  public static func < (left: Symbol, right: Symbol) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}
