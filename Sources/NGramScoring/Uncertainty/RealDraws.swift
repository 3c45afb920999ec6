// Which real strings stand beside the samples.

import Determinism
import Files
import TextCoding

/// Draws of real strings, each as many as the samples, every string of the pool equally likely.
///
/// Strings cut from one line are alike (its windows overlap), and samples are independent of each
/// other; so a draw takes one string from a line, and takes lines by their number of strings: a line
/// of nine windows stands for nine times as much text as a line of one, in the reference and in what a
/// generator was trained on. Were lines equally likely, real text would seem to differ from itself. Of
/// M strings and N samples, only a line of more than M/N strings is taken more than once.
///
/// Where the pool has lines enough for all draws, they share hardly a line, none where no line is long
/// (``disjoint`` says so); otherwise each draw is taken without replacement, independently of the
/// others.
public struct RealDraws: Sendable {
  /// Strings in each draw.
  public let samples: Int
  /// Lines in the pool.
  public let lines: Int
  /// Whether no line is in two draws.
  public let disjoint: Bool
  /// Seed of the draws.
  public let seed: UInt64
  /// Rows of the pool in each draw.
  public let rows: [[Int]]

  let pool: TokenStrings

  /// Draws `samples` strings from `pool`, `draws` times.
  ///
  /// - Parameters:
  ///   - samples: strings in a draw, at least 1: the number of strings that are being scored.
  ///   - pool: real strings `[M, L]`, none of which may be part of the reference. Held-out splits
  ///     are made so; for a single file see ``HeldOutScorer``.
  ///   - lineNumbers: the line that each string of the pool was cut from, M values in any order;
  ///     nil where every string is a line of its own.
  ///   - draws: at least 1; 5 by default.
  ///   - seed: the same seed and pool give the same draws.
  /// - Returns: `unavailable` where the pool has fewer lines than `samples`.
  /// - Throws: ``Files/Failure`` `usage` where `samples` or `draws` is not positive.
  public static func choose(
    samples: Int, from pool: TokenStrings, lineNumbers: [Int]? = nil,
    draws: Int = ScoringDefaults.floorDraws, seed: UInt64 = ScoringDefaults.seed
  ) throws -> FloorEstimate<RealDraws> {
    try checkCounts(samples: samples, draws: draws)
    let lines = LinePool(rows: pool.count, lineNumbers: lineNumbers)
    guard lines.count >= samples else {
      return .unavailable(needsMoreLines: samples - lines.count)
    }
    let chosen = lines.draw(samples, draws: draws, seed: seed)
    return .available(
      RealDraws(
        samples: samples, lines: lines.count, disjoint: chosen.isDisjoint, seed: seed,
        rows: chosen.rows, pool: pool))
  }

  /// The token strings of each draw.
  public var strings: [TokenStrings] { rows.map { pool.rows($0) } }

  /// The floor of any metric: its value for each draw, with mean and deviation.
  ///
  /// ```swift
  /// let duplicates = try draws.floor { try DuplicateRate.value(of: $0) }
  /// ```
  public func floor(_ value: (TokenStrings) throws -> Double) rethrows -> Floor {
    floor(of: try rows.map { try value(pool.rows($0)) })
  }

  /// The floor made of one value a draw.
  public func floor(of values: [Double]) -> Floor {
    Floor(values: values, samples: samples, lines: lines, disjointDraws: disjoint, seed: seed)
  }

  static func checkCounts(samples: Int, draws: Int) throws {
    guard samples >= 1 else {
      throw Failure(.usage, "a floor for \(samples) samples has no meaning: at least 1 is needed")
    }
    guard draws >= 1 else {
      throw Failure(.usage, "a floor of \(draws) draws has no meaning: at least 1 is needed")
    }
  }
}
