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
    of rows: [Int], lineNumbers: [Int]?, excluding excluded: Set<Int> = [], count: Int,
    seed: UInt64, name: String
  ) -> [Int] {
    let stream = RandomStream(seed: seed, name: name)
    guard let lineNumbers else {
      return stream.distinctIndices(count: min(count, rows.count), below: rows.count)
        .map { rows[$0] }
    }
    var lines: [Int] = []
    var rowsOfLine: [Int: [Int]] = [:]
    for row in rows where !excluded.contains(lineNumbers[row]) {
      if rowsOfLine[lineNumbers[row], default: []].isEmpty { lines.append(lineNumbers[row]) }
      rowsOfLine[lineNumbers[row], default: []].append(row)
    }
    let rowStream = RandomStream(seed: seed, name: name + ", row of a line")
    return stream.distinctIndices(count: min(count, lines.count), below: lines.count).map { index in
      let candidates = rowsOfLine[lines[index]] ?? []
      return candidates[
        rowStream.index(below: candidates.count, sample: UInt64(lines[index]), step: 0)]
    }
  }
}
