// How often samples are training strings word for word.

import Files
import TextCoding

/// The share of sample strings, repeats included, that occur as whole strings in a training set.
///
/// rate = #{i : sampleᵢ ∈ training} / N, in [0, 1].
///
/// Short strings recur in real text too, so the rate of *held-out real* strings against the same
/// training set belongs beside it: well above that is memorising, well below is text that real
/// people would not write.
public enum ExactCopyRate {
  /// The share of `samples` that occur in `training`, compared over all L tokens.
  ///
  /// O((N + M) L) for N samples and M training strings; memory grows with N only.
  ///
  /// - Throws: ``Files/Failure`` `badData` where there is no sample, or the lengths differ.
  public static func value(of samples: TokenStrings, training: TokenStrings) throws -> Double {
    guard samples.count > 0 else {
      throw Failure(.badData, "no samples: a copy rate needs at least one")
    }
    guard samples.length == training.length else {
      throw Failure(
        .badData,
        "samples of \(samples.length) symbols against training strings of \(training.length): "
          + "encode both at one length")
    }
    let copies = samples.withUnsafeTokens { sampleTokens in
      let index = StringIndex(of: sampleTokens, length: samples.length)
      return training.withUnsafeTokens { trainingTokens in
        index.stringsFound(in: trainingTokens, sampleTokens: sampleTokens)
      }
    }
    return Double(copies) / Double(samples.count)
  }
}
