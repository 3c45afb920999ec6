import ArgumentParser
import Experiments
import NGramScoring

/// Metrics by name, or `all` of them.
struct MetricChoice: ExpressibleByArgument {
  /// The metrics of the name.
  let metrics: [Metric]

  init?(argument: String) {
    if argument == "all" {
      metrics = Metric.allCases
    } else if let metric = Metric(rawValue: argument) {
      metrics = [metric]
    } else {
      return nil
    }
  }

  static var allValueStrings: [String] { Metric.allCases.map(\.rawValue) + ["all"] }
}

/// What is measured of samples.
struct MeasureOptions: ParsableArguments {
  @Option(
    name: .customLong("metric"),
    help: """
      Metric; may be given several times \
      (default: \(Metric.standard.map(\.rawValue).joined(separator: ", "))).
      """)
  var metrics: [MetricChoice] = []

  @Option(
    name: .customLong("order"), parsing: .unconditionalSingleValue,
    help: "n-gram order; may be given several times (4 and 6, as the published tables).")
  var orders: [Int] = []

  @Flag(name: .long, help: "Leave out n-grams that contain padding.")
  var excludePadding = false

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "Draws of real strings behind a floor (parts held out, for text files and counts; "
        + "\(ScoringDefaults.floorDraws) where nothing is said)."))
  var draws: Int?

  @Flag(name: .long, help: "The plug-in values alone: no floors, no intervals (faster).")
  var plain = false

  /// Whether metrics were asked for without naming them.
  var asksForAll: Bool { metrics.contains { $0.metrics.count > 1 } }

  /// Whether a metric was asked for by its own name.
  func names(_ metric: Metric) -> Bool { metrics.contains { $0.metrics == [metric] } }

  /// Whether a metric is measured.
  func measures(_ metric: Metric) -> Bool { chosen.contains(metric) }

  private var chosen: [Metric] {
    let named = metrics.flatMap(\.metrics)
    return metrics.isEmpty ? Metric.standard : Metric.allCases.filter(named.contains)
  }

  func validate() throws {
    for order in orders { try Given.count(order, "--order") }
    if let draws {
      try Given.count(draws, "--draws", atLeast: 2)
      if plain { throw ValidationError("--draws is about floors, which --plain leaves out") }
    }
    let perplexities: [Metric] = [.forwardPerplexity, .reversePerplexity]
    let names = chosen.map(\.rawValue).joined(separator: ", ")
    if !orders.isEmpty, !chosen.contains(where: { $0.hasOrder && !perplexities.contains($0) }) {
      throw ValidationError(
        "--order has no meaning for \(names) (models are of order \(ScoringDefaults.modelOrder)); "
          + "leave it out, or add a metric of n-grams such as --metric js")
    }
    if excludePadding, !chosen.contains(where: \.hasOrder) {
      throw ValidationError(
        "--exclude-padding has no meaning for \(names); leave it out, or add a metric of n-grams")
    }
  }

  /// The options of a reference, but for threads and memory.
  func options(seed: UInt64) -> ScoringReference.Options {
    var options = ScoringReference.Options()
    if !orders.isEmpty { options.orders = orders }
    options.metrics = chosen
    options.excludesPadding = excludePadding
    if let draws { options.draws = draws }
    options.isPlain = plain
    options.seed = seed
    return options
  }
}
