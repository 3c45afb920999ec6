// A character n-gram model: how predictable one text is to another.

import Files
import TextCoding

/// An interpolated modified Kneser–Ney model of characters.
///
/// For a context h of j − 1 symbols and h′ the context without its oldest symbol,
///
///     P(w | h) = (c(h w) − D(c(h w)) + B(h) P(w | h′)) / c(h),     c(h) = Σ_w c(h w),
///     B(h) = Σ_w D(c(h w)),                   P(w | h) = P(w | h′) where c(h) = 0,
///
/// and, below the empty context, the uniform base 1/V, interpolated with the weight B/c of the
/// unigrams. c is the plain count for j = k, the longest order, and the *continuation count*
/// N₁₊(• h w), the number of different symbols (or the begin mark) that precede h w, for shorter
/// j; n-grams that begin with the begin mark have nothing before them and keep their plain count.
/// D takes D₁, D₂ or D₃₊ from a count of 1, 2 or more, and is estimated for each order from its own
/// counts (``KneserNeyDiscounts``); where that cannot be done, ``fallbackOrders`` says so. Source:
/// Chen and Goodman, *An Empirical Study of Smoothing Techniques for Language Modeling*, Harvard
/// TR-10-98, 1998, section 3; conventions as in kenlm.
/// Probabilities sum to 1 over the V symbols in every context, and none is 0.
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
    case packed64(KneserNeyTables<UInt64>)
    case packed128(KneserNeyTables<UInt128>)
  }

  /// Counts `training`.
  ///
  /// Memory grows with the number of distinct n-grams, not with the text.
  ///
  /// - Parameters:
  ///   - training: token strings `[N, L]`; N = 0 gives the uniform model.
  ///   - order: k, 1 ≤ k ≤ L; 6 by default.
  ///   - vocabularySize: V, 1 ≤ V ≤ 65,536.
  ///   - threads: at least 1; the model does not depend on it.
  /// - Throws: ``Files/Failure`` `usage` where k or V is out of range or (V + 2)ᵏ exceeds
  ///   2¹²⁸; `badData` where a token is outside the vocabulary.
  public init(
    training: TokenStrings, order: Int = ScoringDefaults.modelOrder, vocabularySize: Int,
    threads: Int = 1
  ) throws {
    self.init(
      try MarkedGrams(training, order: order, vocabularySize: vocabularySize, threads: threads))
  }

  /// The model of counted text.
  init(_ training: MarkedGrams) {
    order = training.order
    vocabularySize = training.vocabularySize
    trainingStrings = training.strings
    switch training.lists {
    case .packed64(let grams):
      tables = .packed64(
        KneserNeyTables(grams: grams, base: vocabularySize + 2, vocabularySize: vocabularySize))
    case .packed128(let grams):
      tables = .packed128(
        KneserNeyTables(grams: grams, base: vocabularySize + 2, vocabularySize: vocabularySize))
    }
  }

  /// The discounts of orders 1…k; nil for orders longer than any string with its marks, of which
  /// there is no n-gram.
  public var discounts: [KneserNeyDiscounts?] {
    switch tables {
    case .packed64(let tables): tables.discounts
    case .packed128(let tables): tables.discounts
    }
  }

  /// Orders whose discounts could not be estimated and are ½, 1 and 3/2, ascending.
  ///
  /// Not empty for little or artificial text; to be said beside the value.
  public var fallbackOrders: [Int] {
    zip(1..., discounts).compactMap { order, discounts in
      discounts?.isFallback == true ? order : nil
    }
  }

  /// The mean negative log probability of the symbols of `strings`.
  ///
  /// Each distinct n-gram is looked up once.
  ///
  /// - Throws: ``Files/Failure`` `badData` where there is no string or a token is outside the
  ///   vocabulary.
  public func crossEntropy(of strings: TokenStrings, threads: Int = 1) throws -> CrossEntropy {
    try crossEntropy(
      of: MarkedGrams(
        strings, order: order, vocabularySize: vocabularySize, threads: threads))
  }

  /// As ``crossEntropy(of:threads:)``, for counted text.
  ///
  /// - Precondition: same order and vocabulary size.
  func crossEntropy(of text: MarkedGrams) throws -> CrossEntropy {
    precondition(
      text.order == order && text.vocabularySize == vocabularySize,
      "CharacterModel of order \(order) over \(vocabularySize) symbols given a text counted at "
        + "order \(text.order) over \(text.vocabularySize)")
    guard text.strings > 0 else {
      throw Failure(.badData, "no token strings: a cross-entropy needs at least one")
    }
    switch (tables, text.lists) {
    case (.packed64(let tables), .packed64(let lists)): return tables.crossEntropy(of: lists)
    case (.packed128(let tables), .packed128(let lists)): return tables.crossEntropy(of: lists)
    default:
      preconditionFailure("CharacterModel: keys of model and text differ in width")
    }
  }
}
