import Files

/// Encodes one line after the other without allocating; one encoder serves one thread.
public struct TextEncoder {
  /// The codec that it follows.
  public let codec: TextCodec
  private var scanner: SymbolScanner

  /// An encoder for a codec.
  public init(_ codec: TextCodec) {
    self.codec = codec
    scanner = SymbolScanner(
      unit: codec.vocabulary.unit, normalisation: codec.vocabulary.normalisation)
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
    do {
      try scanner.scan(line, limit: codec.length)
    } catch {
      throw error.failure(in: place())
    }
    let table = codec.vocabulary.table
    let length = codec.length
    // A cluster's token takes the place of a code: above all code points, so that both are apart.
    scanner.withCodes(
      limit: length, cluster: { firstClusterCode + UInt32(table.token(ofCluster: $0)) }
    ) { codes in
      for code in codes {
        tokens.append(
          code < firstClusterCode
            ? table.token(ofSingle: code) : UInt16(code - firstClusterCode))
      }
      tokens.append(
        contentsOf: repeatElement(Vocabulary.padding, count: length - codes.count))
    }
  }
}
