// The value that real text reaches: what any metric is read against.

/// The value of a metric for real strings, as many as the samples, against the same reference.
///
/// Every plug-in n-gram metric depends on how many strings it saw. The floor is what remains of
/// JS-n when the "generator" is the world itself; for other metrics it is the value that real text
/// has at this count. A score minus its floor is its excess, which may be negative.
public struct Floor: Sendable, Codable, Equatable {
  /// The value of each draw of real strings, in draw order.
  public let values: [Double]
  /// Mean of ``values``.
  public let mean: Double
  /// Standard deviation of one draw's value; nil where it cannot be had.
  ///
  /// From the draws' sample variance (divisor draws − 1). Draws that share lines vary less than
  /// independent ones: given the pool, the variance of a draw of m of M lines is 1 − m/M of the full
  /// one for a linear statistic and 1 − (m/M)² for a quadratic one, which JS-n is where all n-grams
  /// are frequent. It is divided by 1 − m/M, so that it is too large rather than too small. Nil for
  /// one draw and for m = M, where every draw is the whole pool. Draws thinned by expectation vary
  /// as their whole pools do, and are brought to the count: times √(M/m).
  public let deviation: Double?
  /// Strings in each draw.
  public let samples: Int
  /// Lines that the draws were taken from; of one draw, where draws are thinned by expectation.
  public let lines: Int
  /// Whether no line is in two draws.
  ///
  /// Otherwise draws are independent of each other, each without replacement, or few lines are in
  /// several draws because they are long.
  public let disjointDraws: Bool
  /// Seed of the draws; nil where nothing is drawn at random.
  public let seed: UInt64?

  /// - Precondition: at least one value; 1 ≤ `samples` ≤ `lines`.
  init(values: [Double], samples: Int, lines: Int, disjointDraws: Bool, seed: UInt64) {
    precondition(
      !values.isEmpty && samples >= 1 && samples <= lines,
      "Floor: \(values.count) draws of \(samples) strings from \(lines) lines")
    self.values = values
    self.samples = samples
    self.lines = lines
    self.disjointDraws = disjointDraws
    self.seed = seed
    let statistics = SampleStatistics(of: values)
    mean = statistics.mean
    let share = disjointDraws ? 1 : 1 - Double(samples) / Double(lines)
    deviation =
      share > 0 ? statistics.variance.map { ($0 / share).squareRoot() } : nil
  }

  /// The floor that one value of real strings makes: without a deviation.
  public init(of value: Double, samples: Int) {
    self.init(values: [value], samples: samples, poolStrings: samples)
  }

  /// The floor of disjoint pools of about `poolStrings` strings, thinned to `samples` by expectation.
  init(values: [Double], samples: Int, poolStrings: Int) {
    self.values = values
    self.samples = samples
    lines = poolStrings
    disjointDraws = true
    seed = nil
    let statistics = SampleStatistics(of: values)
    mean = statistics.mean
    deviation = statistics.variance.map {
      ($0 * Double(poolStrings) / Double(samples)).squareRoot()
    }
  }
}

/// Something that needs real text, or how much more of it is needed.
public enum FloorEstimate<Value: Sendable>: Sendable {
  /// There was enough real text.
  case available(Value)
  /// There was not; this many more lines would do.
  case unavailable(needsMoreLines: Int)

  /// The value, where there is one.
  public var value: Value? {
    if case .available(let value) = self { value } else { nil }
  }

  /// How many lines are missing, where some are.
  public var missingLines: Int? {
    if case .unavailable(let lines) = self { lines } else { nil }
  }

  /// The estimate with its value replaced.
  public func map<Other>(_ transform: (Value) throws -> Other) rethrows -> FloorEstimate<Other> {
    switch self {
    case .available(let value): .available(try transform(value))
    case .unavailable(let lines): .unavailable(needsMoreLines: lines)
    }
  }
}

extension FloorEstimate: Equatable where Value: Equatable {}
