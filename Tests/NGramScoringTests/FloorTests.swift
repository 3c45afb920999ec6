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

  @Test(
    "every window is drawn equally often, a line once at most while it is short",
    arguments: [(20, 5), (45, 5), (60, 1), (100, 3)])
  func windowsAlike(samples: Int, draws: Int) throws {
    // 60 lines of one window, 20 of three, 20 of nine: 300 windows.
    var random = SimulationRandom(seed: 12)
    let lengths = (0..<100).map { $0 < 60 ? 1 : $0 < 80 ? 3 : 9 }
    let lineNumbers = lengths.enumerated().flatMap { line, length in
      [Int](repeating: line, count: length)
    }.shuffled(using: &random)
    let pool = randomStrings(300, length: 2, vocabularySize: 9, seed: 1)
    var met = [Int](repeating: 0, count: 300)
    let seeds = 400
    for seed in 0..<UInt64(seeds) {
      let chosen = try #require(
        try RealDraws.choose(
          samples: samples, from: pool, lineNumbers: lineNumbers, draws: draws, seed: seed
        ).value)
      #expect(chosen.rows.count == draws && chosen.lines == 100)
      for rows in chosen.rows {
        #expect(rows.count == samples && Set(rows).count == samples)
        var times = [Int](repeating: 0, count: 100)
        for row in rows { times[lineNumbers[row]] += 1 }
        for line in 0..<100 {
          // A line's share of the draw, rounded either way.
          let share = Double(lengths[line] * samples) / 300
          #expect(Double(times[line]) < share + 1 && Double(times[line]) > share - 1)
        }
        for row in rows { met[row] += 1 }
      }
      let lines = chosen.rows.map { Set($0.map { lineNumbers[$0] }) }
      let apart = Set(lines.joined()).count == lines.map(\.count).reduce(0, +)
      #expect(apart || !chosen.disjoint)
      if samples * draws <= 33 || draws == 1 { #expect(chosen.disjoint) }
    }
    // Binomial at most: five standard deviations for the worst of 300.
    let expected = Double(seeds * draws * samples) / 300
    for count in met {
      #expect(abs(Double(count) - expected) < 5 * expected.squareRoot(), "\(count), \(expected)")
    }
  }

  @Test("lines of unlike length and text: the floor of JS-1 is its known bias all the same")
  func unlikeLines() throws {
    // Lines of one window draw on the first half of the symbols, lines of nine on all of them: taken
    // alike, lines would make the first half far too frequent, and the floor 0.02 and more.
    let types = 64
    func text(_ lines: Int, seed: UInt64) -> (strings: TokenStrings, lines: [Int]) {
      let windows = (0..<lines).map { $0 % 2 == 0 ? 1 : 9 }
      let all = windows.reduce(0, +)
      let half = randomStrings(all, length: 16, vocabularySize: types / 2, seed: seed, power: 1)
      let whole = randomStrings(all, length: 16, vocabularySize: types, seed: seed + 1, power: 1)
      var tokens: [UInt16] = []
      var numbers: [Int] = []
      for (line, count) in windows.enumerated() {
        for _ in 0..<count {
          tokens += Array((count == 1 ? half : whole)[numbers.count])
          numbers.append(line)
        }
      }
      return (TokenStrings(tokens: tokens, length: 16), numbers)
    }
    let reference = text(1_200, seed: 20)
    let pool = text(8_000, seed: 30)
    let scorer = try NGramScorer(
      reference: reference.strings, vocabularySize: types, orders: [1],
      lineNumbers: reference.lines)
    let floors = try #require(
      try scorer.floors(
        samples: 200, from: pool.strings, lineNumbers: pool.lines, draws: 40
      ).value)
    let divergence = try #require(floors[0].floor(of: .jensenShannon))
    // Windows are independent here, so the reference's own counts scatter as multinomial ones.
    let (m, n) = (200.0 * 16, Double(reference.strings.count) * 16)
    let expected = Double(types - 1) / (8 * log(2)) * (1 / m + 1 / n)
    #expect(abs(divergence.mean / expected - 1) < 0.1, "\(divergence.mean), \(expected)")
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
