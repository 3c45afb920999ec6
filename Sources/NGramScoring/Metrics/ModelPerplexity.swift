// Perplexity in both directions: do samples look like the reference, and does the reference look
// like the samples?

import Files
import TextCoding

/// The cross-entropy of one text under a character model of another, with what it came from.
///
/// *Forward*: the reference's model predicts the samples, so unlikely text costs. *Reverse*: the
/// samples' model predicts the reference, so missing text costs. See ``CharacterModel``.
public struct ModelPerplexity: Sendable, Codable, Equatable {
  /// Nats a symbol, and the number of symbols predicted.
  public let crossEntropy: CrossEntropy
  /// k, the model's order.
  public let order: Int
  /// Strings that the model was trained on.
  public let trainingStrings: Int
  /// Orders of the model with fallback discounts; see ``CharacterModel/fallbackOrders``.
  public let fallbackOrders: [Int]

  /// Nats a symbol, ≥ 0.
  public var nats: Double { crossEntropy.nats }
  /// e^nats, ≥ 1.
  public var perplexity: Double { crossEntropy.perplexity }

  /// The value of `text` under `model`.
  ///
  /// - Throws: ``Files/Failure`` `badData` where `text` has no string.
  init(of text: MarkedGrams, model: CharacterModel) throws {
    crossEntropy = try model.crossEntropy(of: text)
    order = model.order
    trainingStrings = model.trainingStrings
    fallbackOrders = model.fallbackOrders
  }

  /// Samples under a model of the reference: good *near* the value of held-out real text.
  ///
  /// Does not depend on the number of samples in expectation; falls as the reference grows.
  ///
  /// - Parameters:
  ///   - samples: token strings `[N, L]`, N ≥ 1.
  ///   - reference: token strings that the model is trained on.
  ///   - order: k, 1 ≤ k ≤ L; 6 by default.
  ///   - vocabularySize: V, of both.
  ///   - threads: at least 1; the value does not depend on it.
  /// - Throws: ``Files/Failure`` as ``CharacterModel``.
  public static func forward(
    samples: TokenStrings, reference: TokenStrings, order: Int = ScoringDefaults.modelOrder,
    vocabularySize: Int, threads: Int = 1
  ) throws -> ModelPerplexity {
    try value(
      of: samples, training: reference, order: order, vocabularySize: vocabularySize,
      threads: threads)
  }

  /// The reference under a model of the samples: lower is better, at equal numbers of samples.
  ///
  /// Falls as samples are added, so values compare at the same number of samples only.
  ///
  /// - Parameters:
  ///   - samples: token strings that the model is trained on.
  ///   - reference: token strings `[M, L]`, M ≥ 1.
  ///   - order: k, 1 ≤ k ≤ L; 6 by default.
  ///   - vocabularySize: V, of both.
  ///   - threads: at least 1; the value does not depend on it.
  /// - Throws: ``Files/Failure`` as ``CharacterModel``.
  public static func reverse(
    samples: TokenStrings, reference: TokenStrings, order: Int = ScoringDefaults.modelOrder,
    vocabularySize: Int, threads: Int = 1
  ) throws -> ModelPerplexity {
    try value(
      of: reference, training: samples, order: order, vocabularySize: vocabularySize,
      threads: threads)
  }

  private static func value(
    of text: TokenStrings, training: TokenStrings, order: Int, vocabularySize: Int, threads: Int
  ) throws -> ModelPerplexity {
    let model = try CharacterModel(
      training: training, order: order, vocabularySize: vocabularySize, threads: threads)
    return try ModelPerplexity(
      of: MarkedGrams(text, order: order, vocabularySize: vocabularySize, threads: threads),
      model: model)
  }
}
