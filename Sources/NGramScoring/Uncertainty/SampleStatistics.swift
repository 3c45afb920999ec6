// Mean and variance of a few values.

/// Mean and unbiased variance of a list of values.
struct SampleStatistics {
  let mean: Double
  /// Σ (x − mean)² / (n − 1); nil for fewer than two values.
  let variance: Double?

  /// - Precondition: at least one value.
  init(of values: [Double]) {
    precondition(!values.isEmpty, "SampleStatistics: no values")
    let mean = values.reduce(0, +) / Double(values.count)
    self.mean = mean
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    variance = values.count > 1 ? squares / Double(values.count - 1) : nil
  }
}
