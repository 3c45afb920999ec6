import GenerativeModels
import Refinement

/// What a ratio is and where its numbers come from: recorded beside every result.
public struct RatioRecord: Codable, Sendable, Equatable {
  /// How the critic became the ratio.
  public let choice: RatioChoice
  /// d = scale · score + offset; 1 for a raw score.
  public let scale: Double
  /// d = scale · score + offset, nats for a calibrated ratio; minus the centre for a centred score.
  public let offset: Double
  /// Whether the fit was made on one representation (decoded text) and values and gradients are taken
  /// at another (soft samples).
  ///
  /// d is then a surrogate: its mean says how far samples climbed, not how likely their text is.
  public let isSurrogate: Bool
  /// What the critic is shown when d is taken: methods that need no gradient score decoded text.
  public let takenAt: RatioRepresentation
  /// What the check of the fit found, such as `separable: not a ratio`; nil for a raw score, which
  /// claims nothing.
  public let verdict: String?
  /// The ratios of all stages of a refinement in stages, in order; nil for other methods.
  public internal(set) var stages: [RatioRecord]?

  /// A record.
  public init(
    choice: RatioChoice, scale: Double, offset: Double, isSurrogate: Bool,
    takenAt: RatioRepresentation = .raw, verdict: String? = nil
  ) {
    self.choice = choice
    self.scale = scale
    self.offset = offset
    self.isSurrogate = isSurrogate
    self.takenAt = takenAt
    self.verdict = verdict
  }
}

/// A ratio ready to climb, and what it is: d = scale · score + offset.
public struct ResolvedRatio: Sendable {
  /// Latents in, d(G(z)) and its gradient out.
  public let ratio: any LatentLogDensityRatio
  /// The score underneath, which real text has too.
  public let score: LatentCriticScore
  /// d of decoded samples, by the same scale and offset, where ``ratio`` takes it at soft ones.
  ///
  /// It tells text that became more real from probabilities that became sharper. Nil where d is taken at
  /// decoded text already, or on samples with noise.
  public let decoded: (any LatentLogDensityRatio)?
  /// What it is and where its numbers come from.
  public private(set) var record: RatioRecord
  /// The ratios of a refinement in stages, of which this is the last; empty for other methods, and for OBRS before a
  /// flow where both go by one ratio.
  public private(set) var stages: [ResolvedRatio] = []

  /// A ratio made of a model's score as a record says.
  ///
  /// - Parameter shown: what the critic is shown, of the representation that the record names.
  /// - Throws: `Failure` where the networks do not fit together.
  init(of model: TextModel, shown: SampleRepresentation, _ record: RatioRecord) throws {
    func scaled(_ score: LatentCriticScore) -> any LatentLogDensityRatio {
      record.scale == 1 && record.offset == 0
        ? score : CalibratedRatio(score, scale: record.scale, offset: record.offset)
    }
    score = try model.score(shown)
    ratio = scaled(score)
    decoded = record.takenAt == .raw ? scaled(try model.score(.decoded)) : nil
    self.record = record
  }

  /// The ratio of a refinement in stages.
  ///
  /// - Precondition: at least one stage.
  init(stages: [ResolvedRatio]) {
    self = stages[stages.count - 1]
    self.stages = stages
    record.stages = stages.map(\.record)
  }

  /// The choice that it came from.
  public var choice: RatioChoice { record.choice }
  /// d = scale · score + offset.
  public var scale: Double { record.scale }
  /// d = scale · score + offset.
  public var offset: Double { record.offset }
  /// Whether the fit was made on one representation and the gradient is taken in another.
  public var isSurrogate: Bool { record.isSurrogate }

  /// d of a score.
  public func value(ofScore score: Float) -> Float {
    Float(scale * Double(score) + offset)
  }
}
