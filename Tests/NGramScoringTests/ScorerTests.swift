import Files
import Foundation
import Testing
import TextCoding

@testable import NGramScoring

@Suite("Scorer and rows")
struct ScorerTests {
  @Test("one walk gives what JS-n gives alone, for every order as asked")
  func agreesWithMetrics() throws {
    let golden = try GoldenScores.load()
    let orders = [6, 1, 4]
    let scorer = try NGramScorer(
      reference: golden.referenceStrings, vocabularySize: golden.vocabularySize, orders: orders)
    let scores = try scorer.scores(of: golden.sampleStrings)
    #expect(scores.map(\.order) == orders)
    let samples = try scorer.count(golden.sampleStrings)
    for score in scores {
      #expect(
        score.divergence
          == (try JensenShannonDivergence.bits(samples, scorer.reference, order: score.order)))
      #expect(score.samples == golden.samples.count)
      #expect(score.klOfSamples == nil && score.klOfReference == nil && score.cosine == nil)
      #expect(score.interval != nil && score.trueDivergence == nil && score.deletions != nil)
      for metric in Metric.allCases {
        let isMeasured = [.jensenShannon, .recall, .precision, .seenShare, .distinctShare]
          .contains(metric)
        #expect((score.value(of: metric) != nil) == isMeasured)
      }
    }
    let plain = try scorer.scores(of: golden.sampleStrings, measures: .plain)
    #expect(plain.allSatisfy { $0.interval == nil && $0.deletions == nil })
    #expect(plain.map(\.divergence) == scores.map(\.divergence))
    var measures = NGramScorer.Measures()
    measures.trueDivergence = true
    let both = try scorer.scores(of: golden.sampleStrings, measures: measures)
    #expect(both.allSatisfy { $0.trueDivergence != nil })
    #expect(both.map(\.interval) == scores.map(\.interval))
    // A scorer of counts that are there is the same scorer.
    let counted = try NGramScorer(reference: scorer.reference, orders: orders)
    #expect(try counted.scores(of: golden.sampleStrings) == scores)
    #expect(try counted.scores(of: samples) == scores)
  }

  @Test("scores and floors do not depend on threads")
  func threads() throws {
    let reference = randomStrings(15_000, length: 10, vocabularySize: 50, seed: 1)
    let samples = randomStrings(9_000, length: 10, vocabularySize: 50, seed: 2, power: 3)
    var measures = NGramScorer.Measures()
    measures.metrics = Set(Metric.allCases)
    let results = try [1, 2, 3].map { threads in
      let scorer = try NGramScorer(
        reference: reference, vocabularySize: 50, orders: [2, 4],
        settings: NGramCounter.Settings(threads: threads))
      return (
        try scorer.scores(of: samples, measures: measures),
        try scorer.floors(samples: 100, from: samples, draws: 2)
      )
    }
    for result in results {
      #expect(result.0 == results[0].0)
      #expect(result.1 == results[0].1)
    }
  }

  /// The failure that `body` throws.
  private func failure(_ body: () throws -> Void) -> Failure? {
    #expect(throws: Failure.self, performing: body)
  }

  @Test("misfits fail with one clear line")
  func failures() throws {
    let strings = randomStrings(5, length: 4, vocabularySize: 6, seed: 1)
    func expect(
      _ kind: Failure.Kind, _ part: String, sourceLocation: SourceLocation = #_sourceLocation,
      _ body: () throws -> Void
    ) {
      let failure = failure(body)
      #expect(failure?.kind == kind, sourceLocation: sourceLocation)
      #expect(
        failure?.message.contains(part) == true, "\(failure?.message ?? "")",
        sourceLocation: sourceLocation)
    }
    expect(.usage, "no n-gram order") {
      _ = try NGramScorer(reference: strings, vocabularySize: 6, orders: [])
    }
    expect(.usage, "at most 4") { _ = try NGramScorer(reference: strings, vocabularySize: 6) }
    expect(.usage, "order 0 is not positive") {
      _ = try NGramScorer(reference: strings, vocabularySize: 6, orders: [2, 0])
    }
    let none = TokenStrings(tokens: [], length: 4)
    expect(.badData, "holds no token strings") {
      _ = try NGramScorer(reference: none, vocabularySize: 6, orders: [2])
    }
    expect(.badData, "token 5 is not in a vocabulary of 5") {
      _ = try NGramScorer(
        reference: TokenStrings(tokens: [1, 5], length: 2), vocabularySize: 5, orders: [1])
    }
    let long = TokenStrings(tokens: [UInt16](repeating: 1, count: 32), length: 32)
    expect(
      .usage, "order 32 over a vocabulary of 100 do not fit 128 bits: choose an order of at most 19"
    ) {
      _ = try NGramScorer(reference: long, vocabularySize: 100, orders: [4, 32])
    }
    let scorer = try NGramScorer(reference: strings, vocabularySize: 6, orders: [2])
    expect(.badData, "no samples") { _ = try scorer.scores(of: none) }
    expect(.badData, "samples of 2 symbols against a reference of 4") {
      _ = try scorer.scores(of: TokenStrings(tokens: [1, 2], length: 2))
    }
    expect(.badData, "token 6 is not in a vocabulary of 6") {
      _ = try scorer.scores(of: TokenStrings(tokens: [1, 2, 3, 6], length: 4))
    }
    expect(.usage, "hold orders 2 to 2, not 3: count it again with --order 3") {
      _ = try NGramScorer(reference: scorer.reference, orders: [2, 3])
    }
  }

  @Test("counts that do not belong together fail, and the message says why")
  func misfits() throws {
    let strings = randomStrings(5, length: 4, vocabularySize: 6, seed: 1)
    let scorer = try NGramScorer(reference: strings, vocabularySize: 6, orders: [2])
    func expect(_ part: String, _ counts: NGramCounts) {
      for body in [
        { _ = try scorer.scores(of: counts) }, { _ = try HeldOutScorer(scorer).scores(of: counts) },
      ] as [() throws -> Void] {
        let failure = failure(body)
        #expect(failure?.kind == .badData)
        #expect(failure?.message.contains(part) == true, "\(failure?.message ?? "")")
      }
    }
    expect(
      "(length: 2, 4)",
      try NGramCounts(
        randomStrings(9, length: 2, vocabularySize: 6, seed: 2), order: 2, vocabularySize: 6))
    expect("(vocabulary size: 7, 6)", try NGramCounts(strings, order: 2, vocabularySize: 7))
    expect(
      "(padding left out: true, false)",
      try NGramCounts(strings, order: 2, vocabularySize: 6, excludingPadding: true))
    expect("(orders: 3...3, 2)", try NGramCounts(strings, order: 3, vocabularySize: 6))
  }

  @Test("a score row has the same keys always, absent numbers as null")
  func rowEncoding() throws {
    let reference = ScoreRow.Reference(name: "newswire", split: "test", lines: 9, digest: "ab")
    let floor = Floor(values: [0.3, 0.5], samples: 4, lines: 8, disjointDraws: true, seed: 7)
    let strings = randomStrings(400, length: 8, vocabularySize: 4, seed: 3)
    let interval = try #require(
      try NGramScorer(reference: strings, vocabularySize: 4, orders: [1])
        .scores(of: randomStrings(200, length: 8, vocabularySize: 4, seed: 4, power: 1))[0]
        .interval)
    let row = ScoreRow(
      name: "base", metric: .jensenShannon, order: 4, value: 0.25, floor: floor,
      interval: interval, samples: 4, reference: reference, seed: 7)
    #expect(abs(try #require(row.excess) + 0.15) < 1e-15)
    #expect(row.standardError == interval.standardError && row.lower == interval.lower)
    #expect(row.upper == interval.upper && row.lower != nil)
    let bare = ScoreRow(
      name: "base", metric: .duplicateRate, order: nil, value: 0.5, samples: 4,
      reference: ScoreRow.Reference(name: "file.txt", lines: 3))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(bare), as: UTF8.self)
    #expect(
      text == """
        {"estimand":null,"excess":null,"floor":null,"floorDeviation":null,"intervalGap":null,\
        "lower":null,"metric":"duplicates","name":"base","order":null,\
        "reference":{"digest":null,"lines":3,"name":"file.txt","split":null},\
        "samples":4,"seed":1,"standardError":null,"trueDivergence":null,"upper":null,"value":0.5}
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
    var measures = NGramScorer.Measures()
    measures.metrics = Set(Metric.allCases)
    let scores = try scorer.scores(of: strings, measures: measures)
    let floors = try scorer.floors(samples: 10, from: strings).value
    let reference = ScoreRow.Reference(name: "y", lines: 60)
    let rows = ScoreRow.rows(name: "x", scores: scores, floors: floors, reference: reference)
    #expect(rows.map(\.order) == [2, 2, 2, 2, 3, 3, 3, 3])
    #expect(
      rows.prefix(4).map(\.metric) == [.jensenShannon, .recall, .precision, .distinctShare])
    #expect(rows.allSatisfy { $0.floor != nil })
    for row in rows {
      #expect(
        row.excess == (row.metric == .jensenShannon ? row.value - (row.floor ?? 0) : nil))
      #expect((row.estimand != nil) == (row.metric == .jensenShannon))
    }
    #expect(rows[0].value == 0)
    let all = ScoreRow.rows(
      name: "x", scores: scores, floors: floors, metrics: Metric.allCases, reference: reference)
    #expect(all.prefix(8).map(\.metric) == Array(Metric.allCases.prefix(8)))
    #expect(all.count == 16)
  }
}
