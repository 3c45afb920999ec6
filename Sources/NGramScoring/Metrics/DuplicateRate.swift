// How often whole strings repeat.

import Files
import TextCoding

/// The share of strings that repeat an earlier string of the same set.
///
/// rate = 1 − (number of different strings) / N, in [0, 1).
///
/// It grows with N; good *near* the value of real strings at the same count. A collapsed generator
/// shows here first.
public enum DuplicateRate {
  /// The duplicate rate of token strings, compared over all L tokens.
  ///
  /// O(N L).
  ///
  /// - Throws: ``Files/Failure`` `badData` where there is no string.
  public static func value(of strings: TokenStrings) throws -> Double {
    guard strings.count > 0 else {
      throw Failure(.badData, "no token strings: a duplicate rate needs at least one")
    }
    let distinct = strings.withUnsafeTokens { tokens in
      StringIndex(of: tokens, length: strings.length).distinct
    }
    return Double(strings.count - distinct) / Double(strings.count)
  }
}
