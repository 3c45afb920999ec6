import Files
import Foundation
import Testing
import TextCoding

@testable import NGramScoring

@Suite("Scorer and rows")
struct ScorerTests {
  @Test("one walk gives what each metric gives alone, for every order as asked")
  func agreesWithMetrics() throws {
    let golden = try GoldenScores.load()
    let orders = [6, 1, 4]
    let scorer = try NGramScorer(
      reference: golden.referenceStrings, vocabularySize: golden.vocabularySize, orders: orders)
    let scores = try scorer.scores(of: golden.sampleStrings)
    #expect(scores.map(\.order) == orders)
    for (score, reference) in zip(scores, scorer.reference) {
      let samples = try NGramCounts(
        golden.sampleStrings, order: score.order, vocabularySize: golden.vocabularySize)
      #expect(score.divergence == (try JensenShannonDivergence.bits(samples, reference)))
      #expect(score.recall == (try NGramRecall.value(samples: samples, reference: reference)))
      #expect(
        score.precision == (try NGramPrecision.value(samples: samples, reference: reference)))
      #expect(score.distinctShare == (try DistinctShare.value(of: samples)))
      #expect(score.samples == golden.samples.count)
      #expect(score.divergenceError != nil)
    }
    let plain = try scorer.scores(of: golden.sampleStrings, errors: false)
    #expect(plain.allSatisfy { $0.divergenceError == nil })
    #expect(plain.map(\.divergence) == scores.map(\.divergence))
  }

  @Test("scores and floors do not depend on threads")
  func threads() throws {
    let reference = randomStrings(30_000, length: 32, vocabularySize: 50, seed: 1)
    let samples = randomStrings(20_000, length: 32, vocabularySize: 50, seed: 2, power: 3)
    let results = try [1, 2, 3].map { threads in
      let scorer = try NGramScorer(
        reference: reference, vocabularySize: 50, orders: [4], threads: threads)
      return (
        try scorer.scores(of: samples),
        try scorer.floors(samples: 100, from: samples, draws: 2)
      )
    }
    for result in results {
      #expect(result.0 == results[0].0)
      #expect(result.1 == results[0].1)
    }
  }

  @Test("misfits fail with one clear line")
  func failures() throws {
    let strings = randomStrings(5, length: 4, vocabularySize: 6, seed: 1)
    func kind(_ body: () throws -> Void) -> Failure.Kind? {
      #expect(throws: Failure.self, performing: body)?.kind
    }
    #expect(
      kind { _ = try NGramScorer(reference: strings, vocabularySize: 6, orders: []) } == .usage)
    #expect(kind { _ = try NGramScorer(reference: strings, vocabularySize: 6) } == .usage)
    let none = TokenStrings(tokens: [], length: 4)
    #expect(
      kind { _ = try NGramScorer(reference: none, vocabularySize: 6, orders: [2]) } == .badData)
    let scorer = try NGramScorer(reference: strings, vocabularySize: 6, orders: [2])
    #expect(kind { _ = try scorer.scores(of: none) } == .badData)
    let short = TokenStrings(tokens: [1, 2], length: 2)
    #expect(kind { _ = try scorer.scores(of: short) } == .badData)
    let foreign = TokenStrings(tokens: [1, 2, 3, 6], length: 4)
    #expect(kind { _ = try scorer.scores(of: foreign) } == .badData)
  }

  @Test("a score row has the same keys always, absent numbers as null")
  func rowEncoding() throws {
    let reference = ScoreRow.Reference(name: "newswire", split: "test", lines: 9, digest: "ab")
    let floor = Floor(values: [0.3, 0.5], samples: 4, lines: 8, disjointDraws: true, seed: 7)
    let row = ScoreRow(
      name: "base", metric: .jensenShannon, order: 4, value: 0.25, floor: floor,
      standardError: 0.01, samples: 4, reference: reference, seed: 7)
    #expect(abs(try #require(row.excess) + 0.15) < 1e-15)
    let bare = ScoreRow(
      name: "base", metric: .duplicateRate, order: nil, value: 0.5, samples: 4,
      reference: ScoreRow.Reference(name: "file.txt", lines: 3))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(bare), as: UTF8.self)
    #expect(
      text == """
        {"excess":null,"floor":null,"floorDeviation":null,"metric":"duplicates","name":"base",\
        "order":null,"reference":{"digest":null,"lines":3,"name":"file.txt","split":null},\
        "samples":4,"seed":1,"standardError":null,"value":0.5}
        """)
    for original in [row, bare] {
      let decoded = try JSONDecoder().decode(ScoreRow.self, from: encoder.encode(original))
      #expect(decoded == original)
    }
  }

  @Test("rows list every metric of every order beside its floor")
  func rows() throws {
    let strings = randomStrings(60, length: 8, vocabularySize: 9, seed: 3)
    let scorer = try NGramScorer(reference: strings, vocabularySize: 9, orders: [2, 3])
    let scores = try scorer.scores(of: strings)
    let floors = try scorer.floors(samples: 10, from: strings).value
    let rows = ScoreRow.rows(
      name: "x", scores: scores, floors: floors,
      reference: ScoreRow.Reference(name: "y", lines: 60))
    #expect(rows.map(\.order) == [2, 2, 2, 2, 3, 3, 3, 3])
    #expect(
      rows.prefix(4).map(\.metric) == [.jensenShannon, .recall, .precision, .distinctShare])
    #expect(rows.allSatisfy { $0.floor != nil && $0.excess == $0.value - ($0.floor ?? 0) })
    #expect(rows[0].value == 0)
  }

  @Test("every metric says its unit, direction and whether it has an order")
  func metrics() {
    #expect(Metric.jensenShannon.rawValue == "js")
    for metric in Metric.allCases {
      #expect(!metric.unit.isEmpty)
      let bounded = metric == .jensenShannon || metric == .recall || metric == .precision
      #expect((metric.direction != .nearerReal) == bounded)
    }
    #expect(Metric.allCases.filter { !$0.hasOrder } == [.duplicateRate, .exactCopyRate])
  }
}
