import Determinism

/// The three parts of validation text, so that a choice is never checked on what it was made with.
public enum ValidationPart: String, Codable, CaseIterable, Sendable {
  /// For fitting: calibration, correctors.
  case fit
  /// For checking the fit and for early stopping.
  case check
  /// For tuning step sizes and the like.
  case tune

  /// The part of a token string, by hash; a third each.
  ///
  /// Equal strings share a part.
  public static func of(_ tokens: some Sequence<UInt16>) -> ValidationPart {
    var hash = StableHash()
    hash.combine("validation part 1\n")
    for token in tokens {
      hash.combine(byte: UInt8(truncatingIfNeeded: token))
      hash.combine(byte: UInt8(truncatingIfNeeded: token >> 8))
    }
    let fraction = hash.fraction * 3
    return fraction < 1 ? .fit : fraction < 2 ? .check : .tune
  }
}

extension TokenStrings {
  /// The strings of one part of a validation split, in order, in memory.
  public func part(_ part: ValidationPart) -> TokenStrings {
    rows((0..<count).filter { ValidationPart.of(self[$0]) == part })
  }
}
