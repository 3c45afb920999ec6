// How predictable a text is, in nats, bits and as a perplexity.

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
  /// e^nats, the number of equally likely symbols that would be as hard to predict, ≥ 1.
  public var perplexity: Double { exponential(nats) }
}
