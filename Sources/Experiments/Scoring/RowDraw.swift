import Determinism

/// Rows of a split drawn without replacement, at most one from any line.
///
/// Windows of one line overlap, so two of them are not two observations. Each line is equally likely,
/// and so is each of its rows.
enum RowDraw {
  /// At most `count` of `rows`, in the order drawn; the same seed and name give the same rows.
  ///
  /// - Parameters:
  ///   - rows: what to draw from.
  ///   - lineNumbers: the line of every row of the split; nil where each row is a line of its own.
  ///   - excluded: lines that must not be drawn from.
  ///   - name: name of the random stream.
  static func rows(
    of rows: some RandomAccessCollection<Int>, lineNumbers: [Int]?,
    excluding excluded: Set<Int> = [], count: Int, seed: UInt64, name: String
  ) -> [Int] {
    let stream = RandomStream(seed: seed, name: name)
    guard let lineNumbers else {
      return stream.distinctIndices(count: min(count, rows.count), below: rows.count)
        .map { rows[rows.index(rows.startIndex, offsetBy: $0)] }
    }
    // Rows by line, and where each line begins among them.
    var ordered = rows.filter { !excluded.contains(lineNumbers[$0]) }
    ordered.sort { (lineNumbers[$0], $0) < (lineNumbers[$1], $1) }
    let starts = ordered.indices.filter {
      $0 == 0 || lineNumbers[ordered[$0]] != lineNumbers[ordered[$0 - 1]]
    }
    let rowStream = RandomStream(seed: seed, name: name + ", row of a line")
    return stream.distinctIndices(count: min(count, starts.count), below: starts.count).map {
      let (start, end) = (starts[$0], $0 + 1 < starts.count ? starts[$0 + 1] : ordered.count)
      let line = lineNumbers[ordered[start]]
      return ordered[
        start + rowStream.index(below: end - start, sample: UInt64(line), step: 0)]
    }
  }
}
