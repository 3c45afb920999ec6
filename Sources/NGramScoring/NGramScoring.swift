// Scores of decoded, re-encoded text against reference text: exact character n-gram counts
// (Counting/), divergences between them (Divergences/), further text metrics (Metrics/), and what
// can honestly be said of their uncertainty (Uncertainty/).
//
// May import: TextCoding, Files and Determinism. No tensors, no networks, no text coding of its
// own: everything here works on token strings `[N, L]` and a vocabulary size V. Nothing prints.

/// The values that scoring uses when nobody says otherwise, each with its source.
public enum ScoringDefaults {
  /// n-gram orders that are reported: 4 and 6, the orders of the published tables (two-time-scale
  /// update rule, NIPS 2017, and the improved-WGAN-training language scripts).
  public static let orders = [4, 6]

  /// Draws of real strings behind a floor: 5, the least number that gives a usable deviation;
  /// chosen here.
  public static let floorDraws = 5

  /// Bytes that counting may take: 1 GiB, chosen here; ten million lines of synthetic newswire took
  /// 265 MB of it (measured).
  public static let memory = 1 << 30

  /// Order of the character n-gram model behind a cross-entropy: 6, the longest published JS-n.
  public static let modelOrder = 6

  /// Seed of the floor's draws: 1, the seed default of every command.
  public static let seed: UInt64 = 1
}
