// How varied the samples' n-grams are.

import Files

/// Distinct-n: different n-grams over all n-grams of the samples.
///
/// distinct-n = (number of different n-grams) / (number of n-grams), in (0, 1].
///
/// It falls as samples grow, so it is compared with real strings at the same count, and good *near*
/// their value: noise has more distinct n-grams than text, a collapsed generator fewer.
public enum DistinctShare {
  /// Distinct-n of one set of counts.
  ///
  /// - Throws: ``Files/Failure`` `badData` where there is no n-gram.
  public static func value(of samples: NGramCounts) throws -> Double {
    guard samples.total > 0 else {
      throw Failure(
        .badData, "no n-grams of order \(samples.order) in the samples: distinct-n has no meaning")
    }
    return Double(samples.distinct) / Double(samples.total)
  }
}
