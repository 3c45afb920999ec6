import Determinism
import Files

/// The symbols that a model knows, each with its token.
///
/// Token 0 is padding and token 1 is unknown; no text ever yields padding but by being short, and
/// no symbol has either token. From token 2 on come the symbols, the most frequent first, ties by
/// their bytes. The vocabulary also says what a symbol is (``unit``) and what is done to text before
/// (``normalisation``), so that its file alone is enough to encode and decode.
///
/// Two vocabularies are equal where they code text alike; ``counts`` do not matter.
public struct Vocabulary: Sendable, Equatable {
  /// The token of the positions after the end of a short string: 0.
  public static let padding: UInt16 = 0
  /// The token of every symbol that the vocabulary lacks: 1.
  public static let unknown: UInt16 = 1
  /// The default size limit, both special tokens included: 2,048, the limit of the published text
  /// loader (`improved_wgan_training/language_helpers.py`).
  public static let standardLimit = 2048
  /// The largest size that tokens of 16 bits allow.
  public static let largestCount = 65_536

  /// What one symbol is.
  public let unit: SymbolUnit
  /// What is done to text before it is divided; form `.none` and case kept for ``SymbolUnit/byte``.
  public let normalisation: TextNormalisation
  /// The symbols; `symbols[i]` has the token `i + 2`.
  public let symbols: [Symbol]
  /// How often each of ``symbols`` was counted; zeros where nobody counted.
  public let counts: [Int]

  let table: TokenTable

  /// A vocabulary of given symbols in token order.
  ///
  /// - Parameters:
  ///   - symbols: at most 65,534, each once, each one symbol of the unit, none a control character,
  ///     line separator or U+FFFD.
  ///   - counts: how often each was seen, never rising; empty where unknown.
  /// - Throws: `Failure` of kind `badData` that names the first symbol against the rules.
  public init(
    unit: SymbolUnit, normalisation: TextNormalisation = .standard, symbols: [Symbol],
    counts: [Int] = []
  ) throws {
    guard symbols.count + 2 <= Self.largestCount else {
      throw Failure(
        .badData,
        "a vocabulary holds at most \(Self.largestCount - 2) symbols; these are \(symbols.count)")
    }
    precondition(
      counts.isEmpty || counts.count == symbols.count,
      "Vocabulary: \(counts.count) counts for \(symbols.count) symbols")
    var seen = Set<Symbol>(minimumCapacity: symbols.count)
    for (index, symbol) in symbols.enumerated() {
      if let fault = unit.fault(of: symbol) {
        throw Failure(.badData, "token \(index + 2), symbol '\(symbol)', \(fault)")
      }
      guard seen.insert(symbol).inserted else {
        throw Failure(.badData, "token \(index + 2), symbol '\(symbol)', is there twice")
      }
      if index > 0, !counts.isEmpty, counts[index] > counts[index - 1] {
        throw Failure(
          .badData,
          "token \(index + 2), symbol '\(symbol)', is more frequent (\(counts[index])) than the "
            + "one before (\(counts[index - 1])); symbols go from frequent to rare")
      }
    }
    self.unit = unit
    self.normalisation =
      unit == .byte
      ? TextNormalisation(form: .none, foldsCase: false, controls: normalisation.controls)
      : normalisation
    self.symbols = symbols
    self.counts = counts.isEmpty ? [Int](repeating: 0, count: symbols.count) : counts
    table = TokenTable(symbols: symbols, unit: unit)
  }

  /// The size V: all symbols, padding and unknown.
  public var count: Int { symbols.count + 2 }

  /// The symbol of a token; nil for padding and unknown.
  ///
  /// - Precondition: `token < count`.
  public func symbol(of token: UInt16) -> Symbol? {
    precondition(
      Int(token) < count, "Vocabulary.symbol: token \(token) in a vocabulary of \(count)")
    return token < 2 ? nil : symbols[Int(token) - 2]
  }

  /// The token of a symbol; ``unknown`` where the vocabulary lacks it.
  public func token(of symbol: Symbol) -> UInt16 {
    if unit == .byte {
      guard symbol.bytes.count == 1 else { return Self.unknown }
      return table.token(ofSingle: UInt32(symbol.bytes[0]))
    }
    let scalars = symbol.text.unicodeScalars.map(\.value)
    if scalars.count == 1 { return table.token(ofSingle: scalars[0]) }
    return scalars.withUnsafeBufferPointer { table.token(ofCluster: $0) }
  }

  /// Sixteen hexadecimal digits that identify the coding.
  ///
  /// The same for equal vocabularies, and in practice for no others. Covers unit, normalisation and symbols, not the counts.
  public var digest: String {
    var hash = StableHash()
    hash.combine("dgflow vocabulary 1\n\(unit.rawValue)\n\(normalisation.form.rawValue)\n")
    hash.combine("\(normalisation.foldsCase)\n\(normalisation.controls.rawValue)\n")
    hash.combine(UInt64(symbols.count))
    for symbol in symbols {
      hash.combine(UInt64(symbol.bytes.count))
      hash.combine(symbol.bytes)
    }
    return hash.hex
  }

  /// Whether both code text alike: same unit, normalisation and symbols.
  public static func == (left: Vocabulary, right: Vocabulary) -> Bool {
    left.unit == right.unit && left.normalisation == right.normalisation
      && left.symbols == right.symbols
  }
}

extension SymbolUnit {
  /// What forbids bytes to be a symbol of this unit; nil where nothing does.
  ///
  /// Nothing here depends on the version of the Unicode tables, so that a vocabulary stays readable
  /// when they change.
  func fault(of symbol: Symbol) -> String? {
    if symbol.bytes.isEmpty { return "is empty" }
    if self == .byte {
      guard symbol.bytes.count == 1 else { return "is not one byte" }
      let byte = symbol.bytes[0]
      return byte < 0x20 || byte == 0x7F ? "is a control character" : nil
    }
    guard let text = String(validating: symbol.bytes, as: UTF8.self) else {
      return "is not UTF-8"
    }
    let scalars = text.unicodeScalars
    if self == .scalar && scalars.count != 1 { return "is not one Unicode scalar" }
    if scalars.count > longestCluster { return "has more than \(longestCluster) scalars" }
    if scalars.contains(where: { isControl($0.value) }) {
      return "has a control character or line separator"
    }
    if scalars.contains(where: { $0.value == replacementScalar }) {
      return "has U+FFFD, which stands for unknown"
    }
    return nil
  }
}
