import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Scores of real and of generated samples, checked: what every fit and check of this folder takes.
///
/// A score is any number per sample that is larger for real ones: a critic's output, or a log
/// density ratio in nats.
public struct ScoreSet: Sendable, Equatable {
  /// Scores of real samples, finite, at least one.
  public let real: [Double]
  /// Scores of generated samples, finite, at least one.
  public let generated: [Double]

  /// Checks the scores.
  ///
  /// - Parameters:
  ///   - real: scores of real samples.
  ///   - generated: scores of generated samples.
  /// - Throws: `Failure` of kind `badData` when either is empty or holds a number that is not finite,
  ///   naming the first such index.
  public init(real: [Double], generated: [Double]) throws {
    for (name, scores) in [("real", real), ("generated", generated)] {
      if scores.isEmpty {
        throw Failure(.badData, "calibration: there are no \(name) scores; give at least one")
      }
      if let index = scores.firstIndex(where: { !$0.isFinite }) {
        throw Failure(
          .badData,
          "calibration: \(name) score \(index) is \(scores[index]), not a finite number; check the "
            + "model's weights")
      }
    }
    self.real = real
    self.generated = generated
  }

  /// As `init(real:generated:)`, from another precision, such as the `[Float]` of a tensor.
  public init<Score: BinaryFloatingPoint>(real: [Score], generated: [Score]) throws {
    try self.init(real: real.map { Double($0) }, generated: generated.map { Double($0) })
  }

  /// Scores of both kinds.
  public var count: Int { real.count + generated.count }

  /// Mean score of real samples, summed in order.
  public var meanReal: Double { real.reduce(0, +) / Double(real.count) }

  /// Mean score of generated samples, summed in order.
  public var meanGenerated: Double { generated.reduce(0, +) / Double(generated.count) }

  /// log(real count / generated count): the difference between the log odds that a sample of this
  /// set is real and the log density ratio; zero for equal counts.
  public var priorLogOdds: Double {
    log(Double(real.count) / Double(generated.count))
  }

  /// Whether all scores are one number, so that no scale can be fitted.
  public var isConstant: Bool {
    real.allSatisfy { $0 == real[0] } && generated.allSatisfy { $0 == real[0] }
  }

  /// Whether some threshold separates the two kinds, ties at the threshold allowed; then the
  /// likelihood of a logistic regression has no maximum.
  public var isSeparated: Bool {
    guard let realLeast = real.min(), let realMost = real.max(),
      let generatedLeast = generated.min(), let generatedMost = generated.max()
    else { return false }
    return realLeast >= generatedMost || generatedLeast >= realMost
  }

  /// The set after a map of each score.
  ///
  /// - Parameter transform: finite for every score, or the result is refused.
  public func map(_ transform: (Double) -> Double) throws -> ScoreSet {
    try ScoreSet(real: real.map(transform), generated: generated.map(transform))
  }
}
