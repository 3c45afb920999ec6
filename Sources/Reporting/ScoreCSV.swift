import NGramScoring

/// Scores as comma-separated values (RFC 4180): a head, then one line a row, all digits.
public enum ScoreCSV {
  /// The columns, in order.
  static let columns = [
    "name", "metric", "order", "value", "standard_error", "lower", "upper", "floor",
    "floor_deviation", "excess", "true_estimate", "true_lower", "true_upper", "true_gap", "samples",
    "reference", "split", "reference_lines", "digest", "seed",
  ]

  /// The head and one line a row; a value that is not there is an empty field.
  public static func lines(_ rows: [ScoreRow]) -> [String] {
    [columns.joined(separator: ",")]
      + rows.map { row in fields(row).map(quoted).joined(separator: ",") }
  }

  private static func fields(_ row: ScoreRow) -> [String] {
    func number(_ value: Double?) -> String { value.map { String($0) } ?? "" }
    let truth = row.trueDivergence
    return [
      row.name, row.metric.rawValue, row.order.map { String($0) } ?? "", number(row.value),
      number(row.standardError), number(row.lower), number(row.upper), number(row.floor),
      number(row.floorDeviation), number(row.excess), number(truth?.estimate),
      number(truth?.lower), number(truth?.upper), truth?.gap?.rawValue ?? "",
      String(row.samples), row.reference.name, row.reference.split ?? "",
      String(row.reference.lines), row.reference.digest ?? "", String(row.seed),
    ]
  }

  /// Quoted where it holds a comma, a quote or a line end.
  private static func quoted(_ field: String) -> String {
    // Scalars, not characters: a line feed after a carriage return, or a quote under an accent, is
    // one character that equals neither.
    guard field.unicodeScalars.contains(where: { ",\"\n\r".unicodeScalars.contains($0) }) else {
      return field
    }
    var text = String.UnicodeScalarView("\"".unicodeScalars)
    for scalar in field.unicodeScalars {
      if scalar == "\"" { text.append(scalar) }
      text.append(scalar)
    }
    text.append("\"")
    return String(text)
  }
}
