// A character n-gram model: how predictable one text is to another.

import Files
import TextCoding

/// An interpolated character n-gram model with Witten–Bell smoothing.
///
/// For a context h of j − 1 symbols, with c(h w) the number of times w followed h in training,
/// c(h) = Σ_w c(h w), T(h) the number of different symbols that followed h, and h′ the context
/// without its oldest symbol,
///
///     P(w | h) = (c(h w) + T(h) P(w | h′)) / (c(h) + T(h)),   P(w | h) = P(w | h′) where c(h) = 0,
///
/// and, below the empty context, the uniform base P(w) = 1/V. All orders use plain counts. This is
/// the interpolated form of Witten and Bell's method C (IEEE Trans. Information Theory 37(4), 1991),
/// with weight T(h)/(c(h) + T(h)) on the shorter context: no parameter to tune, and
/// a probability for every symbol in every context.
///
/// **What is predicted.** Each string is read as a begin mark, its symbols up to the first padding
/// token, and that padding token as the end. The begin mark is context only, once; contexts near it
/// are shorter. A string that fills all L positions was cut, so no end is predicted for it. What
/// follows the first padding token is not text and is not looked at. Unknown (token 1) is a symbol
/// like any other.
public struct CharacterModel: Sendable {
  /// k: predictions see at most k − 1 symbols (the begin mark included).
  public let order: Int
  /// V, the number of symbols that may be predicted; the uniform base is 1/V.
  public let vocabularySize: Int
  /// Number of token strings that the counts come from.
  public let trainingStrings: Int

  private let tables: Tables

  private enum Tables: Sendable {
    case packed64(WittenBellTables<UInt64>)
    case packed128(WittenBellTables<UInt128>)
  }

  /// Counts `training`.
  ///
  /// - Parameters:
  ///   - training: token strings `[N, L]`; N = 0 gives the uniform model.
  ///   - order: k ≥ 1; 6 by default.
  ///   - vocabularySize: V, 1 ≤ V ≤ 65,534.
  ///   - threads: at least 1; the model does not depend on it.
  /// - Throws: ``Files/Failure`` `usage` where the order is not positive, V is out of range or
  ///   (V + 1)ᵏ exceeds 128 bits; `badData` where a token is outside the vocabulary.
  public init(
    training: TokenStrings, order: Int = ScoringDefaults.modelOrder, vocabularySize: Int,
    threads: Int = 1
  ) throws {
    guard order >= 1 else {
      throw Failure(.usage, "model order \(order) is not positive: choose an order from 1 up")
    }
    guard (1...65_534).contains(vocabularySize) else {
      throw Failure(
        .usage,
        "vocabulary size \(vocabularySize) is outside 1...65534: a character model keeps two of "
          + "the 65,536 tokens for itself")
    }
    try NGramCounts.checkTokens(of: training, vocabularySize: vocabularySize)
    self.order = order
    self.vocabularySize = vocabularySize
    trainingStrings = training.count
    switch NGramKeyLayout.narrowest(order: order, vocabularySize: vocabularySize + 1) {
    case .packed64:
      tables = .packed64(
        WittenBellTables(training, order: order, vocabularySize, threads: threads))
    case .packed128:
      tables = .packed128(
        WittenBellTables(training, order: order, vocabularySize, threads: threads))
    case .slices:
      throw Failure(
        .usage,
        "a character model of order \(order) over \(vocabularySize) symbols needs keys of more "
          + "than 128 bits: choose a lower order")
    }
  }

  /// The mean negative log probability of the symbols of `strings`.
  ///
  /// Time O(k N L log) for N strings; each distinct n-gram is looked up once.
  ///
  /// - Throws: ``Files/Failure`` `badData` where there is no string or a token is outside the
  ///   vocabulary.
  public func crossEntropy(of strings: TokenStrings, threads: Int = 1) throws -> CrossEntropy {
    guard strings.count > 0 else {
      throw Failure(.badData, "no token strings: a cross-entropy needs at least one")
    }
    try NGramCounts.checkTokens(of: strings, vocabularySize: vocabularySize)
    switch tables {
    case .packed64(let tables): return tables.crossEntropy(of: strings, threads: threads)
    case .packed128(let tables): return tables.crossEntropy(of: strings, threads: threads)
    }
  }
}

/// How many nats or bits a model needs for a symbol of a text.
public struct CrossEntropy: Sendable, Codable, Equatable {
  /// −(1/n) Σ ln P(symbol | context), nats a symbol, ≥ 0; lower means more predictable.
  public let nats: Double
  /// n: symbols predicted, ends included.
  public let symbols: Int

  /// - Precondition: `symbols` is positive.
  public init(nats: Double, symbols: Int) {
    precondition(symbols > 0, "CrossEntropy: \(symbols) symbols, at least 1 needed")
    self.nats = nats
    self.symbols = symbols
  }

  /// Bits a symbol: nats / ln 2.
  public var bits: Double { nats / naturalLogarithm(2) }
  /// e^nats, the number of equally likely symbols that would be as hard to predict.
  public var perplexity: Double { exponential(nats) }
}
