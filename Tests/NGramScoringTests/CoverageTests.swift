// Coverage of the intervals in simulations on known distributions.
//
// 2,000 replicates at orders 1 to 6. The full table, with many more sources, is made by
// Tools/experiments/coverage and stands in Uncertainty.md.

import Testing

@testable import NGramScoring

@Suite struct CoverageTests {
  static let replicates = 2_000
  static let orders = 1...6
  static let length = 10
  static let symbols = 6
  static let samples = 144
  static let fixedStrings = 1_440
  static let referenceStrings = 288

  /// Intervals of one kind over the replicates, with what they should contain.
  struct Tally {
    var bounds: [(lower: Double, upper: Double)] = []
    var values: [Double] = []
    var withheld = 0

    mutating func add(_ value: Double, _ lower: Double?, _ upper: Double?) {
      values.append(value)
      guard let lower, let upper else {
        withheld += 1
        return
      }
      bounds.append((lower, upper))
    }

    /// The expectation of the values, to 2 % of their standard deviation.
    var mean: Double { values.reduce(0, +) / Double(values.count) }

    func coverage(of truth: Double) -> Double {
      let hits = bounds.count { $0.lower <= truth && truth <= $0.upper }
      return Double(hits) / Double(bounds.count)
    }
  }

  struct Tallies {
    var plugin = Tally()
    var paired = Tally()
    var independent = Tally()
    var truth = Tally()
  }

  static func source(tilt: Double, seed: UInt64) -> MarkovText {
    MarkovText(symbols: symbols, memory: 1, exponent: 1, tilt: tilt, seed: seed)
  }

  static func strings(
    _ source: MarkovText, _ count: Int, _ random: inout SimulationRandom
  ) -> SimulatedStrings {
    var result = SimulatedStrings(length: length)
    var starts = source.contexts
    for index in starts.indices.dropFirst() { starts[index] += starts[index - 1] }
    for row in 0..<count {
      source.append(length: length, starts: starts, to: &result.tokens, using: &random)
      result.parts.append(UInt8(row % 16))
    }
    return result
  }

  /// Rows of `second` become rows of `first` with a chance of seven tenths: a strongly paired set.
  static func pair(
    _ first: SimulatedStrings, _ second: SimulatedStrings, _ random: inout SimulationRandom
  ) -> SimulatedStrings {
    var result = second
    for row in 0..<first.count where random.uniform() < 0.7 {
      let range = row * length..<(row + 1) * length
      result.tokens.replaceSubrange(range, with: first.tokens[range])
    }
    return result
  }

  static func simulate() -> [Int: Tallies] {
    let (first, second, base) = (
      source(tilt: 0.3, seed: 2), source(tilt: 0.35, seed: 3), source(tilt: 0, seed: 4)
    )
    var tallies: [Int: Tallies] = [:]
    var random = SimulationRandom(seed: 20_260_101)
    let fixed = strings(base, fixedStrings, &random)
    let references = orders.map { SimulatedNGrams(fixed, order: $0, symbols: symbols) }
    for _ in 0..<replicates {
      let samples = strings(first, samples, &random)
      let others = strings(second, Self.samples, &random)
      let pairs = pair(samples, others, &random)
      let reference = strings(base, referenceStrings, &random)
      for (order, counts) in zip(orders, references) {
        func deletions(_ strings: SimulatedStrings) -> GroupDeletions {
          SimulatedNGrams(strings, order: order, symbols: symbols).walk(against: counts).deletions()
        }
        var tally = tallies[order] ?? Tallies()
        let (a, b, c) = (deletions(samples), deletions(pairs), deletions(others))
        let plugin = PluginInterval(of: a)
        tally.plugin.add(plugin.value, plugin.lower, plugin.upper)
        let paired = ScoreDifference(paired: a, minus: b)
        tally.paired.add(paired.value, paired.lower, paired.upper)
        let independent = ScoreDifference(independent: a, minus: c)
        tally.independent.add(independent.value, independent.lower, independent.upper)
        if order <= 3 {
          let walk = SimulatedNGrams(samples, order: order, symbols: symbols).walk(
            against: SimulatedNGrams(reference, order: order, symbols: symbols),
            deletingReference: true)
          if let joint = walk.jointDeletions() {
            let truth = TrueDivergence(of: joint)
            tally.truth.add(truth.plugin, truth.lower, truth.upper)
          }
        }
        tallies[order] = tally
      }
    }
    return tallies
  }

  @Test func intervalsCoverWhatTheyAreFor() throws {
    let tallies = Self.simulate()
    let (first, base) = (Self.source(tilt: 0.3, seed: 2), Self.source(tilt: 0, seed: 4))
    for order in Self.orders {
      let tally = try #require(tallies[order])
      for (name, kind) in [
        ("plug-in", tally.plugin), ("paired", tally.paired), ("independent", tally.independent),
      ] {
        let coverage = kind.coverage(of: kind.mean)
        #expect(kind.withheld == 0, "\(name) order \(order)")
        #expect(coverage >= 0.93 && coverage <= 0.97, "\(name) order \(order): \(coverage)")
      }
      let truth = tally.truth
      if order <= 2 {
        let divergence = first.divergence(from: base, order: order)
        let coverage = truth.coverage(of: divergence)
        #expect(truth.bounds.count > Self.replicates / 2, "accepted at order \(order)")
        #expect(coverage >= 0.93 && coverage <= 0.97, "true order \(order): \(coverage)")
      } else {
        #expect(truth.bounds.isEmpty, "refused at order \(order)")
      }
    }
  }
}
