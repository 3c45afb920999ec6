import Experiments
import NGramScoring
import Runs

/// A comparison in tables for people.
public enum ComparisonTable {
  /// Scores with floors and reference, then differences to the base, then what refinement moved and
  /// what the ratio is that it climbed.
  public static func lines(_ rows: [ComparisonRow]) -> [String] {
    var lines = scores(rows)
    let differences = differences(rows)
    if !differences.isEmpty { lines += [""] + differences }
    let moved = moved(rows)
    if !moved.isEmpty { lines += [""] + moved }
    return lines
  }

  /// A table for each order, then one of whole strings; each value that is good near real text's has
  /// real text's at the same count beside it.
  private static func scores(_ rows: [ComparisonRow]) -> [String] {
    let orders = rows.first?.scores.filter { $0.metric == .jensenShannon }.compactMap(\.order) ?? []
    var lines: [String] = []
    for order in orders {
      var table = TextTable([
        ("samples", .left), ("JS-\(order)", .right), ("95 %", .right), ("floor", .right),
        ("excess", .right), ("recall-\(order) (real)", .right),
        ("distinct-\(order) (real)", .right),
      ])
      for row in rows {
        let score = row.score(.jensenShannon, order)
        table.append([
          row.name, Figures.fixed(score?.value, 4), ScoreTable.interval(score?.lower, score?.upper),
          Figures.fixed(score?.floor, 4), Figures.fixed(score?.excess, 4),
          besideReal(row.score(.recall, order)), besideReal(row.score(.distinctShare, order)),
        ])
      }
      lines += table.lines + [""]
    }
    let hasClassifier = rows.contains { $0.classifier != nil }
    var table = TextTable(
      [("samples", .left)] + orders.map { ("precision-\($0) (real)", .right) }
        + [
          ("duplicates (real)", .right), ("copies", .right), ("count", .right), ("seconds", .right),
        ] + (hasClassifier ? [("classifier's log loss", .right)] : []))
    for row in rows {
      table.append(
        [row.name] + orders.map { besideReal(row.score(.precision, $0)) }
          + [
            besideReal(row.score(.duplicateRate, nil)),
            Figures.fixed(row.score(.exactCopyRate, nil)?.value, 4),
            String(row.scores.first?.samples ?? 0), Figures.fixed(row.seconds, 1),
          ] + (hasClassifier ? [loss(row.classifier)] : []))
    }
    lines += table.lines + ScoreTable.references(rows.flatMap(\.scores))
    if let missing = rows.compactMap(\.missingLines).max() {
      lines.append("floor unavailable: needs \(missing) more lines")
    }
    if Set(rows.compactMap { $0.scores.first?.samples }).count > 1 {
      lines.append("counts differ: a JS value falls with the count, so compare excesses at most")
    }
    return lines
  }

  private static func loss(_ finding: TwoSampleClassifier.Finding?) -> String {
    guard let finding else { return "-" }
    return Figures.fixed(finding.logLoss, 4) + " ± " + Figures.fixed(finding.standardError, 4)
  }

  private static func besideReal(_ row: ScoreRow?) -> String {
    guard let row else { return "-" }
    return Figures.fixed(row.value, 4) + " (" + Figures.fixed(row.floor, 4) + ")"
  }

  /// A table for each order.
  private static func differences(_ rows: [ComparisonRow]) -> [String] {
    let refined = rows.filter { !$0.differences.isEmpty }
    guard let first = refined.first else { return [] }
    var lines: [String] = []
    for order in first.differences.map(\.order) {
      var table = TextTable([
        ("difference to base", .left), ("JS-\(order) [95 %]", .right),
        ("recall-\(order) [95 %]", .right),
      ])
      for row in refined {
        guard let difference = row.differences.first(where: { $0.order == order }) else { continue }
        table.append([row.name, words(difference.divergence), words(difference.recall)])
      }
      lines += table.lines + [""]
    }
    let sets = first.differences.first?.recall.sets ?? 0
    lines[lines.count - 1] =
      "JS at the full count, paired by latent; recall over \(sets) independent sets of "
      + "\(first.setSize) samples, at that count"
    return lines
  }

  private static func moved(_ rows: [ComparisonRow]) -> [String] {
    let refined = rows.filter { $0.refinement != nil }
    guard !refined.isEmpty else { return [] }
    var table = TextTable([
      ("what moved", .left), ("settings", .left), ("mean d", .right), ("of decoded text", .right),
      ("latent norm", .right), ("symbols changed", .right),
    ])
    var costs = TextTable([
      ("cost", .left), ("a sample", .right), ("fixed", .right), ("accepted", .right),
      ("unresolved", .right),
    ])
    for row in refined {
      guard let refinement = row.refinement else { continue }
      let summary = refinement.summary
      table.append([
        row.name, refinement.method.words,
        "\(Figures.fixed(summary.meanRatioBefore, 3)) → "
          + Figures.fixed(summary.meanRatioAfter, 3), decoded(summary),
        "\(Figures.fixed(summary.meanNormBefore, 2)) → "
          + Figures.fixed(summary.meanNormAfter, 2),
        Figures.fixed(summary.charactersChanged * 100, 1) + " %",
      ])
      costs.append([
        row.name, "\(Figures.units(summary.costPerSample)) units",
        "\(refinement.fixedCost.units) units",
        summary.acceptance.map { Figures.fixed($0.rate * 100, 1) + " %" } ?? "-",
        summary.acceptance.map { String($0.unresolved) } ?? "-",
      ])
    }
    return table.lines + [""] + costs.lines + ratios(refined)
  }

  private static func decoded(_ summary: RefinementSummary) -> String {
    guard let before = summary.meanDecodedBefore, let after = summary.meanDecodedAfter else {
      return "as d"
    }
    return Figures.fixed(before, 3) + " → " + Figures.fixed(after, 3)
  }

  /// What d is in the rows, once for each ratio.
  private static func ratios(_ rows: [ComparisonRow]) -> [String] {
    var ratios: [(words: String, names: [String])] = []
    for row in rows {
      guard let ratio = row.refinement?.ratio else { continue }
      let words = words(ratio)
      if let index = ratios.firstIndex(where: { $0.words == words }) {
        ratios[index].names.append(row.name)
      } else {
        ratios.append((words, [row.name]))
      }
    }
    return ratios.flatMap { wrapped("d of \($0.names.joined(separator: "; ")): \($0.words)") }
  }

  /// Words in lines of at most 110 characters, the width of the tables.
  private static func wrapped(_ text: String) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= 110 {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append((lines.isEmpty ? "" : "  ") + word)
      }
    }
    return lines
  }

  private static func words(_ ratio: RatioRecord) -> String {
    var words: String
    switch ratio.choice.kind {
    case .raw:
      words = "the critic's raw score, which is no log ratio"
      if ratio.takenAt == .decoded { words += ", of decoded text" }
      if ratio.offset != 0 { words += ", centred by \(Figures.signed(ratio.offset, 3))" }
    case .calibrated, .continued, .converged:
      let score =
        ratio.choice.kind == .calibrated ? "score" : "\(ratio.choice.kind.rawValue) critic's score"
      words =
        "\(Figures.fixed(ratio.scale, 4)) · \(score) \(Figures.signed(ratio.offset, 3)), fitted on "
        + "\(ratio.choice.representation.rawValue) text"
      if ratio.isSurrogate { words += " and taken at soft samples (a surrogate)" }
      if ratio.takenAt == .decoded { words += " and taken there" }
      if let verdict = ratio.verdict { words += "; \(verdict)" }
    }
    if ratio.choice.selection != nil, let selection = ratio.stages?.first {
      words += "; starts chosen by \(Self.words(selection))"
    }
    return words
  }

  private static func words(_ difference: ScoreDifference) -> String {
    Figures.signed(difference.value, 4) + " "
      + (difference.gap?.rawValue
        ?? ScoreTable.interval(difference.lower, difference.upper, signed: true))
  }

  private static func words(_ difference: PairedDifference) -> String {
    var text = Figures.signed(difference.mean, 4)
    if let lower = difference.lower, let upper = difference.upper {
      text += " [\(Figures.signed(lower, 4)), \(Figures.signed(upper, 4))]"
    }
    return text
  }
}

extension ComparisonRow {
  /// The score of a metric at an order; nil where there is none.
  fileprivate func score(_ metric: Metric, _ order: Int?) -> ScoreRow? {
    scores.first { $0.metric == metric && $0.order == order }
  }
}
