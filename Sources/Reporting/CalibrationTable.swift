import Refinement
import Runs

/// The quality of a critic as a log density ratio, in a table for people.
public enum CalibrationTable {
  /// One row a representation: fit, then what the check part says of it.
  public static func lines(_ calibration: RunCalibration) -> [String] {
    var table = TextTable([
      ("representation", .left), ("strings", .right), ("scale", .right), ("offset", .right),
      ("AUC", .right), ("log loss", .right), ("slope [95 %]", .right),
      ("intercept [95 %]", .right), ("verdict", .left),
    ])
    for record in calibration.records {
      let check = record.check
      table.append([
        record.representation.rawValue, "\(check.realCount)+\(check.generatedCount)",
        Figures.fixed(record.calibration.scale, 3), Figures.fixed(record.calibration.offset, 3),
        Figures.fixed(check.areaUnderCurve, 4), Figures.fixed(check.logLoss, 4),
        interval(check.slope), interval(check.intercept), check.verdict,
      ])
    }
    return table.lines
  }

  private static func interval(_ estimate: Estimate?) -> String {
    guard let estimate else { return "-" }
    return Figures.fixed(estimate.value, 3) + " [" + Figures.fixed(estimate.lower, 3) + ", "
      + Figures.fixed(estimate.upper, 3) + "]"
  }
}
