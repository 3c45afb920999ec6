// Scores against counts that have to be reference and floor at once.

import Determinism
import Files

/// Scores samples against real text of which nothing but counts in parts is left.
///
/// For each draw, parts with at least as many strings as there are samples are held out; the samples
/// and the held-out strings, thinned to the samples' number, are both measured against the rest, which
/// is what makes them comparable. Value and floor are means over the draws. No text is needed, and no
/// random number: thinning is by expectation (``Thinning``). Strings that are equal share a part, so
/// what is held out is nowhere in the rest word for word.
///
/// The interval is that of the value against the whole reference, moved to the value against the rest:
/// what samples scatter hardly depends on a sixteenth more or less of reference. Where more than a
/// quarter is held out it is that of the value against one of the rests. The true divergence is
/// estimated from the whole.
public struct HeldOutScorer: Sendable {
  /// Samples' scores and floors, each a mean over the same hold-outs.
  public struct Scores: Sendable {
    /// One for each order: means over the hold-outs.
    public let scores: [OrderScores]
    /// One for each order.
    public let floors: [OrderFloors]
    /// Strings that were left as reference in each hold-out, on average.
    public let referenceStrings: Int
  }

  private let scorer: NGramScorer

  /// A scorer whose reference is its own pool of real text.
  public init(_ scorer: NGramScorer) { self.scorer = scorer }

  /// Scores samples, and as many held-out strings, against the rest of the reference.
  ///
  /// - Parameters:
  ///   - samples: counted as ``NGramScorer/count(_:lineNumbers:)`` does.
  ///   - draws: hold-outs at most, 1 to 16; fewer where their parts would overlap.
  /// - Returns: `unavailable` where the reference has fewer than twice as many strings as there are
  ///   samples, since the rest would then be smaller than what was held out.
  /// - Throws: ``Files/Failure`` where samples do not fit or `draws` is not positive.
  public func scores(
    of samples: NGramCounts, measures: NGramScorer.Measures = NGramScorer.Measures(),
    draws: Int = ScoringDefaults.floorDraws
  ) throws -> FloorEstimate<Scores> {
    guard draws >= 1 else {
      throw Failure(.usage, "a floor of \(draws) draws has no meaning: at least 1 is needed")
    }
    try scorer.requireFitting(samples)
    let reference = scorer.reference
    let chosen = HoldOut.groups(draws, of: samples.strings, among: reference.stringsOfParts)
    guard let chosen else {
      return .unavailable(needsMoreLines: max(1, 2 * samples.strings - reference.strings))
    }
    let results = try Cores.map(shards: scorer.orders.count, threads: scorer.settings.threads) {
      try measure(samples, order: scorer.orders[$0], chosen, measures: measures)
    }
    let left = chosen.map { reference.strings - $0.strings }.reduce(0, +) / chosen.count
    return .available(
      Scores(
        scores: results.map(\.0), floors: results.map(\.1), referenceStrings: left))
  }

  /// The reference in two: its first part, and the rest, for metrics that no thinning reaches.
  ///
  /// - Returns: nil where all strings are in one part.
  public func halves() throws -> (held: NGramCounts, rest: NGramCounts)? {
    let parts = scorer.reference.stringsOfParts
    guard let first = parts.firstIndex(where: { $0 > 0 }),
      parts[first] < scorer.reference.strings
    else { return nil }
    let mask: UInt16 = 1 << UInt16(first)
    return (
      try scorer.reference.limited(to: mask), try scorer.reference.limited(to: ~mask)
    )
  }

  private func measure(
    _ samples: NGramCounts, order: Int, _ draws: [HoldOut], measures: NGramScorer.Measures
  ) throws -> (OrderScores, OrderFloors) {
    var measuresOfWhole = measures
    measuresOfWhole.metrics.subtract([.klOfSamples, .klOfReference, .cosine])
    let whole = try OrderMeasurement(
      samples, scorer.reference, order: order, measures: measuresOfWhole)
    let totals = scorer.reference.totals(order: order)
    let sampleTotal = samples.totals(order: order).allNGrams
    var sums = try draws.map { draw in
      try HeldOutSums(
        totals: totals, parts: draw.parts, strings: draw.strings, samples: samples.strings,
        sampleTotal: sampleTotal, measures: measures)
    }
    // The error against a rest of another size than the whole.
    let much = measures.intervals && draws[0].isMuch(of: totals.allStrings) ? draws[0] : nil
    let left = ~(much?.parts ?? 0)
    var deletions = GroupDeletions.Accumulator(
      sample: samples.totals(order: order), reference: totals.limited(to: left))
    try NGramWalk(samples, scorer.reference, order: order).forEach { sample, real in
      for draw in sums.indices { sums[draw].add(sample.total, real) }
      if much != nil { deletions.add(sample: sample, reference: real.limited(to: left)) }
    }
    /// One value a draw; nil where a metric has none.
    func values(_ value: (HeldOutSums) -> Double?) -> [Double]? {
      let values = sums.compactMap(value)
      return values.count == sums.count ? values : nil
    }
    let poolStrings = draws.map(\.strings).reduce(0, +) / draws.count
    let floors = OrderFloors(
      order: order,
      Metric.allCases.compactMap { metric in
        values { $0.floor(of: metric) }.map {
          (metric, Floor(values: $0, samples: samples.strings, poolStrings: poolStrings))
        }
      })
    let interval = much.map { _ in PluginInterval(of: deletions.deletions()) }
    let scores = whole.scores.replacing(interval: interval) { metric in
      values { $0.sampleValue(of: metric) }.map { $0.reduce(0, +) / Double($0.count) }
    }
    return (scores, floors)
  }
}
