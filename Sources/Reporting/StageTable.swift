import Refinement
import Runs

/// The stages of a refinement, with the quality of their ratios, in a table for people.
public enum StageTable {
  /// One row a stage, and what the fit took.
  public static func lines(_ record: RunStages) -> [String] {
    var table = TextTable(
      [("stage", .right), ("method", .left), ("", .left), ("critic", .left)]
        + CalibrationTable.columns)
    for (index, stage) in record.stages.enumerated() {
      table.append(
        [
          String(index + 1), stage.settings.title, stage.settings.words,
          "step \(stage.critic.step)",
        ] + CalibrationTable.cells(stage.critic.record))
    }
    return table.lines + [
      "fitted in \(Figures.fixed(record.seconds, 0)) s; \(record.particles) particles, \(record.cost.units) units to "
        + "move them"
    ]
  }
}
