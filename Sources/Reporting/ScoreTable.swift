import NGramScoring

/// Scores in a table for people: never a value without its count, reference and floor.
public enum ScoreTable {
  /// One line a row, and the references below, each with the seed of its floors.
  public static func lines(_ rows: [ScoreRow]) -> [String] {
    var table = TextTable([
      ("samples", .left), ("metric", .left), ("value", .right), ("± SE", .right),
      ("floor", .right), ("± SD", .right), ("excess", .right), ("count", .right),
      ("better", .left),
    ])
    for row in rows {
      table.append([
        row.name, name(row), Figures.fixed(row.value, 4), Figures.fixed(row.standardError, 4),
        Figures.fixed(row.floor, 4), Figures.fixed(row.floorDeviation, 4),
        Figures.fixed(row.excess, 4), String(row.samples), direction(row.metric),
      ])
    }
    return table.lines + references(rows)
  }

  /// `JS-4`, `recall-6`, `duplicates`.
  static func name(_ row: ScoreRow) -> String {
    let base = row.metric == .jensenShannon ? "JS" : row.metric.rawValue
    return row.order.map { "\(base)-\($0)" } ?? base
  }

  /// What rows were measured against, one line each, in the order of the rows.
  static func references(_ rows: [ScoreRow]) -> [String] {
    var lines: [String] = []
    for row in rows {
      let reference = row.reference
      var line = "reference: \(reference.name)"
      if let split = reference.split { line += ", \(split) split" }
      line += ", \(reference.lines) strings"
      if let digest = reference.digest { line += ", digest \(digest)" }
      line += "; floors drawn with seed \(row.seed)"
      if !lines.contains(line) { lines.append(line) }
    }
    return lines
  }

  private static func direction(_ metric: Metric) -> String {
    switch metric.direction {
    case .lower: "lower"
    case .higher: "higher"
    case .nearerReal: "near the floor"
    }
  }
}
