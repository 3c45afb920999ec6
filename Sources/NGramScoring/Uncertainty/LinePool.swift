// Real strings grouped by the line they were cut from.

import Determinism

/// The rows of a pool of strings by line, and random choices among them.
struct LinePool {
  /// Rows of each line, lines ascending by number, rows ascending.
  let rowsOfLine: [[Int]]

  var count: Int { rowsOfLine.count }

  /// - Precondition: as many line numbers as rows.
  init(rows: Int, lineNumbers: [Int]?) {
    guard let lineNumbers else {
      rowsOfLine = (0..<rows).map { [$0] }
      return
    }
    precondition(
      lineNumbers.count == rows,
      "LinePool: \(lineNumbers.count) line numbers for \(rows) token strings")
    let order = (0..<rows).sorted { (lineNumbers[$0], $0) < (lineNumbers[$1], $1) }
    var groups: [[Int]] = []
    for (place, row) in order.enumerated() {
      if place > 0, lineNumbers[order[place - 1]] == lineNumbers[row] {
        groups[groups.count - 1].append(row)
      } else {
        groups.append([row])
      }
    }
    rowsOfLine = groups
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
        let rows = rowsOfLine[line]
        if rows.count == 1 { return rows[0] }
        return rows[stream.index(below: rows.count, sample: UInt64(line), step: UInt32(draw))]
      }
    }
  }

  /// All rows of `lines`.
  func allRows(of lines: [Int]) -> [Int] { lines.flatMap { rowsOfLine[$0] } }
}
