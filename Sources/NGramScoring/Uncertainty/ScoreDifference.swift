// The difference of two divergences with an interval.

/// JS-n of two sets of samples against one reference, first minus second, with a 95 % interval.
///
/// **Estimand.** ``Estimand/expectedPluginDifference``. Biases cancel as far as the two distributions
/// are alike and the counts equal; ``warning`` says where they are not.
///
/// **Paired**: part i of the one set and part i of the other share what can be shared (row r of both
/// comes from the same latents). The deletions of the difference are the differences of the
/// deletions, so that shared noise cancels. **Unpaired**: variances add, degrees of freedom by
/// Welch and Satterthwaite. A difference of divergences is nearly symmetric, hence ± t SE.
public struct ScoreDifference: Sendable, Codable, Equatable {
  /// Always ``Estimand/expectedPluginDifference``.
  public let estimand: Estimand
  /// n.
  public let order: Int
  /// First minus second, in bits.
  public let value: Double
  /// Standard deviation of the difference over new samples; nil where ``gap`` says why.
  public let standardError: Double?
  /// Lower end at ``confidence``.
  public let lower: Double?
  /// Upper end at ``confidence``.
  public let upper: Double?
  /// Student's degrees of freedom: 10 to 15 paired, 10 to 30 unpaired.
  public let degreesOfFreedom: Double?
  /// 0.95 by default.
  public let confidence: Double
  /// Whether parts were taken in pairs.
  public let paired: Bool
  /// Set where the counts differ.
  public let warning: CountMismatch?
  /// Why there is no interval; nil where there is one.
  public let gap: IntervalGap?

  /// The fewest parts whose deletion must move a paired difference.
  static let leastDifferingParts = 8

  /// Whether the interval lies on one side of zero; nil without an interval.
  public var excludesZero: Bool? {
    guard let lower, let upper else { return nil }
    return lower > 0 || upper < 0
  }

  /// The difference of sets whose parts are paired.
  ///
  /// - Precondition: same order, deletions of the samples alone, `confidence` in (0, 1).
  public init(
    paired first: GroupDeletions, minus second: GroupDeletions, confidence: Double = 0.95
  ) {
    Self.check(first, second, confidence)
    var found = PluginInterval.gap(of: first) ?? PluginInterval.gap(of: second)
    if found == nil { found = Self.gap(differing: first, second) }
    var spread: (Double, Double)?
    if found == nil {
      let (one, other) = (first.levelled, second.levelled)
      let variance = DeletionVariance(
        one: zip(one.one, other.one).map { $0 - $1 },
        two: zip(one.two, other.two).map { $0 - $1 },
        secondOrder: first.secondOrder + second.secondOrder,
        higherOrder: first.higherOrder + second.higherOrder)
      spread = (variance.variance(), variance.degreesOfFreedom())
    }
    self.init(first, second, gap: found, spread: spread, confidence: confidence, paired: true)
  }

  /// The difference of independent sets.
  ///
  /// - Precondition: same order, deletions of the samples alone, `confidence` in (0, 1).
  public init(
    independent first: GroupDeletions, minus second: GroupDeletions, confidence: Double = 0.95
  ) {
    Self.check(first, second, confidence)
    let found = PluginInterval.gap(of: first) ?? PluginInterval.gap(of: second)
    var spread: (Double, Double)?
    if found == nil {
      let variances = [DeletionVariance(of: first), DeletionVariance(of: second)]
      let sum = variances.reduce(0) { $0 + $1.variance() }
      let inverse = variances.reduce(0) {
        $0 + $1.variance() * $1.variance() / $1.degreesOfFreedom()
      }
      spread = (sum, inverse > 0 ? sum * sum / inverse : 1)
    }
    self.init(first, second, gap: found, spread: spread, confidence: confidence, paired: false)
  }

  private init(
    _ first: GroupDeletions, _ second: GroupDeletions, gap found: IntervalGap?,
    spread: (variance: Double, freedom: Double)?, confidence: Double, paired: Bool
  ) {
    estimand = .expectedPluginDifference
    order = first.order
    value = first.value - second.value
    self.confidence = confidence
    self.paired = paired
    warning = CountMismatch(first.samples, second.samples)
    let error = spread.map { $0.variance.squareRoot() }
    gap = found ?? error.flatMap { $0 > 1e-11 ? nil : .noVariation }
    guard gap == nil, let error, let spread else {
      (standardError, lower, upper, degreesOfFreedom) = (nil, nil, nil, nil)
      return
    }
    let reach =
      StudentT.twoSidedQuantile(confidence, fractional: spread.freedom) * error
    standardError = error
    lower = value - reach
    upper = value + reach
    degreesOfFreedom = spread.freedom
  }

  /// Parts that move the difference by more than a hundredth of what the strongest moves it.
  private static func gap(
    differing first: GroupDeletions, _ second: GroupDeletions
  ) -> IntervalGap? {
    let moves = zip(first.withoutOne, second.withoutOne).map { $0 - $1 }
    let middle = moves.sorted()[moves.count / 2]
    let distances = moves.map { abs($0 - middle) }
    let strongest = distances.max() ?? 0
    if strongest < 1e-12 { return .noVariation }
    let differing = distances.count { $0 > 0.01 * strongest }
    return differing < leastDifferingParts ? .tooFewDifferences : nil
  }

  private static func check(
    _ first: GroupDeletions, _ second: GroupDeletions, _ confidence: Double
  ) {
    precondition(
      first.order == second.order && !first.deletesReference && !second.deletesReference
        && confidence > 0 && confidence < 1,
      "ScoreDifference: orders \(first.order) and \(second.order), confidence \(confidence)")
  }
}
