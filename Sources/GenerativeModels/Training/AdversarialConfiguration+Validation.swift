import Files

extension AdversarialConfiguration {
  /// Checks that the values make sense together.
  ///
  /// - Throws: `Failure(.usage)` naming the field, its value and the range.
  public func validate() throws {
    func require(_ condition: Bool, _ field: String, _ value: Any, _ range: String) throws {
      guard condition else {
        throw Failure(.usage, "training: \(field) is \(value), it must be \(range)")
      }
    }
    try require(batch >= 1, "batch", batch, "at least 1")
    try require(criticIterations >= 1, "critic iterations", criticIterations, "at least 1")
    try require(
      generatorRate > 0 && generatorRate.isFinite, "generator rate", generatorRate, "positive")
    try require(criticRate > 0 && criticRate.isFinite, "critic rate", criticRate, "positive")
    try require((0..<1).contains(beta1), "beta1", beta1, "in [0, 1)")
    try require((0..<1).contains(beta2), "beta2", beta2, "in [0, 1)")
    try require(penalty >= 0 && penalty.isFinite, "penalty", penalty, "at least 0")
    if let spectralBound {
      try require(
        spectralBound > 0 && spectralBound.isFinite, "spectral bound", spectralBound, "positive")
    }
    try require(warmStart >= 0, "warm start", warmStart, "at least 0 steps")
    if let rateHalfLife {
      try require(rateHalfLife >= 1, "rate half-life", rateHalfLife, "at least 1 iteration")
    }
    try require((1...batch).contains(shards), "shards", shards, "in 1...batch (\(batch))")
    try require(iterations >= 0, "iterations", iterations, "at least 0")
    let steps = iterations.multipliedReportingOverflow(by: criticIterations)
    try require(
      !steps.overflow && steps.partialValue <= UInt32.max, "iterations", iterations,
      "below 2^32 critic steps")
    if let averageDecay {
      try require((0..<1).contains(averageDecay), "average decay", averageDecay, "in [0, 1)")
    }
  }
}
