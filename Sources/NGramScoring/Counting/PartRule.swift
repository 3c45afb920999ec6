// Which part of a set of strings a string belongs to.

import TextCoding

/// How strings are divided in 16 parts.
///
/// Parts must be exchangeable for their spread to tell an error: strings that stand or fall together,
/// such as windows cut from one line, share a part.
public enum PartRule: Sendable {
  /// Row number modulo 16, from a first row: for samples, where row i of two paired sets must share
  /// a part.
  case rows(from: Int)
  /// The number of the line that each string was cut from, modulo 16.
  case lines([Int])
  /// A hash of the string's text: for references and for counts that are made in shards, since it
  /// asks only for the string itself. Equal strings share a part, and so do not stand on both sides
  /// when a part is held out.
  case content(StringHash)
  /// The top four bits of a hash of the line that each string was cut from: as ``content``, for text
  /// whose lines are at hand, where strings may be equal up to the cut and lines differ.
  case hashes([UInt64])

  /// The rule for the strings from row `first` on.
  func dropping(first: Int) -> PartRule {
    switch self {
    case .rows(let from): .rows(from: from + first)
    case .lines(let lines): .lines(Array(lines[first...]))
    case .content: self
    case .hashes(let hashes): .hashes(Array(hashes[first...]))
    }
  }

  /// Whether the rule says where each of `count` strings of tokens below `vocabularySize` belongs.
  func covers(_ count: Int, vocabularySize: Int) -> Bool {
    switch self {
    case .rows: true
    case .lines(let lines): lines.count >= count
    case .content(let hash): hash.vocabularySize >= vocabularySize
    case .hashes(let hashes): hashes.count >= count
    }
  }

  /// The part of the string at a row.
  @inline(__always)
  func part(ofRow row: Int, _ string: UnsafePointer<UInt16>, length: Int) -> Int {
    switch self {
    case .rows(let from): (from &+ row) & (StringParts.count - 1)
    case .lines(let lines): lines[row] & (StringParts.count - 1)
    case .content(let hash): hash.part(of: string, length: length)
    case .hashes(let hashes): Int(truncatingIfNeeded: hashes[row] &>> 60)
    }
  }
}

/// A hash of token strings that depends on their symbols, not on the tokens' numbers.
///
/// h = Σᵢ s(tᵢ) mᵢ mod 2⁶⁴, with s a hash of the symbol's bytes and mᵢ an odd number for each position;
/// the part is the top four bits of h, mixed.
public struct StringHash: Sendable, Equatable {
  private let symbols: [UInt64]

  /// V, below which every token must be.
  var vocabularySize: Int { symbols.count }

  /// The hash under a vocabulary: the same text has the same hash under any other that knows its
  /// symbols.
  public init(_ vocabulary: Vocabulary) {
    symbols = (0..<vocabulary.count).map { token in
      if token == Int(Vocabulary.padding) { return 0 }
      guard let symbol = vocabulary.symbol(of: UInt16(token)) else { return Self.mixed(1) }
      return symbol.bytes.reduce(into: Self.mixed(2)) { hash, byte in
        hash = Self.mixed(hash ^ UInt64(byte))
      }
    }
  }

  /// A hash of the token numbers themselves, where there is no vocabulary.
  init(vocabularySize: Int) {
    symbols = (0..<vocabularySize).map { $0 == 0 ? 0 : Self.mixed(UInt64($0)) }
  }

  /// The part of a string.
  ///
  /// - Precondition: every token is below the vocabulary's size.
  @inline(__always)
  func part(of string: UnsafePointer<UInt16>, length: Int) -> Int {
    symbols.withUnsafeBufferPointer { symbols in
      var sum: UInt64 = 0
      var multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15
      for position in 0..<length {
        sum &+= symbols[Int(string[position])] &* multiplier
        multiplier &+= 0xD1B5_4A32_D192_ED02
      }
      return Int(truncatingIfNeeded: Self.mixed(sum) &>> 60)
    }
  }

  /// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): every bit depends on every bit.
  @inline(__always)
  private static func mixed(_ word: UInt64) -> UInt64 {
    var word = word
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}
