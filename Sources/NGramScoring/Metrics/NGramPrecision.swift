// How much of the samples the reference holds.

import Files

/// N-gram precision by mass: the share of the samples' n-grams, repeats included, whose n-gram
/// occurs at least once in the reference.
///
/// precision = Σ_{g in reference} samples(g) / Σ_g samples(g), in [0, 1]; higher is better.
///
/// Unbiased in the number of samples; it grows with the reference. A generator that repeats one
/// good string reaches 1, so it is never shown without recall. Called `precision_wrt` in the
/// improved-WGAN-training language scripts.
public enum NGramPrecision {
  /// The precision of `samples` with respect to `reference`, an exact ratio of integers.
  ///
  /// - Precondition: same order, string length, vocabulary size and padding rule.
  /// - Throws: ``Files/Failure`` `badData` where there is no sample n-gram.
  public static func value(samples: NGramCounts, reference: NGramCounts) throws -> Double {
    guard samples.total > 0 else {
      throw Failure(
        .badData, "no n-grams of order \(samples.order) in the samples: precision has no meaning")
    }
    var held = 0
    for (count, other) in zip(samples.counts, samples.counts(in: reference)) where other > 0 {
      held += count
    }
    return Double(held) / Double(samples.total)
  }
}
