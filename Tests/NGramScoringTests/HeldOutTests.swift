import Foundation
import Testing
import TextCoding

@testable import NGramScoring

@Suite("Counts that are reference and floor at once")
struct HeldOutTests {
  /// Probabilities of Binomial(n, p) by logarithms of factorials.
  private static func binomial(_ n: Int, _ p: Double) -> [Double] {
    // Logarithms of k!
    var factorials = [0.0]
    for k in 0..<n { factorials.append(factorials[k] + log(Double(k + 1))) }
    return (0...n).map { k -> Double in
      let choices = factorials[n] - factorials[k] - factorials[n - k]
      return exp(choices + Double(k) * log(p) + Double(n - k) * log1p(-p))
    }
  }

  @Test(
    "thinning gives each count its binomial probability, or its moments",
    arguments: [0.001, 0.03, 0.3, 0.5, 0.500001, 0.6, 0.95, 0.999])
  func thinning(share: Double) {
    for count in [1, 2, 3, 10, 100, 400, 700, 955, 965, 1_500, 4_000, 20_000, 250_000, 30_000_000] {
      var (sum, mean, square, third) = (0.0, 0.0, 0.0, 0.0)
      var met: [Int: Double] = [:]
      var calls = 0
      let expected = Double(count) * share
      Thinning(share: share).forEachCount(of: count) { thinned, probability in
        calls += 1
        sum += probability
        mean += probability * thinned
        square += probability * (thinned - expected) * (thinned - expected)
        third += probability * pow(thinned - expected, 3)
        if thinned == thinned.rounded() { met[Int(thinned), default: 0] += probability }
        #expect(thinned >= 0 && thinned <= Double(count))
      }
      let variance = expected * (1 - share)
      let note: Comment = "share \(share), count \(count)"
      #expect(abs(sum - 1) < 1e-12, note)
      #expect(abs(mean - expected) < 1e-11 * expected + 1e-13, note)
      #expect(abs(square - variance) < 1e-9 * variance, note)
      if variance > 240 {
        #expect(calls == 3, note)
        #expect(abs(third) < 1e-6 * pow(variance, 1.5), note)
      } else if count <= 20_000 {
        for (k, probability) in Self.binomial(count, share).enumerated() {
          #expect(
            abs((met[k] ?? 0) - probability) < 1e-13 + 1e-9 * probability, "\(note), \(k)")
        }
      }
    }
    var whole: [Double] = []
    Thinning(share: 1).forEachCount(of: 9) { whole += [$0, $1] }
    #expect(whole == [9, 1])
  }

  private static func scorer(
    _ strings: TokenStrings, _ orders: [Int], size: Int, excludingPadding: Bool = false
  ) throws -> NGramScorer {
    try NGramScorer(
      reference: try NGramCounts(
        strings, orders: try NGramScorer.range(of: orders), vocabularySize: size,
        excludingPadding: excludingPadding),
      orders: orders)
  }

  /// Metrics with a floor of thinned counts.
  private static let metrics: [Metric] = [
    .jensenShannon, .klOfSamples, .klOfReference, .cosine, .recall, .precision, .seenShare,
    .distinctShare,
  ]

  /// All of them, with or without intervals.
  private static func measures(intervals: Bool = false) -> NGramScorer.Measures {
    var measures = NGramScorer.Measures()
    measures.metrics = Set(metrics)
    measures.intervals = intervals
    return measures
  }

  @Test(
    "held-out strings that are as many as the samples are scored as they are",
    arguments: [false, true])
  func wholeParts(excludingPadding: Bool) throws {
    let (size, orders) = (9, [3, 1])
    // Row i is in part i mod 16: 10 strings a part, so that 20 samples take two parts.
    let file = randomStrings(160, length: 7, vocabularySize: size, seed: 1)
    let samples = randomStrings(20, length: 7, vocabularySize: size, seed: 2, power: 1)
    let scorer = try Self.scorer(file, orders, size: size, excludingPadding: excludingPadding)
    let counted = try scorer.count(samples)
    let result = try #require(
      try HeldOutScorer(scorer).scores(
        of: counted, measures: Self.measures(intervals: true)
      ).value)
    #expect(result.referenceStrings == 140)
    for (index, order) in orders.enumerated() {
      var values: [[Double]] = []
      var floors: [[Double]] = []
      for draw in 0..<5 {
        func isHeld(_ row: Int) -> Bool { row % 16 / 2 == draw }
        let rest = try Self.scorer(
          file.rows((0..<160).filter { !isHeld($0) }), [order], size: size,
          excludingPadding: excludingPadding)
        func measured(_ strings: TokenStrings) throws -> [Double] {
          let score = try rest.scores(of: strings, measures: Self.measures())[0]
          return try Self.metrics.map { try #require(score.value(of: $0)) }
        }
        values += [try measured(samples)]
        floors += [try measured(file.rows((0..<160).filter(isHeld)))]
      }
      let score = result.scores[index]
      #expect(score.order == order && score.samples == 20)
      #expect(score.interval?.value == score.divergence)
      for (column, metric) in Self.metrics.enumerated() {
        let value = try #require(score.value(of: metric))
        let mean = values.reduce(0) { $0 + $1[column] } / 5
        // Kullback-Leibler divergences and the cosine are further sums of rounded terms.
        let rounding = [.klOfSamples, .klOfReference, .cosine].contains(metric) ? 1e-14 : 1e-15
        #expect(abs(value - mean) < rounding, "\(metric)")
        let floor = try #require(result.floors[index].floor(of: metric))
        #expect(floor.values.count == 5 && floor.samples == 20 && floor.lines == 20)
        for (found, expected) in zip(floor.values, floors) {
          #expect(abs(found - expected[column]) < 1e-14, "\(metric)")
        }
        // Every symbol of the rest may be in every draw.
        #expect(try #require(floor.deviation) >= (metric == .jensenShannon ? 1e-6 : 0))
      }
      // What nobody asked for is not measured.
      let plain = try #require(
        try HeldOutScorer(scorer).scores(of: counted, measures: .plain).value)
      #expect(plain.floors[index].floor(of: .cosine) == nil && plain.scores[index].cosine == nil)
      #expect(plain.floors[index].floor(of: .klOfSamples) == nil)
    }
  }

  @Test("the interval is moved to the mean value; it is against a rest where much is held out")
  func intervals() throws {
    let (size, order) = (9, 3)
    // 20 strings a part.
    let file = randomStrings(320, length: 7, vocabularySize: size, seed: 3)
    let scorer = try Self.scorer(file, [order], size: size)
    for (count, held, isMuch) in [(80, 4, false), (81, 5, true), (150, 8, true)] {
      let samples = randomStrings(count, length: 7, vocabularySize: size, seed: 4, power: 1)
      let result = try #require(
        try HeldOutScorer(scorer).scores(of: scorer.count(samples)).value)
      let rest = try Self.scorer(
        file.rows((0..<320).filter { $0 % 16 >= (isMuch ? held : 0) }), [order], size: size)
      let interval = try #require(try rest.scores(of: samples)[0].interval)
      let found = try #require(result.scores[0].interval)
      let move = result.scores[0].divergence - interval.value
      #expect(found.value == result.scores[0].divergence && abs(move) > 1e-6)
      #expect(abs(try #require(found.lower) - (try #require(interval.lower)) - move) < 1e-13)
      #expect(abs(try #require(found.upper) - (try #require(interval.upper)) - move) < 1e-13)
      #expect(found.standardError == interval.standardError)
    }
  }

  @Test(
    "thinned floors are the means over many random draws", arguments: [(90, 1), (200, 3), (300, 2)])
  func thinned(count: Int, order: Int) throws {
    let size = 14
    let file = randomStrings(4_000, length: 12, vocabularySize: size, seed: 5)
    let samples = randomStrings(count, length: 12, vocabularySize: size, seed: 6)
    let scorer = try Self.scorer(file, [order], size: size)
    let result = try #require(
      try HeldOutScorer(scorer).scores(
        of: scorer.count(samples), measures: Self.measures(), draws: 1
      ).value)
    // The first parts with strings enough, and draws from them.
    let parts = (count + 249) / 250
    let held = (0..<4_000).filter { $0 % 16 < parts }
    #expect(result.referenceStrings == 4_000 - held.count)
    let rest = try Self.scorer(
      file.rows((0..<4_000).filter { $0 % 16 >= parts }), [order], size: size)
    var values = Self.metrics.map { _ in [Double]() }
    var random = SimulationRandom(seed: UInt64(count))
    for _ in 0..<150 {
      let drawn = Array(held.shuffled(using: &random).prefix(count))
      let score = try rest.scores(of: file.rows(drawn), measures: Self.measures())[0]
      for (index, metric) in Self.metrics.enumerated() {
        values[index].append(try #require(score.value(of: metric)))
      }
    }
    for (metric, values) in zip(Self.metrics, values) {
      let floor = try #require(result.floors[0].floor(of: metric))
      #expect(floor.values.count == 1 && floor.deviation == nil)
      let mean = SampleSetMean(of: values)
      let error = try #require(mean.standardError)
      #expect(
        abs(floor.mean - mean.mean) < 4 * error + 0.003 * mean.mean,
        "\(metric): \(floor.mean), draws \(mean.mean) ± \(error)")
    }
  }

  @Test("too little real text is a number of lines, not an error")
  func unavailable() throws {
    let file = randomStrings(160, length: 4, vocabularySize: 5, seed: 7)
    let scorer = try Self.scorer(file, [2], size: 5)
    func estimate(_ count: Int) throws -> FloorEstimate<HeldOutScorer.Scores> {
      try HeldOutScorer(scorer).scores(
        of: scorer.count(randomStrings(count, length: 4, vocabularySize: 5, seed: 8)))
    }
    // Eight parts of ten are half of all.
    let half = try #require(try estimate(80).value)
    #expect(half.referenceStrings == 80)
    #expect(half.floors[0].floor(of: .jensenShannon)?.values.count == 2)
    #expect(try estimate(81).missingLines == 2)
    #expect(try estimate(200).missingLines == 240)
    #expect(try estimate(10).value?.floors[0].floor(of: .recall)?.values.count == 5)
    #expect(throws: (any Error).self) {
      try HeldOutScorer(scorer).scores(of: scorer.reference, draws: 0)
    }
    // All strings are equal: by content they are in one part.
    let equal = try NGramScorer(
      reference: TokenStrings(tokens: [UInt16](repeating: 1, count: 400), length: 4),
      vocabularySize: 5, orders: [2])
    let samples = try equal.count(randomStrings(3, length: 4, vocabularySize: 5, seed: 8))
    #expect(try HeldOutScorer(equal).halves() == nil)
    #expect(throws: (any Error).self) { try HeldOutScorer(equal).scores(of: samples) }
  }

  @Test("draws do not overlap, and their number is at most what was asked for")
  func draws() throws {
    let file = randomStrings(1_600, length: 4, vocabularySize: 5, seed: 9)
    let scorer = try Self.scorer(file, [2], size: 5)
    for (count, draws, expected) in [
      (100, 16, 16), (101, 16, 8), (400, 5, 4), (700, 5, 2), (1, 20, 16), (5, 1, 1),
    ] {
      let samples = try scorer.count(
        randomStrings(count, length: 4, vocabularySize: 5, seed: 10))
      let result = try HeldOutScorer(scorer).scores(of: samples, measures: .plain, draws: draws)
      let floor = result.value?.floors[0].floor(of: .jensenShannon)
      #expect(floor?.values.count == expected, "\(count) samples")
    }
  }

  @Test("the first part and the rest are the whole")
  func halves() throws {
    let file = randomStrings(90, length: 5, vocabularySize: 6, seed: 11)
    let scorer = try Self.scorer(file, [1, 3], size: 6)
    let halves = try #require(try HeldOutScorer(scorer).halves())
    #expect(halves.held.strings == 6 && halves.rest.strings == 84)
    func counts(_ rows: [Int]) throws -> NGramCounts {
      try NGramCounts(
        file.rows(rows), orders: 1...3, vocabularySize: 6, parts: .lines(rows))
    }
    #expect(try halves.held.equals(counts((0..<90).filter { $0 % 16 == 0 })))
    #expect(try halves.rest.equals(counts((0..<90).filter { $0 % 16 != 0 })))
  }
}
