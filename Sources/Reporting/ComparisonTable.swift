import Experiments
import NGramScoring

/// A comparison in tables for people.
public enum ComparisonTable {
  /// Scores with floors, then differences to the base, then what refinement moved.
  public static func lines(_ rows: [ComparisonRow]) -> [String] {
    var lines = scores(rows)
    let differences = differences(rows)
    if !differences.isEmpty { lines += [""] + differences }
    let moved = moved(rows)
    if !moved.isEmpty { lines += [""] + moved }
    return lines
  }

  private static func scores(_ rows: [ComparisonRow]) -> [String] {
    let orders = rows.first?.scores.filter { $0.metric == .jensenShannon }.compactMap(\.order) ?? []
    var columns: [(header: String, alignment: TextTable.Alignment)] = [("samples", .left)]
    for order in orders {
      columns += [
        ("JS-\(order)", .right), ("± SE", .right), ("floor", .right), ("excess", .right),
        ("recall-\(order)", .right),
      ]
    }
    columns += [("duplicates", .right), ("count", .right), ("seconds", .right)]
    var table = TextTable(columns)
    for row in rows {
      var cells = [row.name]
      for order in orders {
        let score = row.scores.first { $0.metric == .jensenShannon && $0.order == order }
        let recall = row.scores.first { $0.metric == .recall && $0.order == order }
        cells += [
          figure(score?.value), figure(score?.standardError), figure(score?.floor),
          figure(score?.excess), figure(recall?.value),
        ]
      }
      cells += [
        figure(row.scores.first { $0.metric == .duplicateRate }?.value),
        String(row.scores.first?.samples ?? 0), Figures.fixed(row.seconds, 1),
      ]
      table.append(cells)
    }
    var lines = table.lines
    if let reference = rows.first?.scores.first?.reference {
      var line = "reference: \(reference.name)"
      if let split = reference.split { line += ", \(split) split" }
      line += ", \(reference.lines) strings"
      if let digest = reference.digest { line += ", digest \(digest)" }
      lines.append(line)
    }
    if let missing = rows.compactMap(\.missingLines).max() {
      lines.append("floor unavailable: needs \(missing) more lines")
    }
    return lines
  }

  private static func differences(_ rows: [ComparisonRow]) -> [String] {
    let refined = rows.filter { !$0.differences.isEmpty }
    guard let first = refined.first else { return [] }
    var columns: [(header: String, alignment: TextTable.Alignment)] = [
      ("difference to base", .left)
    ]
    for difference in first.differences {
      columns += [
        ("JS-\(difference.order) [95 %]", .right), ("recall-\(difference.order) [95 %]", .right),
      ]
    }
    var table = TextTable(columns)
    for row in refined {
      var cells = [row.name]
      for difference in row.differences {
        cells += [interval(difference.divergence), interval(difference.recall)]
      }
      table.append(cells)
    }
    let sets = first.differences.first?.divergence.sets ?? 0
    return table.lines
      + ["over \(sets) independent sets of \(first.setSize) samples, at that count; same latents"]
  }

  private static func moved(_ rows: [ComparisonRow]) -> [String] {
    let refined = rows.filter { $0.summary != nil }
    guard !refined.isEmpty else { return [] }
    var table = TextTable([
      ("what moved", .left), ("mean d", .right), ("latent norm", .right),
      ("characters changed", .right), ("texts changed", .right), ("cost a sample", .right),
    ])
    for row in refined {
      guard let summary = row.summary else { continue }
      table.append([
        row.name,
        "\(Figures.fixed(summary.meanRatioBefore, 3)) → "
          + Figures.fixed(summary.meanRatioAfter, 3),
        "\(Figures.fixed(summary.meanNormBefore, 2)) → "
          + Figures.fixed(summary.meanNormAfter, 2),
        Figures.fixed(summary.charactersChanged * 100, 1) + " %",
        Figures.fixed(summary.textsChanged * 100, 1) + " %", "\(summary.costPerSample) units",
      ])
    }
    return table.lines
  }

  private static func figure(_ value: Double?) -> String {
    value.map { Figures.fixed($0, 4) } ?? "-"
  }

  private static func interval(_ difference: PairedDifference) -> String {
    var text = signed(difference.mean)
    if let lower = difference.lower, let upper = difference.upper {
      text += " [\(signed(lower)), \(signed(upper))]"
    }
    return text
  }

  private static func signed(_ value: Double) -> String {
    (value >= 0 ? "+" : "") + Figures.fixed(value, 4)
  }
}
