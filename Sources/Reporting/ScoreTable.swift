import NGramScoring

/// Scores in a table for people: never a value without its count, reference and floor.
public enum ScoreTable {
  /// One line a row, and the reference below.
  public static func lines(_ rows: [ScoreRow]) -> [String] {
    var table = TextTable([
      ("samples", .left), ("metric", .left), ("value", .right), ("± SE", .right),
      ("floor", .right), ("± SD", .right), ("excess", .right), ("count", .right),
      ("better", .left),
    ])
    for row in rows {
      table.append([
        row.name, name(row), Figures.fixed(row.value, 4), optional(row.standardError),
        optional(row.floor), optional(row.floorDeviation), optional(row.excess),
        String(row.samples), direction(row.metric),
      ])
    }
    var lines = table.lines
    var references: [ScoreRow.Reference] = []
    for row in rows where !references.contains(row.reference) { references.append(row.reference) }
    for reference in references {
      var line = "reference: \(reference.name)"
      if let split = reference.split { line += ", \(split) split" }
      line += ", \(reference.lines) strings"
      if let digest = reference.digest { line += ", digest \(digest)" }
      if let seed = rows.first?.seed { line += "; floors drawn with seed \(seed)" }
      lines.append(line)
    }
    return lines
  }

  /// `JS-4`, `recall-6`, `duplicates`.
  static func name(_ row: ScoreRow) -> String {
    let base = row.metric == .jensenShannon ? "JS" : row.metric.rawValue
    return row.order.map { "\(base)-\($0)" } ?? base
  }

  private static func optional(_ value: Double?) -> String {
    value.map { Figures.fixed($0, 4) } ?? "-"
  }

  private static func direction(_ metric: Metric) -> String {
    switch metric.direction {
    case .lower: "lower"
    case .higher: "higher"
    case .nearerReal: "near the floor"
    }
  }
}
