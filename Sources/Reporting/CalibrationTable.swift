import Refinement
import Runs

/// The quality of a critic as a log density ratio, in a table for people.
public enum CalibrationTable {
  /// One row a critic and representation: fit, then what the check part says of it.
  public static func lines(_ calibration: RunCalibration) -> [String] {
    var table = TextTable([("critic", .left), ("representation", .left)] + columns)
    let continued = (calibration.continued ?? []).map {
      (
        critic: "\($0.name == .converged ? "converged" : "continued"), step \($0.step)",
        record: $0.record
      )
    }
    for (critic, record) in calibration.records.map({ ("as trained", $0) }) + continued {
      table.append([critic, record.representation.rawValue] + cells(record))
    }
    return table.lines
  }

  /// What a fit is, and what its check says.
  static let columns: [(String, TextTable.Alignment)] = [
    ("strings", .right), ("scale", .right), ("offset", .right), ("AUC", .right),
    ("log loss", .right), ("slope [95 %]", .right), ("intercept [95 %]", .right),
    ("verdict", .left),
  ]

  /// The cells under ``columns``.
  static func cells(_ record: CalibrationRecord) -> [String] {
    let check = record.check
    return [
      "\(check.realCount)+\(check.generatedCount)", Figures.fixed(record.calibration.scale, 3),
      Figures.fixed(record.calibration.offset, 3), Figures.fixed(check.areaUnderCurve, 4),
      Figures.fixed(check.logLoss, 4), interval(check.slope), interval(check.intercept),
      check.verdict,
    ]
  }

  private static func interval(_ estimate: Estimate?) -> String {
    guard let estimate else { return "-" }
    return Figures.fixed(estimate.value, 3) + " [" + Figures.fixed(estimate.lower, 3) + ", "
      + Figures.fixed(estimate.upper, 3) + "]"
  }
}
