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

  /// `draws` choices of `size` different rows; every row is as likely as any other.
  ///
  /// Where there are lines enough, one choice is dealt out among the draws; else each draw is made
  /// from all lines, independently of the others.
  ///
  /// - Returns: the rows, and whether no line is in two draws.
  /// - Precondition: 1 ≤ `size` ≤ ``count``.
  func draw(_ size: Int, draws: Int, seed: UInt64) -> (rows: [[Int]], isDisjoint: Bool) {
    precondition(size >= 1 && size <= count, "LinePool.draw: \(size) rows from \(count) lines")
    let isDealt = size * draws <= count
    guard let ordered else {
      guard isDealt else { return ((0..<draws).map { distinct(size, draw: $0, seed) }, false) }
      let chosen = distinct(size * draws, draw: nil, seed)
      return ((0..<draws).map { Array(chosen[$0 * size..<($0 + 1) * size]) }, true)
    }
    let stream = RandomStream(seed: seed, name: "floor of lines")
    guard isDealt else {
      return ((0..<draws).map { spread(size, ordered, stream, UInt32($0)).map(\.row) }, false)
    }
    // In turn: each draw takes every so many rows, so that it is spread as the whole is.
    let chosen = spread(size * draws, ordered, stream, 0)
    let rows = (0..<draws).map { draw in
      stride(from: draw, to: chosen.count, by: draws).map { chosen[$0].row }
    }
    let isDisjoint = !zip(chosen, chosen.dropFirst()).contains { $0.line == $1.line }
    return (rows, isDisjoint || draws == 1)
  }

  /// Rows of a pool whose rows are lines; nil names the choice that is dealt out.
  private func distinct(_ size: Int, draw: Int?, _ seed: UInt64) -> [Int] {
    RandomStream(seed: seed, name: draw.map { "floor draw \($0)" } ?? "floor")
      .distinctIndices(count: size, below: count)
  }

  /// Rows at equal distances along all lines in random order, one row after the other.
  ///
  /// Of W rows the ⌊(kW + o)/S⌋-th, k = 0…S − 1, with o uniform below W: systematic sampling, which
  /// takes each row with probability S/W exactly (Goodman and Kish, 1950, "Controlled selection"). A
  /// line of at most W/S rows is taken once at most; a longer one as often as it has such shares, with
  /// as much text between its rows as can be.
  private func spread(
    _ size: Int, _ ordered: [Int], _ stream: RandomStream, _ step: UInt32
  ) -> [(line: Int, row: Int)] {
    let all = ordered.count
    var place = stream.index(below: all, sample: 0, step: step)
    var chosen: [(line: Int, row: Int)] = []
    chosen.reserveCapacity(size)
    var passed = 0
    for line in stream.shuffled(Array(0..<count), step: step) {
      let end = passed + starts[line + 1] - starts[line]
      while place < end * size {
        chosen.append((line, ordered[starts[line] + place / size - passed]))
        place += all
      }
      passed = end
    }
    return chosen
  }
}
