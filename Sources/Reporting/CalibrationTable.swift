import Refinement
import Runs

/// The quality of a critic as a log density ratio, in a table for people.
public enum CalibrationTable {
  /// One row a critic and representation: fit, then what the check part says of it.
  public static func lines(_ calibration: RunCalibration) -> [String] {
    var table = TextTable([
      ("critic", .left), ("representation", .left), ("strings", .right), ("scale", .right),
      ("offset", .right), ("AUC", .right), ("log loss", .right), ("slope [95 %]", .right),
      ("intercept [95 %]", .right), ("verdict", .left),
    ])
    let continued = (calibration.continued ?? []).map {
      (critic: "continued, step \($0.step)", record: $0.record)
    }
    for (critic, record) in calibration.records.map({ ("as trained", $0) }) + continued {
      let check = record.check
      table.append([
        critic, record.representation.rawValue, "\(check.realCount)+\(check.generatedCount)",
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
