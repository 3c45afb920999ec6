// How much of the reference the samples reach.

import Files

/// N-gram recall by mass: the share of the reference's n-grams, repeats included, whose n-gram
/// occurs at least once in the samples.
///
/// recall = Σ_{g in samples} reference(g) / Σ_g reference(g), in [0, 1]; higher is better.
///
/// It grows with the number of samples without end, so values compare at equal sample counts only,
/// and real strings at that count show what is reachable. A generator that drops modes lowers it
/// even where JS-n improves. Called `recall_wrt` in the improved-WGAN-training language scripts.
public enum NGramRecall {
  /// The recall of `samples` with respect to `reference`, an exact ratio of integers.
  ///
  /// - Precondition: same order, string length, vocabulary size and padding rule.
  /// - Throws: ``Files/Failure`` `badData` where the reference holds no n-gram.
  public static func value(samples: NGramCounts, reference: NGramCounts) throws -> Double {
    guard reference.total > 0 else {
      throw Failure(
        .badData, "no n-grams of order \(reference.order) in the reference: recall has no meaning")
    }
    return Double(samples.counts(in: reference).reduce(0, +)) / Double(reference.total)
  }
}
