import GenerativeModels
import Reporting
import Runs

/// The course of a training in lines for people.
struct TrainingWords {
  private let iterations: Int
  private let minutes: Double?
  private var begin: (iteration: Int, seconds: Double)?

  /// - Parameters:
  ///   - iterations: iterations in all.
  ///   - minutes: limit of time, if any.
  init(iterations: Int, minutes: Double?) {
    self.iterations = iterations
    self.minutes = minutes
  }

  /// The line that progress shows: rate, time left, critic loss.
  mutating func line(_ report: IterationReport, seconds: Double) -> String {
    if begin == nil { begin = (report.iteration - 1, seconds - report.seconds) }
    let start = begin ?? (0, 0)
    let spent = max(seconds - start.seconds, 1e-9)
    let rate = Double(report.iteration - start.iteration) / spent
    var left = Double(iterations - report.iteration) / max(rate, 1e-9)
    if let minutes { left = min(left, max(0, minutes * 60 - seconds)) }
    return "train: iteration \(report.iteration), \(Figures.rate(rate)) iterations/s, "
      + "\(Figures.duration(left)) left, critic loss \(Figures.fixed(report.critic.loss, 3)), "
      + "Wasserstein estimate \(Figures.fixed(report.critic.wasserstein, 3))"
  }

  /// The line that progress shows in a warm start.
  func line(_ report: WarmStartReport) -> String {
    let left = Double(report.steps - report.step) * report.seconds
    return "train: warm start, step \(report.step) of \(report.steps), "
      + "cross-entropy \(Figures.fixed(report.loss, 3)) nats a symbol, "
      + "\(Figures.duration(left)) left of it"
  }

  /// The lines of an evaluation: scores with floor, the critic's gaps, newest samples.
  func evaluation(_ record: TrainingRecord, samples: [String]) -> [String] {
    var line = "iteration \(record.iteration), \(Figures.duration(record.seconds)):"
    for score in record.scores ?? [] {
      line += " JS-\(score.order) \(Figures.fixed(score.value, 4))"
      if let floor = score.floor { line += " (floor \(Figures.fixed(floor, 4)))" }
      line += ","
    }
    if let score = record.scores?.first {
      line += " \(score.samples) samples against \(score.referenceStrings) validation strings;"
    }
    if let training = record.trainingGap, let heldOut = record.heldOutGap {
      line +=
        " Wasserstein estimate \(Figures.fixed(training, 3)) on training text, "
        + "\(Figures.fixed(heldOut, 3)) on held-out text"
    }
    if let sharpness = record.sharpness, let duplicates = record.duplicateRate {
      line +=
        "; largest probability \(Figures.fixed(sharpness, 3)), duplicates "
        + "\(Figures.fixed(duplicates, 4))"
      if let real = record.realDuplicateRate { line += " (real \(Figures.fixed(real, 4)))" }
    }
    return [line] + samples.prefix(2).map { "    | \($0)" }
  }
}
