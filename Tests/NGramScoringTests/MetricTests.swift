import Files
import Foundation
import Testing
import TextCoding

@testable import NGramScoring

@Suite("Metrics")
struct MetricTests {
  /// The golden values of `Tools/golden/ngram_metrics.py`.
  private struct GoldenMetrics: Decodable {
    struct Row: Decodable {
      let name: String
      let order: Int
      let samples: [Int]
      let reference: [Int]
      let klFromReference: Double
      let klFromSamples: Double
      let cosine: Double
      let seenShare: Double
      let jensenShannon: Double
      let recall: Double
      let precision: Double
      let distinctShare: Double
    }
    let rows: [Row]

    static func load() throws -> GoldenMetrics {
      try JSONDecoder().decode(GoldenMetrics.self, from: fixture("ngram-metrics.json"))
    }
  }

  private static let everything: NGramScorer.Measures = {
    var measures = NGramScorer.Measures.plain
    measures.metrics = Set(Metric.allCases)
    return measures
  }()

  @Test("smoothed KL, cosine and shares of lists of counts equal SciPy")
  func goldenLists() throws {
    let golden = try GoldenMetrics.load()
    #expect(golden.rows.count >= 15)
    for row in golden.rows {
      let (c, r) = (row.samples.reduce(0, +), row.reference.reduce(0, +))
      var kl = SmoothedKullbackLeibler(samplesTotal: Double(c), referenceTotal: Double(r))
      var cosine = CosineSimilarity()
      var shares = SupportShares(samplesTotal: c, referenceTotal: r)
      var divergence = JensenShannonSum(total: c, otherTotal: r)
      for (sample, real) in zip(row.samples, row.reference) {
        kl.add(sample, real)
        cosine.add(sample, real)
        shares.add(sample, real)
        divergence.add(sample, real)
      }
      let place = Comment(rawValue: "\(row.name), order \(row.order)")
      #expect(abs(kl.ofSamples - row.klFromReference) < 1e-12, place)
      #expect(abs(kl.ofReference - row.klFromSamples) < 1e-12, place)
      #expect(abs(cosine.value - row.cosine) < 1e-14, place)
      #expect(abs(divergence.bits - row.jensenShannon) < 1e-14, place)
      #expect(abs(shares.seenShare - row.seenShare) < 1e-15, place)
      #expect(abs(shares.recall - row.recall) < 1e-15, place)
      #expect(abs(shares.precision - row.precision) < 1e-15, place)
      #expect(abs(shares.distinctShare - row.distinctShare) < 1e-15, place)
    }
  }

  @Test("all metrics of one walk over texts equal SciPy")
  func goldenTexts() throws {
    let golden = try GoldenScores.load()
    let rows = try GoldenMetrics.load().rows.filter { $0.name == "text" }
    #expect(rows.map(\.order) == [1, 2, 3, 4, 5, 6])
    let scorer = try NGramScorer(
      reference: golden.referenceStrings, vocabularySize: golden.vocabularySize,
      orders: rows.map(\.order))
    let scores = try scorer.scores(of: golden.sampleStrings, measures: Self.everything)
    for (row, score) in zip(rows, scores) {
      #expect(abs(score.divergence - row.jensenShannon) < 1e-14)
      #expect(abs(try #require(score.klOfSamples) - row.klFromReference) < 1e-12)
      #expect(abs(try #require(score.klOfReference) - row.klFromSamples) < 1e-12)
      #expect(abs(try #require(score.cosine) - row.cosine) < 1e-14)
      #expect(score.recall == row.recall && score.precision == row.precision)
      #expect(abs(score.seenShare - row.seenShare) < 1e-15)
      #expect(score.distinctShare == row.distinctShare)
    }
  }

  @Test("recall, precision and distinct-n equal the golden values, with and without padding")
  func golden() throws {
    let golden = try GoldenScores.load()
    for excludes in [false, true] {
      let rows = golden.divergences.filter { $0.excludingPadding == excludes }
      let scorer = try NGramScorer(
        reference: golden.referenceStrings, vocabularySize: golden.vocabularySize,
        orders: rows.map(\.order), excludingPadding: excludes)
      for (row, score) in zip(rows, try scorer.scores(of: golden.sampleStrings)) {
        #expect(abs(score.divergence - row.scipy) < 1e-14)
        #expect(score.recall == row.recall)
        #expect(score.precision == row.precision)
        #expect(score.distinctShare == row.distinctShare)
      }
    }
  }

  @Test("all metrics equal their definitions by dictionary", arguments: 1...16)
  func oracle(seed: Int) throws {
    let size = [2, 9, 60, 4_000][seed % 4]
    let excludes = seed % 3 == 0
    let samples = randomStrings(30, length: 9, vocabularySize: size, seed: UInt64(seed), power: 3)
    let reference = randomStrings(70, length: 9, vocabularySize: size, seed: UInt64(90 + seed))
    let scorer = try NGramScorer(
      reference: reference, vocabularySize: size, orders: [3, 1, 5], excludingPadding: excludes)
    let counts = try scorer.count(samples)
    let held = scorer.orders.filter { counts.totals(order: $0).allNGrams > 0 }
    let measured = try NGramScorer(reference: scorer.reference, orders: held)
    for score in try measured.scores(of: counts, measures: Self.everything) {
      let p = dictionaryCounts(samples, order: score.order, excludingPadding: excludes)
      let q = dictionaryCounts(reference, order: score.order, excludingPadding: excludes)
      let (c, r) = (Double(p.values.reduce(0, +)), Double(q.values.reduce(0, +)))
      let union = Set(p.keys).union(q.keys)
      let half = 0.5 * Double(union.count)
      var (kl, reverse, product, squareP, squareQ) = (0.0, 0.0, 0.0, 0.0, 0.0)
      for gram in union {
        let (a, b) = (Double(p[gram] ?? 0), Double(q[gram] ?? 0))
        let (left, right) = ((a + 0.5) / (c + half), (b + 0.5) / (r + half))
        kl += left * log2(left / right)
        reverse += right * log2(right / left)
        product += a * b
        squareP += a * a
        squareQ += b * b
      }
      let shared = Set(p.keys).intersection(q.keys)
      let note: Comment = "seed \(seed), order \(score.order)"
      #expect(abs(try #require(score.klOfSamples) - kl) < 1e-12, note)
      #expect(abs(try #require(score.klOfReference) - reverse) < 1e-12, note)
      #expect(
        abs(try #require(score.cosine) - product / (squareP * squareQ).squareRoot()) < 1e-12, note)
      #expect(score.recall == Double(shared.reduce(0) { $0 + (q[$1] ?? 0) }) / r, note)
      #expect(score.precision == Double(shared.reduce(0) { $0 + (p[$1] ?? 0) }) / c, note)
      #expect(score.seenShare == Double(shared.count) / Double(p.count), note)
      #expect(score.distinctShare == Double(p.count) / c, note)
      #expect(abs(score.divergence - dictionaryDivergence(p, q)) < 1e-12, note)
    }
  }

  @Test("recall and precision, and the two smoothed KL, are mirror images")
  func mirror() throws {
    let first = randomStrings(30, length: 8, vocabularySize: 20, seed: 1)
    let second = randomStrings(70, length: 8, vocabularySize: 20, seed: 2)
    func score(_ samples: TokenStrings, _ reference: TokenStrings) throws -> OrderScores {
      try NGramScorer(reference: reference, vocabularySize: 20, orders: [3])
        .scores(of: samples, measures: Self.everything)[0]
    }
    let (one, other) = (try score(first, second), try score(second, first))
    #expect(one.recall == other.precision && one.precision == other.recall)
    for (left, right) in [
      (one.klOfSamples, other.klOfReference), (one.klOfReference, other.klOfSamples),
    ] {
      #expect(abs(try #require(left) - #require(right)) < 1e-14)
    }
    #expect(one.cosine == other.cosine)
    let same = try score(first, first)
    #expect(same.recall == 1 && same.precision == 1 && same.seenShare == 1)
    #expect(same.klOfSamples == 0 && same.klOfReference == 0 && same.divergence == 0)
    #expect(abs(try #require(same.cosine) - 1) < 1e-15)
  }

  @Test("a sum without a shared n-gram is at the far end of every metric")
  func disjoint() throws {
    let strings = randomStrings(20, length: 6, vocabularySize: 8, seed: 3)
    let elsewhere = TokenStrings(
      tokens: strings.withUnsafeTokens { $0.map { $0 + 8 } }, length: 6)
    let score = try NGramScorer(reference: elsewhere, vocabularySize: 16, orders: [2])
      .scores(of: strings, measures: Self.everything)[0]
    #expect(score.divergence == 1 && score.cosine == 0)
    #expect(score.recall == 0 && score.precision == 0 && score.seenShare == 0)
  }

  @Test("duplicate and copy rates equal the golden values")
  func goldenStrings() throws {
    let golden = try GoldenScores.load()
    let duplicates = try DuplicateRate.value(of: golden.sampleStrings)
    #expect(abs(duplicates - golden.duplicateRate) < 1e-15)
    let copies = try ExactCopyRate.value(
      of: golden.sampleStrings, training: golden.referenceStrings)
    #expect(copies == golden.exactCopyRate)
  }

  @Test("duplicates and copies equal what sets of arrays say", arguments: 1...8)
  func stringOracle(seed: Int) throws {
    let samples = randomStrings(200, length: 3, vocabularySize: 4, seed: UInt64(seed))
    let training = randomStrings(40, length: 3, vocabularySize: 5, seed: UInt64(50 + seed))
    let sampleRows = (0..<samples.count).map { Array(samples[$0]) }
    let trainingRows = Set((0..<training.count).map { Array(training[$0]) })
    #expect(
      try DuplicateRate.value(of: samples) == Double(200 - Set(sampleRows).count) / 200,
      "seed \(seed)")
    #expect(
      try ExactCopyRate.value(of: samples, training: training)
        == Double(sampleRows.count { trainingRows.contains($0) }) / 200, "seed \(seed)")
  }

  @Test("metrics without anything to measure are bad data")
  func nothing() throws {
    let none = TokenStrings(tokens: [], length: 3)
    let some = randomStrings(2, length: 3, vocabularySize: 4, seed: 1)
    #expect(throws: Failure.self) { try DuplicateRate.value(of: none) }
    #expect(throws: Failure.self) { try ExactCopyRate.value(of: none, training: some) }
    #expect(throws: Failure.self) {
      try ExactCopyRate.value(of: some, training: TokenStrings(tokens: [1], length: 1))
    }
    #expect(try ExactCopyRate.value(of: some, training: none) == 0)
  }

  @Test("every metric says its unit, direction and whether it has an order")
  func metrics() {
    #expect(
      Metric.allCases.map(\.rawValue) == [
        "js", "kl", "kl-reverse", "cosine", "recall", "precision", "seen", "distinct",
        "duplicates", "copies", "words", "perplexity", "perplexity-reverse",
      ])
    for metric in Metric.allCases {
      #expect(!metric.unit.isEmpty)
      let good = [.distinctShare, .duplicateRate, .exactCopyRate, .wordShare, .forwardPerplexity]
        .contains(metric)
      #expect((metric.direction == .nearerReal) == good)
      // An excess is a distance from real text: of what should be low only.
      #expect(metric.hasExcess == (metric.direction == .lower))
    }
    #expect(
      Metric.allCases.filter { !$0.hasOrder } == [.duplicateRate, .exactCopyRate, .wordShare])
  }
}
