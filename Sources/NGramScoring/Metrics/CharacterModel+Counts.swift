import Files

extension CharacterModel {
  /// The model of strings that were counted, with every order from 1.
  ///
  /// - Parameters:
  ///   - counts: with the windows from a begin mark; see ``WindowLayout/holdsBeginnings``.
  ///   - order: k, at most the counts' longest order.
  /// - Throws: ``Files/Failure`` `usage` where the counts lack an order or leave padding out; where
  ///   a file of counts is damaged.
  public init(_ counts: NGramCounts, order: Int = ScoringDefaults.modelOrder) throws {
    self.init(try MarkedGrams(counts, order: order))
  }

  /// The mean negative log probability of the symbols of strings that were counted.
  ///
  /// - Throws: as ``init(_:order:)``; ``Files/Failure`` `badData` where there is no string.
  public func crossEntropy(of counts: NGramCounts) throws -> CrossEntropy {
    try crossEntropy(of: MarkedGrams(counts, order: order))
  }
}
