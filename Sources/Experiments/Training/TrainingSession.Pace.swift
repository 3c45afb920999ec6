import Files

extension TrainingSession {
  /// How often things happen, and how much is measured.
  public struct Pace: Sendable {
    /// Iterations between records; 100, chosen here; 0 for none but those of evaluations.
    public var recordEvery = 100
    /// Iterations between evaluations; 1,000, chosen here: under a tenth of the training time; 0 for
    /// none but the last.
    public var evaluateEvery = 1_000
    /// Iterations between checkpoints; 2,000, chosen here: about a minute at the default preset; 0
    /// for none but the last.
    public var checkpointEvery = 2_000
    /// Checkpoints that are kept, at least 1; 2, chosen here: the newest and one before it.
    public var checkpointsKept = 2
    /// Samples scored at an evaluation, at least 1; 2,000, chosen here for speed.
    public var sampleCount = 2_000
    /// Seconds of training after which to stop, those of earlier parts included; nil for no limit.
    public var secondsLimit: Double?

    /// The default pace.
    public init() {}

    /// Checks the ranges.
    ///
    /// - Throws: `Failure` of kind `usage` naming the value out of range.
    public func validate() throws {
      func require(_ condition: Bool, _ field: String, _ value: Any, _ range: String) throws {
        guard condition else {
          throw Failure(.usage, "pace: \(field) is \(value), it must be \(range)")
        }
      }
      try require(recordEvery >= 0, "iterations between records", recordEvery, "at least 0")
      try require(evaluateEvery >= 0, "iterations between evaluations", evaluateEvery, "at least 0")
      try require(
        checkpointEvery >= 0, "iterations between checkpoints", checkpointEvery, "at least 0")
      try require(checkpointsKept >= 1, "checkpoints kept", checkpointsKept, "at least 1")
      try require(sampleCount >= 1, "samples of an evaluation", sampleCount, "at least 1")
      if let secondsLimit {
        try require(secondsLimit >= 0, "limit in seconds", secondsLimit, "at least 0")
      }
    }
  }
}
