import Files

/// Encodes one line after the other without allocating; one encoder serves one thread.
public struct TextEncoder {
  /// The codec that it follows.
  public let codec: TextCodec
  private var scanner: SymbolScanner
  /// The token of every printable ASCII character, by its byte.
  private let plainTokens: [UInt16]

  /// An encoder for a codec.
  public init(_ codec: TextCodec) {
    self.codec = codec
    let vocabulary = codec.vocabulary
    let scanner = SymbolScanner(
      unit: vocabulary.unit, normalisation: vocabulary.normalisation)
    self.scanner = scanner
    plainTokens = (0..<256).map { byte in
      vocabulary.table.token(ofSingle: scanner.code(ofPlain: UInt8(byte)))
    }
  }

  /// Appends the L tokens of a line to `tokens`.
  ///
  /// Only so much of the line is looked at as its first L symbols need.
  ///
  /// - Parameters:
  ///   - line: the line's bytes, without its line feed.
  ///   - place: what an error calls the line, such as `news.txt, line 3`.
  /// - Throws: `Failure` of kind `badData` where the normalisation refuses a control character.
  public mutating func append(
    _ line: UnsafeBufferPointer<UInt8>, to tokens: inout [UInt16],
    place: @autoclosure () -> String = "text"
  ) throws {
    let looked = min(line.count, codec.length + 1)
    let plain = endOfPrintableASCII(line, from: 0, to: looked)
    try append(line, plain: plain, to: &tokens, place: place())
  }

  /// Appends the tokens of a line of which the first `plain` bytes are known to be printable ASCII.
  @inline(__always)
  mutating func append(
    _ line: UnsafeBufferPointer<UInt8>, plain: Int, to tokens: inout [UInt16],
    place: @autoclosure () -> String
  ) throws {
    let start = tokens.count
    tokens.append(contentsOf: repeatElement(Vocabulary.padding, count: codec.length))
    do {
      try tokens.withUnsafeMutableBufferPointer { tokens throws(ControlCharacter) in
        try encode(
          line, plain: plain, into: UnsafeMutableBufferPointer(rebasing: tokens[start...]))
      }
    } catch {
      tokens.removeLast(codec.length)
      throw error.failure(in: place())
    }
  }

  /// Writes the L tokens of a line into `row`; the first `plain` bytes of the line are known to be
  /// printable ASCII.
  ///
  /// Such a character is one symbol, whatever follows, once another of them follows.
  @inline(__always)
  mutating func encode(
    _ line: UnsafeBufferPointer<UInt8>, plain: Int, into row: UnsafeMutableBufferPointer<UInt16>
  ) throws(ControlCharacter) {
    guard plain == line.count || plain > row.count else {
      return try encodeSymbols(line, into: row)
    }
    let count = min(line.count, row.count)
    plainTokens.withUnsafeBufferPointer { tokens in
      for index in 0..<count { row[index] = tokens[Int(line[index])] }
    }
    for index in count..<row.count { row[index] = Vocabulary.padding }
  }

  private mutating func encodeSymbols(
    _ line: UnsafeBufferPointer<UInt8>, into row: UnsafeMutableBufferPointer<UInt16>
  ) throws(ControlCharacter) {
    try scanner.scan(line, limit: row.count)
    let table = codec.vocabulary.table
    // A cluster's token takes the place of a code: above all code points, so that both are apart.
    scanner.withCodes(
      limit: row.count, cluster: { firstClusterCode + UInt32(table.token(ofCluster: $0)) }
    ) { codes in
      for (index, code) in codes.enumerated() {
        row[index] =
          code < firstClusterCode
          ? table.token(ofSingle: code) : UInt16(code - firstClusterCode)
      }
      for index in codes.count..<row.count { row[index] = Vocabulary.padding }
    }
  }
}
