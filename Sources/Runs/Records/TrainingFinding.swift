import GenerativeModels

/// Something that commonly goes wrong in training, found in a run's records.
///
/// A finding is a reason to look, no proof. The thresholds are chosen here; each message states the value
/// that crossed one.
public enum TrainingFinding: Codable, Sendable, Equatable {
  /// The critic's Wasserstein estimate on training text exceeds that on held-out text by more than a
  /// fifth: it knows training text by heart.
  case overfitting(training: Double, heldOut: Double)
  /// The critic's slope at interpolates is no number, exceeds 2 where the penalty asks for at most 1,
  /// or is below 0.5 where it asks for 1.
  case slope(Double)
  /// A network's gradient norm is more than ten times its median over the records.
  case gradients(network: String, norm: Double, median: Double)
  /// JS-n rose by more than 0.05 since it was least.
  case decline(order: Int, value: Double, least: Double, iteration: Int)
  /// Samples repeat each other by more than 0.05 above what real strings do.
  case collapse(duplicateRate: Double, real: Double)
  /// The mean largest probability exceeds 0.99: the softmax lets next to no gradient through.
  case saturation(sharpness: Double)

  /// What the records of a training say, the last of them and the last with scores; nothing for none.
  ///
  /// - Parameters:
  ///   - records: in the order of iterations.
  ///   - penaltyForm: the recipe's; only the two-sided one minds slopes that are small, and the
  ///     zero-centred one asks for no slope: what it comes to depends on its weight and on the samples.
  /// - Complexity: O(n log n).
  public static func all(
    in records: [TrainingRecord], penaltyForm: PenaltyForm = .twoSided
  ) -> [TrainingFinding] {
    guard let last = records.last else { return [] }
    var findings: [TrainingFinding] = []
    let isSound =
      switch penaltyForm {
      case .twoSided: 0.5...2 ~= last.slope
      case .oneSided: last.slope <= 2
      case .zeroCentred: last.slope.isFinite
      }
    if !isSound { findings.append(.slope(last.slope)) }
    for (network, norm) in [
      ("critic", \TrainingRecord.criticGradientNorm),
      ("generator", \TrainingRecord.generatorGradientNorm),
    ] {
      let median = records.map { $0[keyPath: norm] }.sorted()[records.count / 2]
      let value = last[keyPath: norm]
      if !(value <= 10 * median) {
        findings.append(.gradients(network: network, norm: value, median: median))
      }
    }
    let evaluations = records.filter { $0.scores != nil }
    guard let evaluation = evaluations.last else { return findings }
    if let training = evaluation.trainingGap, let heldOut = evaluation.heldOutGap,
      training > 0, training - heldOut > 0.2 * training
    {
      findings.append(.overfitting(training: training, heldOut: heldOut))
    }
    for score in evaluation.scores ?? [] {
      let course = evaluations.compactMap { record in
        record.scores?.first { $0.order == score.order }.map {
          (iteration: record.iteration, value: $0.value)
        }
      }
      if let least = course.min(by: { $0.value < $1.value }), score.value - least.value > 0.05 {
        findings.append(
          .decline(
            order: score.order, value: score.value, least: least.value,
            iteration: least.iteration))
      }
    }
    if let rate = evaluation.duplicateRate, let real = evaluation.realDuplicateRate,
      rate - real > 0.05
    {
      findings.append(.collapse(duplicateRate: rate, real: real))
    }
    if let sharpness = evaluation.sharpness, sharpness > 0.99 {
      findings.append(.saturation(sharpness: sharpness))
    }
    return findings
  }
}
