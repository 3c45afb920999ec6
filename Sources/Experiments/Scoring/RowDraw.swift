import Determinism

/// Rows drawn from a list without replacement.
enum RowDraw {
  /// At most `count` of `rows`, in the order drawn; the same seed and name give the same rows.
  static func rows(of rows: [Int], count: Int, seed: UInt64, name: String) -> [Int] {
    RandomStream(seed: seed, name: name)
      .distinctIndices(count: min(count, rows.count), below: rows.count)
      .map { rows[$0] }
  }
}
