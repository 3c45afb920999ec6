import Runs

/// What a search for refinement settings found, in a table for people.
public enum TuningTable {
  /// Rows that are shown: 5, chosen here.
  static let rows = 5

  /// The best candidates, best first, and what is kept.
  public static func lines(_ found: RunRefinement) -> [String] {
    var table = TextTable([
      ("divergence", .left), ("step size", .right), ("noise", .right), ("steps", .right),
      ("samples", .right), ("JS", .right), ("at the start", .right), ("recall", .right),
      ("at the start", .right), ("norm / √Z", .right), ("ended by", .left),
    ])
    for candidate in found.candidates.prefix(rows) {
      guard let start = candidate.looks.first else { continue }
      let look = candidate.looks[candidate.best]
      table.append([
        candidate.settings.divergence.name, "\(candidate.settings.stepSize)",
        "\(candidate.settings.noiseWeight)", String(candidate.settings.steps),
        String(candidate.samples), Figures.fixed(look.divergences[0], 4),
        Figures.fixed(start.divergences[0], 4), Figures.fixed(look.recall, 4),
        Figures.fixed(start.recall, 4), Figures.fixed(look.meanNorm, 3), words(candidate.end),
      ])
    }
    return table.lines + [
      "kept in \(RunRefinement.fileName): \(found.settings.title), \(found.settings.words); the search spent "
        + "\(found.spent) units"
    ]
  }

  private static func words(_ end: RefinementCandidate.End) -> String {
    switch end {
    case .budget: "the budget"
    case .divergenceRises: "JS rising"
    case .leavesShell: "the norm"
    case .textStays: "text that stays"
    }
  }
}
