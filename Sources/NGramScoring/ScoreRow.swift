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
  /// ``value`` − ``floor``, nil without a floor.
  ///
  /// May be negative; not a distance.
  public let excess: Double?
  /// Standard error of ``value`` at this count, nil where unavailable.
  public let standardError: Double?
  /// Sample strings.
  public let samples: Int
  /// What was measured against.
  public let reference: Reference
  /// Seed of the floor's draws (or of the samples, where the caller made them).
  public let seed: UInt64

  /// A row; the excess follows from value and floor.
  public init(
    name: String, metric: Metric, order: Int?, value: Double, floor: Floor? = nil,
    standardError: Double? = nil, samples: Int, reference: Reference,
    seed: UInt64 = ScoringDefaults.seed
  ) {
    self.name = name
    self.metric = metric
    self.order = order
    self.value = value
    self.floor = floor?.mean
    floorDeviation = floor?.deviation
    excess = floor.map { value - $0.mean }
    self.standardError = standardError
    self.samples = samples
    self.reference = reference
    self.seed = seed
  }

  /// Rows of JS-n, recall, precision and distinct-n for each order, floors beside them.
  public static func rows(
    name: String, scores: [OrderScores], floors: [OrderFloors]? = nil, reference: Reference,
    seed: UInt64 = ScoringDefaults.seed
  ) -> [ScoreRow] {
    scores.flatMap { score in
      let floor = floors?.first { $0.order == score.order }
      return Metric.allCases.compactMap { metric in
        score.value(of: metric).map {
          ScoreRow(
            name: name, metric: metric, order: score.order, value: $0,
            floor: floor?.floor(of: metric),
            standardError: metric == .jensenShannon ? score.divergenceError : nil,
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
    try container.encode(standardError, forKey: .standardError)
    try container.encode(samples, forKey: .samples)
    try container.encode(reference, forKey: .reference)
    try container.encode(seed, forKey: .seed)
  }
}
