import Files
import Foundation

/// One line of a run's `records.jsonl`: what training looked like at one iteration.
public struct TrainingRecord: Codable, Sendable, Equatable {
  /// Generator iterations finished.
  public var iteration: Int
  /// Seconds of training so far, resumed parts included, scoring excluded.
  public var seconds: Double
  /// Critic loss, mean since the last record: E[D(fake)] − E[D(real)] + λ · penalty.
  public var criticLoss: Double
  /// E[e(‖∇D‖)²] of the recipe's ``GenerativeModels/PenaltyForm``, without λ, mean since the last record.
  public var penalty: Double
  /// E‖∇D‖ at interpolates, mean since the last record; the published penalty asks for 1.
  public var slope: Double
  /// Wasserstein estimate E[D(real)] − E[D(fake)] on the training batches, mean since the last record.
  public var wasserstein: Double
  /// Norm of the critic's parameter gradient, mean since the last record.
  public var criticGradientNorm: Double
  /// Norm of the generator's parameter gradient, mean since the last record.
  public var generatorGradientNorm: Double
  /// Wasserstein estimate on a fixed set of training strings; nil between evaluations.
  public var trainingGap: Double?
  /// Wasserstein estimate on as many held-out strings; far below `trainingGap` means that the critic
  /// knows the training text by heart.
  public var heldOutGap: Double?
  /// Mean of the largest probability at each position of generated samples, in [1/V, 1]; nil between
  /// evaluations.
  public var sharpness: Double?
  /// Share of the scored samples that repeat an earlier one; nil between evaluations.
  public var duplicateRate: Double?
  /// The same share of as many training strings; nil between evaluations, and where there are too few.
  public var realDuplicateRate: Double?
  /// JS-n of decoded samples against the validation split; nil between evaluations.
  public var scores: [Score]?

  /// A JS value with all that it must not be reported without.
  public struct Score: Codable, Sendable, Equatable {
    /// n-gram order.
    public var order: Int
    /// JS-n in bits, in [0, 1].
    public var value: Double
    /// Real-versus-real floor at the same count against the same reference; nil where unavailable.
    public var floor: Double?
    /// Number of samples scored.
    public var samples: Int
    /// Number of reference strings (validation split).
    public var referenceStrings: Int

    /// A score.
    public init(order: Int, value: Double, floor: Double?, samples: Int, referenceStrings: Int) {
      self.order = order
      self.value = value
      self.floor = floor
      self.samples = samples
      self.referenceStrings = referenceStrings
    }
  }

  /// A record.
  public init(
    iteration: Int, seconds: Double, criticLoss: Double, penalty: Double, slope: Double,
    wasserstein: Double, criticGradientNorm: Double, generatorGradientNorm: Double,
    trainingGap: Double? = nil, heldOutGap: Double? = nil, sharpness: Double? = nil,
    duplicateRate: Double? = nil, realDuplicateRate: Double? = nil, scores: [Score]? = nil
  ) {
    self.iteration = iteration
    self.seconds = seconds
    self.criticLoss = criticLoss
    self.penalty = penalty
    self.slope = slope
    self.wasserstein = wasserstein
    self.criticGradientNorm = criticGradientNorm
    self.generatorGradientNorm = generatorGradientNorm
    self.trainingGap = trainingGap
    self.heldOutGap = heldOutGap
    self.sharpness = sharpness
    self.duplicateRate = duplicateRate
    self.realDuplicateRate = realDuplicateRate
    self.scores = scores
  }
}
