import Files
import Foundation
import Testing
import TextCoding

@testable import NGramScoring

@Suite("Floors")
struct FloorTests {
  @Test("draws of a large pool are disjoint, one row a line, and the seed decides them")
  func disjointDraws() throws {
    let pool = randomStrings(600, length: 5, vocabularySize: 9, seed: 1)
    // 200 lines of three rows, interleaved.
    let lineNumbers = (0..<600).map { ($0 * 7) % 200 }
    func draws(seed: UInt64) throws -> RealDraws {
      try #require(
        try RealDraws.choose(samples: 40, from: pool, lineNumbers: lineNumbers, seed: seed).value)
    }
    let chosen = try draws(seed: 1)
    #expect(chosen.disjoint)
    #expect(chosen.lines == 200)
    #expect(chosen.rows.count == 5)
    let lines = chosen.rows.joined().map { lineNumbers[$0] }
    #expect(lines.count == 200 && Set(lines).count == 200)
    #expect(chosen.rows == (try draws(seed: 1)).rows)
    #expect(chosen.rows != (try draws(seed: 2)).rows)
  }

  @Test("draws of a small pool are independent, each without a line twice")
  func independentDraws() throws {
    let pool = randomStrings(100, length: 5, vocabularySize: 9, seed: 1)
    let chosen = try #require(try RealDraws.choose(samples: 60, from: pool).value)
    #expect(!chosen.disjoint)
    for rows in chosen.rows { #expect(rows.count == 60 && Set(rows).count == 60) }
    #expect(Set(chosen.rows.map { $0.sorted() }).count == 5)
  }

  @Test("too few lines are a number, not an error")
  func unavailable() throws {
    let pool = randomStrings(30, length: 5, vocabularySize: 9, seed: 1)
    let estimate = try RealDraws.choose(samples: 50, from: pool)
    #expect(estimate.value == nil)
    #expect(estimate.missingLines == 20)
    let lines = try RealDraws.choose(
      samples: 12, from: pool, lineNumbers: (0..<30).map { $0 / 3 })
    #expect(lines.missingLines == 2)
    let scorer = try NGramScorer(reference: pool, vocabularySize: 9, orders: [2])
    #expect(try scorer.floors(samples: 31, from: pool) == .unavailable(needsMoreLines: 1))
    #expect(throws: Failure.self) { try RealDraws.choose(samples: 0, from: pool) }
    #expect(throws: Failure.self) { try RealDraws.choose(samples: 5, from: pool, draws: 0) }
  }

  @Test("a floor's mean and deviation are those of its draws")
  func statistics() throws {
    let floor = Floor(values: [1, 2, 4], samples: 3, lines: 9, disjointDraws: true, seed: 1)
    #expect(abs(floor.mean - 7.0 / 3) < 1e-15)
    #expect(abs(try #require(floor.deviation) - (7.0 / 3).squareRoot()) < 1e-15)
    let shared = Floor(values: [1, 2, 4], samples: 3, lines: 4, disjointDraws: false, seed: 1)
    #expect(abs(try #require(shared.deviation) - (28.0 / 3).squareRoot()) < 1e-14)
    let whole = Floor(values: [1, 1, 1], samples: 4, lines: 4, disjointDraws: false, seed: 1)
    #expect(whole.deviation == nil)
    #expect(
      Floor(values: [1], samples: 1, lines: 4, disjointDraws: true, seed: 1).deviation == nil)
  }

  @Test("the floor of JS-1 is its known bias, (K − 1)/(8 ln 2) (1/m + 1/n)")
  func knownBias() throws {
    // Independent uniform symbols: every one of K types frequent, so the expansion holds.
    let types = 64
    let scorer = try NGramScorer(
      reference: randomStrings(4_000, length: 32, vocabularySize: types, seed: 2, power: 1),
      vocabularySize: types, orders: [1])
    let pool = randomStrings(8_000, length: 32, vocabularySize: types, seed: 3, power: 1)
    let floors = try #require(try scorer.floors(samples: 200, from: pool, draws: 40).value)
    let divergence = try #require(floors[0].floor(of: .jensenShannon))
    let m = 200.0 * 32
    let n = 4_000.0 * 32
    let expected = Double(types - 1) / (8 * log(2)) * (1 / m + 1 / n)
    #expect(divergence.disjointDraws)
    #expect(abs(divergence.mean / expected - 1) < 0.1)
    // m × JS × 8 ln 2 is near χ² with K − 1 degrees of freedom: relative deviation √(2/63).
    let deviation = try #require(divergence.deviation)
    #expect(abs(deviation / expected - (2.0 / 63).squareRoot()) < 0.07)
  }

  @Test("the deviation of draws that share lines is not too small")
  func sharedDeviation() throws {
    let size = 30
    func deviationSquared(pool lines: Int, seed: UInt64) throws -> Double {
      let scorer = try NGramScorer(reference: Self.reference, vocabularySize: size, orders: [2])
      let pool = randomStrings(lines, length: 10, vocabularySize: size, seed: seed)
      let floors = try #require(
        try scorer.floors(samples: 60, from: pool, draws: 6, seed: seed).value)
      let divergence = try #require(floors[0].floor(of: .jensenShannon))
      #expect(divergence.disjointDraws == (lines >= 360))
      let deviation = try #require(divergence.deviation)
      return deviation * deviation
    }
    let seeds = UInt64(1)...80
    let full = try seeds.map { try deviationSquared(pool: 360, seed: $0) }.reduce(0, +)
    let shared = try seeds.map { try deviationSquared(pool: 90, seed: 500 + $0) }.reduce(0, +)
    // Each mean variance rests on 400 degrees of freedom: 7 % relative standard error. Real text
    // against real text, all n-grams frequent, is a quadratic form: up to 1 + 60/90 too large.
    #expect((0.8...2).contains(shared / full), "ratio \(shared / full)")
  }

  private static let reference = randomStrings(1_000, length: 10, vocabularySize: 30, seed: 99)

  @Test("any metric has a floor over the same draws")
  func otherMetrics() throws {
    let pool = randomStrings(400, length: 3, vocabularySize: 4, seed: 7)
    let draws = try #require(try RealDraws.choose(samples: 50, from: pool).value)
    let floor = try draws.floor { try DuplicateRate.value(of: $0) }
    #expect(floor.values == (try draws.strings.map { try DuplicateRate.value(of: $0) }))
    #expect(floor.samples == 50 && floor.lines == 400)
  }

  @Test("the floor of every metric that was measured is its mean over the draws")
  func allMetrics() throws {
    let pool = randomStrings(300, length: 6, vocabularySize: 7, seed: 8)
    let scorer = try NGramScorer(
      reference: randomStrings(400, length: 6, vocabularySize: 7, seed: 9), vocabularySize: 7,
      orders: [3, 2])
    let draws = try #require(
      try RealDraws.choose(samples: 40, from: pool, draws: 3, seed: 4).value)
    var measures = NGramScorer.Measures.plain
    measures.metrics = [.klOfSamples, .cosine]
    let floors = try scorer.floors(of: draws, measures: measures)
    #expect(floors.map(\.order) == [3, 2])
    let scores = try draws.strings.map { try scorer.scores(of: $0, measures: measures) }
    for metric in Metric.allCases {
      for (index, floor) in floors.enumerated() {
        let values = scores.compactMap { $0[index].value(of: metric) }
        #expect(floor.floor(of: metric)?.values == (values.isEmpty ? nil : values), "\(metric)")
      }
    }
    #expect(floors[0].floor(of: .klOfSamples) != nil && floors[0].floor(of: .duplicateRate) == nil)
    let one = try scorer.floors(samples: 40, from: pool, draws: 1).value?[0]
    #expect(one?.floor(of: .jensenShannon)?.deviation == nil)
    #expect(one?.floor(of: .jensenShannon)?.values.count == 1)
  }

  @Test("the deviation of a floor of thinned pools is brought to the count")
  func thinnedDeviation() throws {
    let floor = Floor(values: [1, 2, 4], samples: 3, poolStrings: 12)
    #expect(abs(floor.mean - 7.0 / 3) < 1e-15)
    #expect(abs(try #require(floor.deviation) - 2 * (7.0 / 3).squareRoot()) < 1e-14)
    #expect(floor.samples == 3 && floor.lines == 12 && floor.disjointDraws && floor.seed == nil)
    #expect(Floor(values: [1], samples: 3, poolStrings: 12).deviation == nil)
  }
}
