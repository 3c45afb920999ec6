import Experiments

/// A comparison in the plane as a table for people.
public enum PlaneTable {
  /// One row a method, real points first.
  public static func lines(_ outcome: PlaneComparison.Outcome) -> [String] {
    let hasModes = outcome.rows.first?.statistics.modes != nil
    var table = TextTable(
      [("points", .left)]
        + (hasModes
          ? [
            ("high quality", .right), ("modes", .right), ("variance ratio", .right),
            ("occupancy TV", .right),
          ] : [])
        + [
          ("energy distance", .right), ("kernel score", .right), ("Scott", .right),
          ("cost", .right), ("accepted", .right),
        ])
    for row in outcome.rows {
      let statistics = row.statistics
      var cells = [row.name]
      if let modes = statistics.modes {
        cells += [
          Figures.fixed(modes.highQualityShare * 100, 2) + " %", String(modes.modesPresent),
          Figures.fixed(modes.varianceRatio, 3), Figures.fixed(modes.occupancyDistance, 4),
        ]
      }
      cells += [
        Figures.fixed(statistics.energyDistance, 5), Figures.fixed(statistics.kernelScore, 4),
        Figures.fixed(statistics.kernelScoreScott, 4),
        row.costPerSample.map(Figures.units) ?? "-",
        row.acceptance.map { Figures.fixed($0.rate * 100, 1) + " %" } ?? "-",
      ]
      table.append(cells)
    }
    return table.lines + [
      "d = \(Figures.fixed(outcome.scale, 4)) · score \(Figures.signed(outcome.offset, 3)); AUC of real "
        + "against base points \(Figures.fixed(outcome.areaUnderCurve, 4)); kernels of bandwidth "
        + Figures.fixed(outcome.bandwidth, 4)
    ]
  }
}
