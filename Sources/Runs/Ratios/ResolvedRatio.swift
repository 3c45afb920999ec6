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
  /// What the check of the fit found, such as `separable: not a ratio`; nil for a raw score, which
  /// claims nothing.
  public let verdict: String?

  /// A record.
  public init(
    choice: RatioChoice, scale: Double, offset: Double, isSurrogate: Bool, verdict: String? = nil
  ) {
    self.choice = choice
    self.scale = scale
    self.offset = offset
    self.isSurrogate = isSurrogate
    self.verdict = verdict
  }
}

/// A ratio ready to climb, and what it is.
public struct ResolvedRatio: Sendable {
  /// Latents in, d(G(z)) and its gradient out.
  public let ratio: any LatentLogDensityRatio
  /// What it is and where its numbers come from.
  public let record: RatioRecord

  /// A resolved ratio.
  public init(ratio: any LatentLogDensityRatio, record: RatioRecord) {
    self.ratio = ratio
    self.record = record
  }

  /// The choice that it came from.
  public var choice: RatioChoice { record.choice }
  /// d = scale · score + offset.
  public var scale: Double { record.scale }
  /// d = scale · score + offset.
  public var offset: Double { record.offset }
  /// Whether the fit was made on one representation and the gradient is taken in another.
  public var isSurrogate: Bool { record.isSurrogate }
}
