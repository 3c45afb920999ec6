import Experiments
import GenerativeModels

/// The times of steps or products, in a table for people.
public enum SpeedTable {
  /// One row a step, width and batch, then the machine, what the rate counts, and what the times mean
  /// for a training.
  public static func lines(_ rows: [StepTiming]) -> [String] {
    var table = TextTable([
      ("width", .right), ("batch", .right), ("step", .left), ("median", .right),
      ("least", .right), ("times", .right), ("GFLOP", .right), ("GFLOP/s", .right),
      ("of peak", .right), ("memory", .right),
    ])
    for row in rows {
      table.append(
        ["\(row.size.width)", "\(row.batch)", row.step.rawValue] + cells(row.times)
          + [row.peakMemory.map(Figures.bytes) ?? "-"])
    }
    guard let first = rows.first else { return table.lines }
    let threads = first.threads == 1 ? "1 thread" : "\(first.threads) threads"
    return table.lines
      + [peakLine(rows.map(\.times), threads: threads, set: first.instructionSet)]
      + trainings(rows)
  }

  /// One row a product.
  public static func lines(_ rows: [ProductTiming]) -> [String] {
    var table = TextTable([
      ("product", .left), ("median", .right), ("least", .right), ("times", .right),
      ("GFLOP", .right), ("GFLOP/s", .right), ("of peak", .right),
    ])
    for row in rows {
      let extents = row.extents
      table.append(
        ["\(extents.rows)x\(extents.columns)x\(extents.depth)"] + cells(row.times))
    }
    guard let first = rows.first else { return table.lines }
    return table.lines
      + [peakLine(rows.map(\.times), threads: "1 thread", set: first.instructionSet)]
  }

  private static func cells(_ times: RepetitionSummary) -> [String] {
    [
      milliseconds(times.medianSeconds), milliseconds(times.leastSeconds),
      "\(times.repetitions)", Figures.rate(times.operations / 1e9),
      Figures.rate(times.operationsPerSecond / 1e9), Figures.fixed(times.shareOfPeak, 2),
    ]
  }

  private static func milliseconds(_ seconds: Double) -> String {
    Figures.rate(seconds * 1e3) + " ms"
  }

  private static func peakLine(
    _ times: [RepetitionSummary], threads: String, set: String
  ) -> String {
    let peaks = times.map { $0.peakOperationsPerSecond / 1e9 }
    let (low, high) = (peaks.min() ?? .nan, peaks.max() ?? .nan)
    let range = Figures.rate(low) + (high > low ? " to " + Figures.rate(high) : "")
    return
      "\(set), \(threads): multiply-add peak \(range) GFLOP/s beside the rows; GFLOP counts the "
      + "plain algorithm"
  }

  /// What an iteration comes to where both of its steps were timed, and the preset of that size.
  private static func trainings(_ rows: [StepTiming]) -> [String] {
    rows.filter { $0.step == .critic }.compactMap { critic in
      let generator = rows.first {
        $0.step == .generator && $0.size == critic.size && $0.batch == critic.batch
      }
      guard let generator else { return nil }
      let preset = TrainingPreset.allCases.first {
        $0.width == critic.size.width && $0.blocks == critic.size.blocks
          && $0.configuration().batch == critic.batch
      }
      let recipe = preset?.configuration() ?? AdversarialConfiguration()
      let seconds =
        Double(recipe.criticIterations) * critic.times.medianSeconds
        + generator.times.medianSeconds
      let steps = recipe.criticIterations == 1 ? "step" : "steps"
      var line =
        "training at width \(critic.size.width), batch \(critic.batch): "
        + "\(milliseconds(seconds)) an iteration (\(recipe.criticIterations) critic \(steps), "
        + "1 generator step)"
      if let preset {
        line +=
          "; preset \(preset.rawValue), \(recipe.iterations) iterations: "
          + Figures.duration(seconds * Double(recipe.iterations))
      }
      return line
    }
  }
}
