import Determinism
import Files
import Testing
import TextCoding

@testable import NGramScoring

@Suite("What counts do not depend on")
struct CountingInvarianceTests {
  private func settings(threads: Int = 1, memory: Int? = nil) -> NGramCounter.Settings {
    var settings = NGramCounter.Settings(threads: threads)
    if let memory { settings.memory = memory }
    return settings
  }

  @Test("threads, pieces and the order of strings", arguments: [false, true])
  func threads(excludingPadding: Bool) throws {
    // Enough strings for seven threads.
    let strings = randomStrings(30_000, length: 6, vocabularySize: 30, seed: 11, power: 3)
    func counts(
      _ strings: TokenStrings, _ parts: PartRule = .rows(from: 0), threads: Int = 1
    ) throws -> NGramCounts {
      try NGramCounts(
        strings, orders: 1...4, vocabularySize: 30, excludingPadding: excludingPadding,
        parts: parts, settings: settings(threads: threads))
    }
    let one = try counts(strings)
    for threads in [2, 3, 7] {
      #expect(try counts(strings, threads: threads).equals(one), "\(threads) threads")
    }
    let order = RandomStream(seed: 12, name: "order").shuffled(Array(0..<strings.count))
    #expect(
      try counts(strings.rows(order), .lines(order), threads: 3).equals(one), "permuted")
    let hashes = order.map { UInt64($0 & 15) << 60 | UInt64($0) }
    #expect(try counts(strings.rows(order), .hashes(hashes), threads: 7).equals(one), "hashes")

    // Several calls with several pieces each, cut at random.
    var random = SimulationRandom(seed: 13)
    let counter = NGramCounter(layout: one.layout, settings: settings(threads: 3))
    try strings.withUnsafeTokens { tokens in
      var row = 0
      while row < strings.count {
        var pieces: [NGramCounter.Piece] = []
        for _ in 0..<Int.random(in: 1...6, using: &random) {
          let end = min(strings.count, row + Int.random(in: 0...3_000, using: &random))
          pieces.append(
            NGramCounter.Piece(
              tokens: UnsafeBufferPointer(rebasing: tokens[row * 6..<end * 6]),
              parts: .rows(from: row)))
          row = end
        }
        try counter.add(pieces)
      }
      try counter.add([])
    }
    #expect(try counter.finish().equals(one), "pieces")
  }

  @Test(
    "memory: many runs on the disk hold what one in memory holds",
    arguments: [(order: 3, threads: 1), (3, 3), (6, 1)])
  func memory(order: Int, threads: Int) throws {
    // Nearly all windows differ; beyond 64 bits at order 6. A table of 4 MiB holds 40,960.
    let strings = randomStrings(13_000, length: 14, vocabularySize: 5_000, seed: 21, power: 1)
    func counts(_ settings: NGramCounter.Settings) throws -> NGramCounts {
      try NGramCounts(
        strings, orders: 1...order, vocabularySize: 5_000, parts: .rows(from: 3),
        settings: settings)
    }
    let whole = try counts(settings(threads: threads))
    #expect(whole.runs.count == 1)
    let folder = try TemporaryFolder()
    var small = settings(threads: threads, memory: 1)
    small.temporaryFolder = folder.path
    let spilled = try counts(small)
    #expect(spilled.isOnDisk && spilled.runs.reduce(0) { $0 + $1.windows } > 3 * 40_960)
    #expect(folder.names.isEmpty, "temporary files have no name")
    #expect(try spilled.equals(whole))
    for order in 1...order {
      let (left, right) = (try spilled.listed(order: order), try whole.listed(order: order))
      #expect(left.elementsEqual(right) { $0.ngram == $1.ngram && $0.counts == $1.counts })
    }
    #expect(try JensenShannonDivergence.bits(spilled, whole, order: order) == 0)
    #expect(try spilled.digest() == whole.digest())
  }

  @Test(
    "whether parts are kept, in how often n-grams occur", arguments: [4, 9], [Int.max, 1])
  func parts(order: Int, memory: Int) throws {
    let strings = randomStrings(13_000, length: 14, vocabularySize: 300, seed: 24, power: 2)
    func counts(keepsParts: Bool, threads: Int) throws -> NGramCounts {
      var settings = settings(threads: threads, memory: memory == 1 ? 1 : nil)
      settings.keepsParts = keepsParts
      return try NGramCounts(
        strings, orders: 2...order, vocabularySize: 300, settings: settings)
    }
    let parted = try counts(keepsParts: true, threads: 2)
    #expect(parted.hasParts)
    for threads in [1, 3] {
      let totals = try counts(keepsParts: false, threads: threads)
      #expect(!totals.hasParts && totals.strings == parted.strings)
      for order in [2, order] {
        #expect(totals.totals(order: order).allNGrams == parted.totals(order: order).allNGrams)
        let (left, right) = (try totals.listed(order: order), try parted.listed(order: order))
        #expect(
          left.elementsEqual(right) {
            $0.ngram == $1.ngram && $0.counts.total == $1.counts.total
          })
      }
    }
  }

  #if compiler(>=6.2)  // exit tests came with Swift 6.2
    @Test("counts without parts have plain values, and intervals of them are refused")
    func intervalsWithoutParts() async throws {
      #expect(try scoresWithoutParts(.plain).map(\.divergence) == [0])
      await #expect(processExitsWith: .failure) {
        _ = try scoresWithoutParts(NGramScorer.Measures())
      }
    }
  #endif

  @Test("a temporary folder that is not there cannot be written to")
  func noTemporaryFolder() throws {
    let strings = randomStrings(5_000, length: 14, vocabularySize: 5_000, seed: 22, power: 1)
    var settings = settings(memory: 1)
    settings.temporaryFolder = "/nonexistent/folder"
    let failure = #expect(throws: Failure.self) {
      try NGramCounts(
        strings, orders: 3...3, vocabularySize: 5_000, settings: settings)
    }
    #expect(failure?.kind == .cannotWrite)
    #expect(failure?.message.contains("/nonexistent/folder") == true)
  }

  @Test("large counts that were put aside in several runs add up")
  func largeCountsInRuns() throws {
    // One string again and again between strings that fill the table.
    let filler = randomStrings(12_000, length: 8, vocabularySize: 5_000, seed: 23, power: 1)
    var tokens: [UInt16] = []
    for row in 0..<filler.count {
      tokens += filler[row]
      for _ in 0..<6 { tokens += [7, 7, 7, 7, 7, 7, 7, 7] }
    }
    let strings = TokenStrings(tokens: tokens, length: 8)
    let counts = try NGramCounts(
      strings, orders: 1...3, vocabularySize: 5_000,
      parts: .content(StringHash(vocabularySize: 5_000)), settings: settings(memory: 1))
    #expect(counts.isOnDisk)
    let sevens = try #require(try counts.listed(order: 3).first { $0.ngram == [7, 7, 7] })
    #expect(sevens.counts.total == 72_000 * 6)
    #expect(sevens.counts.support.nonzeroBitCount == 1)
  }

  @Test("the part of a text does not depend on how its symbols are numbered")
  func contentHash() throws {
    let symbols = ["a", "b", "c", "é", "字", " ", "z"].map { Symbol($0) }
    let one = try Vocabulary(unit: .scalar, symbols: symbols)
    let other = try Vocabulary(
      unit: .scalar, symbols: [Symbol("q")] + symbols.reversed() + [Symbol("x")])
    var random = SimulationRandom(seed: 31)
    let lines = (0..<2_000).map { _ in
      (0..<Int.random(in: 0...9, using: &random)).map { _ in
        symbols.randomElement(using: &random)?.text ?? ""
      }.joined() + (Int.random(in: 0..<9, using: &random) == 0 ? "\u{FFFD}" : "")
    }
    func parts(_ vocabulary: Vocabulary) throws -> [Int] {
      let hash = StringHash(vocabulary)
      let strings = try TextCodec(vocabulary: vocabulary, length: 9).encode(lines)
      return strings.withUnsafeTokens { tokens in
        guard let base = tokens.baseAddress else { return [] }
        return (0..<strings.count).map { hash.part(of: base + $0 * 9, length: 9) }
      }
    }
    let expected = try parts(one)
    #expect(try parts(other) == expected)
    var partOf: [String: Int] = [:]
    for (line, part) in zip(lines, expected) {
      #expect(partOf.updateValue(part, forKey: line) ?? part == part, "equal strings share a part")
    }
    // Different strings are spread evenly: χ² with 15 degrees of freedom, 99.99 % below 44.3.
    var strings = [Int](repeating: 0, count: 16)
    for part in partOf.values { strings[part] += 1 }
    let mean = Double(partOf.count) / 16
    #expect(strings.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) / mean } < 44.3)
    // And so are the orders of the same symbols.
    let six = TextCodec(vocabulary: one, length: 6)
    let orders = (0..<720).map { index -> String in
      var left = ["a", "b", "c", "é", "字", "z"]
      var rest = index
      return (1...6).reversed().map { choices -> String in
        defer { rest /= choices }
        return left.remove(at: rest % choices)
      }.joined()
    }
    #expect(Set(orders).count == 720)
    let permuted = try NGramCounts(
      try six.encode(orders), orders: 1...1, vocabularySize: one.count,
      parts: .content(StringHash(one)))
    #expect(
      permuted.stringsOfParts.reduce(0) { $0 + (Double($1) - 45) * (Double($1) - 45) / 45 } < 44.3)
    // And so are strings that differ in one place only.
    let near = (0..<1_600).map { "aaaa" + String(UnicodeScalar(0x4E00 + $0) ?? " ") }
    let codec = TextCodec(
      vocabulary: try Vocabulary(
        unit: .scalar, symbols: Set(near.joined()).map { Symbol(String($0)) }.sorted()),
      length: 5)
    let counts = try NGramCounts(
      try codec.encode(near), orders: 1...1, vocabularySize: codec.vocabulary.count,
      parts: .content(StringHash(codec.vocabulary)))
    #expect(
      counts.stringsOfParts.reduce(0) { $0 + (Double($1) - 100) * (Double($1) - 100) / 100 } < 44.3)
  }

  @Test("rows are dealt out in turn, lines by their number, hashes by their top bits")
  func partRules() throws {
    let strings = randomStrings(40, length: 2, vocabularySize: 3, seed: 41)
    func parts(_ rule: PartRule) throws -> [Int] {
      try NGramCounts(strings, orders: 1...1, vocabularySize: 3, parts: rule).stringsOfParts
    }
    func dealt(_ part: (Int) -> Int) -> [Int] {
      (0..<40).reduce(into: [Int](repeating: 0, count: 16)) { $0[part($1)] += 1 }
    }
    #expect(try parts(.rows(from: 5)) == dealt { ($0 + 5) % 16 })
    #expect(try parts(.lines((0..<40).map { $0 / 3 + 1_000 })) == dealt { ($0 / 3 + 1_000) % 16 })
    #expect(
      try parts(.hashes((0..<40).map { UInt64($0 % 7) << 60 | UInt64($0) })) == dealt { $0 % 7 })
    for rule in [
      PartRule.rows(from: 2), .lines(Array(7..<47)), .hashes((0..<40).map { UInt64($0) << 58 }),
    ] {
      let dropped = rule.dropping(first: 9)
      let token: UInt16 = 0
      withUnsafePointer(to: token) { string in
        for row in 0..<31 {
          #expect(
            dropped.part(ofRow: row, string, length: 1)
              == rule.part(ofRow: row + 9, string, length: 1))
        }
        #expect(rule.covers(40, vocabularySize: 9))
        if case .rows = rule { return }
        #expect(!rule.covers(41, vocabularySize: 9))
      }
    }
    let hash = PartRule.content(StringHash(vocabularySize: 9))
    #expect(hash.covers(.max, vocabularySize: 9) && !hash.covers(1, vocabularySize: 10))
  }
}

/// Scores of strings against themselves, of counts that were not kept part by part.
private func scoresWithoutParts(_ measures: NGramScorer.Measures) throws -> [OrderScores] {
  let strings = randomStrings(50, length: 8, vocabularySize: 9, seed: 5, power: 2)
  var settings = NGramCounter.Settings()
  settings.keepsParts = false
  return try NGramScorer(reference: strings, vocabularySize: 9, orders: [2]).scores(
    of: NGramCounts(strings, orders: 2...2, vocabularySize: 9, settings: settings),
    measures: measures)
}
