import Files
import GenerativeModels
import TextCoding

/// The training split of a prepared corpus as batches: rows copied out of the mapped file.
public struct CorpusBatches: TokenBatches {
  private let strings: TokenStrings
  /// Symbols V.
  public let vocabulary: Int

  /// The training strings of a corpus.
  ///
  /// - Throws: `Failure` of kind `missingInput` or `badData`.
  public init(_ corpus: PreparedCorpus) throws {
    strings = try corpus.strings(.train)
    vocabulary = corpus.codec.vocabulary.count
  }

  /// Number of token strings N.
  public var count: Int { strings.count }

  /// Tokens of each string L.
  public var length: Int { strings.length }

  /// Copies rows, one after the other.
  ///
  /// - Precondition: every row is below ``count`` and the buffer holds as many strings as rows.
  public func copyRows(_ rows: [Int], into buffer: UnsafeMutableBufferPointer<UInt16>) {
    let length = length
    precondition(
      buffer.count == rows.count * length && rows.allSatisfy { $0 >= 0 && $0 < count },
      "CorpusBatches.copyRows: \(rows.count) rows of \(count) strings into \(buffer.count) tokens "
        + "at length \(length)")
    strings.withUnsafeTokens { tokens in
      guard let source = tokens.baseAddress, let target = buffer.baseAddress else { return }
      for (position, row) in rows.enumerated() {
        (target + position * length).update(from: source + row * length, count: length)
      }
    }
  }
}
