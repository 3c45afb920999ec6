/// Predicted probabilities against observed frequencies, in bins of equal width.
public struct ReliabilityTable: Codable, Equatable, Sendable {
  /// The samples whose predicted probability falls in [lower, upper); the last bin includes 1.
  public struct Bin: Codable, Equatable, Sendable {
    /// Lower edge.
    public let lower: Double
    /// Upper edge.
    public let upper: Double
    /// Samples in the bin.
    public let count: Int
    /// Mean predicted probability of being real; absent for an empty bin.
    public let meanPredicted: Double?
    /// Share of real samples; absent for an empty bin.
    public let observedShare: Double?
  }

  /// The bins, from 0 to 1.
  public let bins: [Bin]

  /// Bins the predictions σ(d + log(n_real/n_generated)).
  ///
  /// - Parameters:
  ///   - logDensityRatios: d of real and generated samples, nats.
  ///   - binCount: at least 1; 10 by default.
  public init(_ logDensityRatios: ScoreSet, binCount: Int = 10) {
    precondition(binCount >= 1, "ReliabilityTable: \(binCount) bins; give at least 1")
    var counts = [Int](repeating: 0, count: binCount)
    var realCounts = counts
    var sums = [Double](repeating: 0, count: binCount)
    for (scores, isReal) in [(logDensityRatios.real, true), (logDensityRatios.generated, false)] {
      for score in scores {
        let probability = logistic(score + logDensityRatios.priorLogOdds)
        let bin = min(Int(probability * Double(binCount)), binCount - 1)
        counts[bin] += 1
        realCounts[bin] += isReal ? 1 : 0
        sums[bin] += probability
      }
    }
    bins = (0..<binCount).map { bin in
      let count = Double(counts[bin])
      return Bin(
        lower: Double(bin) / Double(binCount), upper: Double(bin + 1) / Double(binCount),
        count: counts[bin], meanPredicted: counts[bin] == 0 ? nil : sums[bin] / count,
        observedShare: counts[bin] == 0 ? nil : Double(realCounts[bin]) / count)
    }
  }

  /// The mean absolute gap between prediction and frequency, weighted by count (expected
  /// calibration error); in [0, 1].
  ///
  /// Biased upward for few samples a bin.
  public var meanGap: Double {
    var (sum, total) = (0.0, 0)
    for bin in bins {
      if let predicted = bin.meanPredicted, let observed = bin.observedShare {
        sum += Double(bin.count) * abs(predicted - observed)
        total += bin.count
      }
    }
    return total == 0 ? 0 : sum / Double(total)
  }
}
