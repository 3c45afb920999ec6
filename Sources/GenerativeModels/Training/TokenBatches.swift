import Files

/// Real token strings to train on: N rows of L tokens below V.
///
/// The loop decides which rows a step takes; a source only copies them. It may be read from several
/// threads at once.
public protocol TokenBatches: Sendable {
  /// Number of token strings N.
  var count: Int { get }
  /// Tokens of each string L.
  var length: Int { get }
  /// Symbols V; every token must be below.
  var vocabulary: Int { get }

  /// Copies rows, one after the other.
  ///
  /// - Parameters:
  ///   - rows: indices below N, in the order wanted, possibly repeated.
  ///   - buffer: `rows.count` · L elements, overwritten.
  /// - Throws: `Failure` when the source cannot be read.
  func copyRows(_ rows: [Int], into buffer: UnsafeMutableBufferPointer<UInt16>) throws
}

/// Token strings in memory.
public struct TokenMatrix: TokenBatches {
  /// The tokens `[N · L]`, row-major.
  public let tokens: [UInt16]
  /// Tokens of each string L.
  public let length: Int
  /// Symbols V.
  public let vocabulary: Int

  /// A matrix of tokens.
  ///
  /// - Throws: `Failure(.badData)` when the tokens are not rows of `length` symbols below
  ///   `vocabulary`.
  public init(tokens: [UInt16], length: Int, vocabulary: Int) throws {
    try TokenCheck.check(tokens, length: length, vocabulary: vocabulary)
    self.tokens = tokens
    self.length = length
    self.vocabulary = vocabulary
  }

  /// Number of token strings N.
  public var count: Int { tokens.count / length }

  /// Copies rows, one after the other.
  public func copyRows(_ rows: [Int], into buffer: UnsafeMutableBufferPointer<UInt16>) {
    for (position, row) in rows.enumerated() {
      for index in 0..<length {
        buffer[position * length + index] = tokens[row * length + index]
      }
    }
  }
}

/// Checks tokens where they enter.
enum TokenCheck {
  static func check(_ tokens: [UInt16], length: Int, vocabulary: Int) throws {
    guard length >= 1 && tokens.count % length == 0 else {
      throw Failure(.badData, "\(tokens.count) tokens are not rows of \(length)")
    }
    guard let largest = tokens.max(), Int(largest) >= vocabulary else { return }
    throw Failure(
      .badData,
      "token \(largest) is not below the vocabulary's \(vocabulary) symbols: the tokens were made "
        + "with another vocabulary")
  }
}
