// KL between n-gram distributions, made finite by half a count.

/// The smoothed Kullback-Leibler divergences of samples and reference, both ways, in bits.
///
/// With U the number of n-grams that either side holds, c and C the samples' counts and their sum,
/// p̃(g) = (c(g) + ½)/(C + ½ U), q̃ likewise for the reference:
///
///     KL(p̃‖q̃) = Σ p̃ log₂(p̃/q̃),   KL(q̃‖p̃) = Σ q̃ log₂(q̃/p̃)   over the union of the supports.
///
/// At least 0, without upper bound. Half a count on the union of supports (Krichevsky and Trofimov,
/// 1981) makes it finite; the value depends on it wherever n-grams are rare, so it is always called
/// smoothed.
struct SmoothedKullbackLeibler {
  private let samplesTotal: Double
  private let referenceTotal: Double
  private var union = 0.0
  private var samplesSum = CompensatedSum()
  private var referenceSum = CompensatedSum()

  init(samplesTotal: Double, referenceTotal: Double) {
    self.samplesTotal = samplesTotal
    self.referenceTotal = referenceTotal
  }

  /// Adds an n-gram that at least one side holds.
  @inline(__always)
  mutating func add(_ samples: Int, _ reference: Int) {
    add(Double(samples), reference, probability: 1)
  }

  /// Adds an n-gram that has this many occurrences in the samples with a probability, and is then in
  /// the union: sums become expectations, and a divergence of them is that of the expected sums.
  @inline(__always)
  mutating func add(_ samples: Double, _ reference: Int, probability: Double) {
    union += probability
    let left = samples + 0.5
    let right = Double(reference) + 0.5
    let logarithm = probability * binaryLogarithm(left / right)
    samplesSum.add(left * logarithm)
    referenceSum.add(-right * logarithm)
  }

  /// KL(p̃‖q̃) of samples from reference.
  var ofSamples: Double {
    max(0, samplesSum.value / samplesMass + binaryLogarithm(referenceMass / samplesMass))
  }

  /// KL(q̃‖p̃) of reference from samples.
  var ofReference: Double {
    max(0, referenceSum.value / referenceMass + binaryLogarithm(samplesMass / referenceMass))
  }

  private var samplesMass: Double { samplesTotal + 0.5 * union }
  private var referenceMass: Double { referenceTotal + 0.5 * union }
}
