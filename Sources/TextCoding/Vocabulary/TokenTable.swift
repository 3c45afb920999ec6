// From a symbol's code to its token, in two array reads for every code point.

/// The tokens of a vocabulary, found by symbol code.
struct TokenTable: Sendable {
  /// For each block of 256 code points, where its tokens begin in `tokens`; 0 is a block of unknowns.
  private var blocks: [UInt16] = [0]
  private var tokens = [UInt16](repeating: Vocabulary.unknown, count: 256)
  private var clusters = ClusterTable()
  private var clusterTokens: [UInt16] = []

  /// A table in which `symbols[i]` has the token `i + 2`.
  init(symbols: [Symbol], unit: SymbolUnit) {
    for (index, symbol) in symbols.enumerated() {
      let token = UInt16(index + 2)
      if unit == .byte {
        set(token, for: UInt32(symbol.bytes.first ?? 0))
        continue
      }
      let scalars = symbol.text.unicodeScalars.map(\.value)
      if scalars.count == 1 {
        set(token, for: scalars[0])
      } else {
        _ = scalars.withUnsafeBufferPointer { clusters.insert($0) }
        clusterTokens.append(token)
      }
    }
  }

  /// The token of a byte or code point; unknown where the vocabulary lacks it.
  @inline(__always)
  func token(ofSingle code: SymbolCode) -> UInt16 {
    let block = Int(code >> 8)
    guard block < blocks.count else { return Vocabulary.unknown }
    return tokens[Int(blocks[block]) << 8 | Int(code & 0xFF)]
  }

  /// The token of a cluster of several scalars; unknown where the vocabulary lacks it.
  func token(ofCluster cluster: UnsafeBufferPointer<UInt32>) -> UInt16 {
    guard let index = clusters.index(of: cluster) else { return Vocabulary.unknown }
    return clusterTokens[index]
  }

  private mutating func set(_ token: UInt16, for code: SymbolCode) {
    let block = Int(code >> 8)
    while blocks.count <= block { blocks.append(0) }
    if blocks[block] == 0 {
      blocks[block] = UInt16(tokens.count >> 8)
      tokens.append(contentsOf: repeatElement(Vocabulary.unknown, count: 256))
    }
    tokens[Int(blocks[block]) << 8 | Int(code & 0xFF)] = token
  }
}
