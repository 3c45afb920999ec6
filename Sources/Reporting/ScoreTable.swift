import NGramScoring

/// JS-n of one set of samples minus that of another, with the names of both.
public struct NamedDifference: Encodable, Sendable {
  /// What was scored.
  public let name: String
  /// What it is compared with.
  public let base: String
  /// First minus second.
  public let difference: ScoreDifference

  /// A difference of `name` minus `base`.
  public init(name: String, base: String, difference: ScoreDifference) {
    self.name = name
    self.base = base
    self.difference = difference
  }
}

/// Scores in a table for people: never a value without its count, reference and floor.
public enum ScoreTable {
  /// One line a row, what the intervals are about, and the references, each with the source of its
  /// floors.
  public static func lines(_ rows: [ScoreRow]) -> [String] {
    var table = TextTable([
      ("samples", .left), ("metric", .left), ("value", .right), ("95 %", .right),
      ("floor", .right), ("± SD", .right), ("excess", .right), ("count", .right),
      ("better", .left),
    ])
    for row in rows {
      table.append([
        row.name, name(row), Figures.fixed(row.value, 4), interval(row.lower, row.upper),
        Figures.fixed(row.floor, 4), Figures.fixed(row.floorDeviation, 4),
        Figures.fixed(row.excess, 4), String(row.samples), direction(row),
      ])
    }
    return table.lines + notes(rows) + references(rows)
  }

  /// One line a difference, with its interval; none where there is no difference.
  public static func lines(_ differences: [NamedDifference]) -> [String] {
    guard let first = differences.first else { return [] }
    var table = TextTable([
      ("difference", .left), ("metric", .left), ("value", .right), ("95 %", .right),
    ])
    for item in differences {
      let difference = item.difference
      table.append([
        "\(item.name) − \(item.base)", "JS-\(difference.order)",
        Figures.signed(difference.value, 4),
        difference.gap?.rawValue ?? interval(difference.lower, difference.upper, signed: true),
      ])
    }
    let pairs = first.difference.paired ? "paired by line" : "independent sets"
    return [""] + table.lines + ["95 %: \(first.difference.estimand.rawValue), \(pairs)"]
  }

  /// `JS-4`, `recall-6`, `duplicates`.
  static func name(_ row: ScoreRow) -> String {
    let base = row.metric == .jensenShannon ? "JS" : row.metric.rawValue
    return row.order.map { "\(base)-\($0)" } ?? base
  }

  /// `[0.0312, 0.0345]`; `-` where there is none.
  static func interval(_ lower: Double?, _ upper: Double?, signed: Bool = false) -> String {
    guard let lower, let upper else { return "-" }
    func figure(_ value: Double) -> String {
      signed ? Figures.signed(value, 4) : Figures.fixed(value, 4)
    }
    return "[\(figure(lower)), \(figure(upper))]"
  }

  /// The estimands of the intervals, and why some are missing, as is the real value of copies.
  private static func notes(_ rows: [ScoreRow]) -> [String] {
    var lines: [String] = []
    if let estimand = rows.compactMap(\.estimand).first {
      lines.append("95 %: \(estimand.rawValue)")
    }
    for row in rows {
      if let gap = row.intervalGap {
        lines.append("no interval for \(name(row)) of \(row.name): \(gap.rawValue)")
      }
      guard let truth = row.trueDivergence else { continue }
      let begin = "\(truth.estimand.rawValue) of \(row.name), \(name(row)): "
      if let estimate = truth.estimate {
        lines.append(
          begin + Figures.fixed(estimate, 4) + " " + interval(truth.lower, truth.upper))
      } else {
        lines.append(begin + (truth.gap?.rawValue ?? "-"))
      }
    }
    if rows.contains(where: { $0.metric == .exactCopyRate && $0.floor == nil }) {
      lines.append("copies: no real value, since the splits of a corpus share no string")
    }
    return lines
  }

  /// What rows were measured against, one line each, in the order of the rows.
  ///
  /// Rows against different parts of one text share a line.
  static func references(_ rows: [ScoreRow]) -> [String] {
    var groups: [[ScoreRow]] = []
    for row in rows {
      let group = groups.firstIndex {
        $0[0].reference.isSameText(as: row.reference) && $0[0].seed == row.seed
      }
      if let group { groups[group].append(row) } else { groups.append([row]) }
    }
    return groups.map { rows in
      let reference = rows[0].reference
      let sizes = rows.map(\.reference.lines)
      let (least, most) = (sizes.min() ?? 0, sizes.max() ?? 0)
      var line = "reference: \(reference.name)"
      if let split = reference.split { line += ", \(split) split" }
      line += least < most ? ", \(least) to \(most) strings" : ", \(most) strings"
      if let digest = reference.digest { line += ", digest \(digest)" }
      guard rows.contains(where: { $0.floor != nil }) else { return line }
      return line
        + (reference.split == nil
          ? "; floors of strings held out of it" : "; floors drawn with seed \(rows[0].seed)")
    }
  }

  private static func direction(_ row: ScoreRow) -> String {
    switch row.metric.direction {
    case .lower: "lower"
    case .higher: "higher"
    case .nearerReal: row.floor == nil ? "near real text's" : "near the floor"
    }
  }
}

extension ScoreRow.Reference {
  fileprivate func isSameText(as other: ScoreRow.Reference) -> Bool {
    name == other.name && split == other.split && digest == other.digest
  }
}
