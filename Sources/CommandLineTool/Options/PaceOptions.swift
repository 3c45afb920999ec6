import ArgumentParser
import Experiments

/// How often things happen.
struct PaceOptions: ParsableArguments {
  @Option(
    name: .long, parsing: .unconditional,
    help: "Stop after so many minutes of training, resumed parts included.")
  var minutes: Double?

  @Option(name: .long, parsing: .unconditional, help: "Iterations between evaluations.")
  var evaluateEvery = TrainingSession.Pace().evaluateEvery

  @Option(name: .long, parsing: .unconditional, help: "Iterations between checkpoints.")
  var checkpointEvery = TrainingSession.Pace().checkpointEvery

  @Option(name: .long, parsing: .unconditional, help: "Samples scored at an evaluation.")
  var evaluationSamples = TrainingSession.Pace().sampleCount

  func validate() throws {
    if let minutes { try Given.number(minutes, "--minutes", positive: true) }
    try Given.count(evaluateEvery, "--evaluate-every")
    try Given.count(checkpointEvery, "--checkpoint-every")
    try Given.count(evaluationSamples, "--evaluation-samples")
  }

  var pace: TrainingSession.Pace {
    var pace = TrainingSession.Pace()
    pace.evaluateEvery = evaluateEvery
    pace.recordEvery = min(pace.recordEvery, evaluateEvery)
    pace.checkpointEvery = checkpointEvery
    pace.sampleCount = evaluationSamples
    pace.secondsLimit = minutes.map { $0 * 60 }
    return pace
  }
}
