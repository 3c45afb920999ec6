// Real strings grouped by the line they were cut from.

import Determinism

/// The rows of a pool of strings by line, and random choices among them.
///
/// Two integers a row where strings were cut from lines, nothing where every string is its own line.
struct LinePool {
  /// Number of lines.
  let count: Int
  /// Rows by line, lines ascending by number, rows ascending; nil where row n is line n.
  private let ordered: [Int]?
  /// Where each line's rows begin in `ordered`, and its end.
  private let starts: [Int]

  /// - Precondition: as many line numbers as rows.
  init(rows: Int, lineNumbers: [Int]?) {
    guard let lineNumbers else {
      count = rows
      ordered = nil
      starts = []
      return
    }
    precondition(
      lineNumbers.count == rows,
      "LinePool: \(lineNumbers.count) line numbers for \(rows) token strings")
    let order = (0..<rows).sorted { (lineNumbers[$0], $0) < (lineNumbers[$1], $1) }
    var starts: [Int] = []
    for place in order.indices
    where place == 0 || lineNumbers[order[place - 1]] != lineNumbers[order[place]] {
      starts.append(place)
    }
    count = starts.count
    ordered = order
    self.starts = starts + [rows]
  }

  /// Rows of one line, ascending.
  func rows(ofLine line: Int) -> ArraySlice<Int> {
    guard let ordered else { return [line] }
    return ordered[starts[line]..<starts[line + 1]]
  }

  /// `draws` choices of `size` different lines: disjoint where there are lines enough, else each
  /// from all lines.
  ///
  /// - Precondition: `size` ≤ ``count``.
  func drawLines(
    _ size: Int, draws: Int, seed: UInt64
  ) -> (lines: [[Int]], disjoint: Bool) {
    precondition(size <= count, "LinePool.drawLines: \(size) of \(count) lines")
    if size * draws <= count {
      let chosen = RandomStream(seed: seed, name: "floor")
        .distinctIndices(count: size * draws, below: count)
      return ((0..<draws).map { Array(chosen[$0 * size..<($0 + 1) * size]) }, true)
    }
    let lines = (0..<draws).map { draw in
      RandomStream(seed: seed, name: "floor draw \(draw)").distinctIndices(
        count: size, below: count)
    }
    return (lines, false)
  }

  /// For each draw one row of each of its lines.
  func oneRowOfEach(_ lines: [[Int]], seed: UInt64) -> [[Int]] {
    let stream = RandomStream(seed: seed, name: "floor row")
    return lines.enumerated().map { draw, chosen in
      chosen.map { line in
        let rows = rows(ofLine: line)
        if rows.count == 1 { return rows[rows.startIndex] }
        let chosen = stream.index(below: rows.count, sample: UInt64(line), step: UInt32(draw))
        return rows[rows.startIndex + chosen]
      }
    }
  }
}
