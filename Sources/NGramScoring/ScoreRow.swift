// One row of a score table, as every JSON output writes it.

/// One metric of one set of samples, with all that is needed to read it.
///
/// A JS-n is never reported without its order, sample count, reference with its size, seed and
/// floor; this type holds them together. Absent numbers are written as JSON `null`, so that every
/// row has the same keys.
public struct ScoreRow: Sendable, Codable, Equatable {
  /// What was measured against.
  public struct Reference: Sendable, Codable, Equatable {
    /// Corpus or file name.
    public let name: String
    /// Split of the corpus, nil for a plain file.
    public let split: String?
    /// Token strings in the reference.
    public let lines: Int
    /// Digest of the reference's contents, nil where none was taken.
    public let digest: String?

    /// Describes a reference.
    public init(name: String, split: String? = nil, lines: Int, digest: String? = nil) {
      self.name = name
      self.split = split
      self.lines = lines
      self.digest = digest
    }

    /// Writes all keys, absent values as null.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(name, forKey: .name)
      try container.encode(split, forKey: .split)
      try container.encode(lines, forKey: .lines)
      try container.encode(digest, forKey: .digest)
    }
  }

  /// What was scored: a file, a run, a method.
  public let name: String
  /// The metric; its raw value in JSON.
  public let metric: Metric
  /// n-gram order, nil for metrics without one.
  public let order: Int?
  /// The metric's value.
  public let value: Double
  /// Mean value of real strings at the same count, nil where unavailable.
  public let floor: Double?
  /// Standard deviation of one draw behind ``floor``, nil where unavailable.
  public let floorDeviation: Double?
  /// ``value`` − ``floor`` of divergences, nil without a floor and for other metrics.
  ///
  /// May be negative; not a distance.
  public let excess: Double?
  /// What ``standardError``, ``lower`` and ``upper`` are about; nil without them.
  public let estimand: Estimand?
  /// Standard error of ``value`` at this count, nil where unavailable.
  public let standardError: Double?
  /// Lower end of the 95 % interval, nil where unavailable.
  public let lower: Double?
  /// Upper end of the 95 % interval, nil where unavailable.
  public let upper: Double?
  /// Why there is no interval; nil where there is one or none was asked for.
  public let intervalGap: IntervalGap?
  /// The true divergence, or why it cannot be had; nil where it was not asked for.
  public let trueDivergence: TrueDivergence?
  /// Sample strings.
  public let samples: Int
  /// What was measured against.
  public let reference: Reference
  /// Seed of the floor's draws (or of the samples, where the caller made them).
  public let seed: UInt64

  /// A row; the excess follows from value and floor.
  public init(
    name: String, metric: Metric, order: Int?, value: Double, floor: Floor? = nil,
    interval: PluginInterval? = nil, trueDivergence: TrueDivergence? = nil, samples: Int,
    reference: Reference, seed: UInt64 = ScoringDefaults.seed
  ) {
    self.name = name
    self.metric = metric
    self.order = order
    self.value = value
    self.floor = floor?.mean
    floorDeviation = floor?.deviation
    excess = metric.hasExcess ? floor.map { value - $0.mean } : nil
    estimand = interval?.estimand
    intervalGap = interval?.gap
    standardError = interval?.standardError
    lower = interval?.lower
    upper = interval?.upper
    self.trueDivergence = trueDivergence
    self.samples = samples
    self.reference = reference
    self.seed = seed
  }

  /// Rows of the metrics that belong to an order, order by order, floors beside them.
  ///
  /// - Parameter metrics: what is shown; what was not measured is left out.
  public static func rows(
    name: String, scores: [OrderScores], floors: [OrderFloors]? = nil,
    metrics: [Metric] = Metric.standard, reference: Reference,
    seed: UInt64 = ScoringDefaults.seed
  ) -> [ScoreRow] {
    scores.flatMap { score in
      let floor = floors?.first { $0.order == score.order }
      return Metric.allCases.filter(metrics.contains).compactMap { metric in
        score.value(of: metric).map {
          ScoreRow(
            name: name, metric: metric, order: score.order, value: $0,
            floor: floor?.floor(of: metric),
            interval: metric == .jensenShannon ? score.interval : nil,
            trueDivergence: metric == .jensenShannon ? score.trueDivergence : nil,
            samples: score.samples, reference: reference, seed: seed)
        }
      }
    }
  }

  /// Writes all keys, absent values as null.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(metric, forKey: .metric)
    try container.encode(order, forKey: .order)
    try container.encode(value, forKey: .value)
    try container.encode(floor, forKey: .floor)
    try container.encode(floorDeviation, forKey: .floorDeviation)
    try container.encode(excess, forKey: .excess)
    try container.encode(estimand, forKey: .estimand)
    try container.encode(standardError, forKey: .standardError)
    try container.encode(lower, forKey: .lower)
    try container.encode(upper, forKey: .upper)
    try container.encode(intervalGap, forKey: .intervalGap)
    try container.encode(trueDivergence, forKey: .trueDivergence)
    try container.encode(samples, forKey: .samples)
    try container.encode(reference, forKey: .reference)
    try container.encode(seed, forKey: .seed)
  }
}
