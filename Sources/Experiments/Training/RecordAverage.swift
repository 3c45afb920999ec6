import GenerativeModels
import Runs

/// Means of what iterations reported since the last record.
struct RecordAverage {
  private var count = 0.0
  private var loss = 0.0
  private var penalty = 0.0
  private var slope = 0.0
  private var wasserstein = 0.0
  private var criticNorm = 0.0
  private var generatorNorm = 0.0

  /// Whether there was no iteration since the last record.
  var isEmpty: Bool { count == 0 }

  /// Takes in one iteration.
  mutating func add(_ report: IterationReport) {
    count += 1
    func merge(_ mean: inout Double, _ value: Double) { mean += (value - mean) / count }
    merge(&loss, report.critic.loss)
    merge(&penalty, report.critic.penalty)
    merge(&slope, report.critic.slope)
    merge(&wasserstein, report.critic.wasserstein)
    merge(&criticNorm, report.critic.gradientNorm)
    merge(&generatorNorm, report.generator.gradientNorm)
  }

  /// The record at an iteration; starts anew afterwards.
  ///
  /// - Precondition: at least one iteration was taken in.
  mutating func record(iteration: Int, seconds: Double) -> TrainingRecord {
    precondition(!isEmpty, "RecordAverage: no iteration before the record at \(iteration)")
    defer { self = RecordAverage() }
    return TrainingRecord(
      iteration: iteration, seconds: seconds, criticLoss: loss, penalty: penalty, slope: slope,
      wasserstein: wasserstein, criticGradientNorm: criticNorm,
      generatorGradientNorm: generatorNorm)
  }
}
