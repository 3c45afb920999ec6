import Files
import Testing
import TextCoding

@testable import NGramScoring

@Suite("Counting")
struct CountingTests {
  /// A random corpus of any shape that keys can hold.
  struct Corpus {
    let strings: TokenStrings
    let vocabularySize: Int
    let orders: ClosedRange<Int>
    let excludesPadding: Bool
    let parts: [Int]
    let note: Comment

    init(seed: Int) {
      var random = SimulationRandom(seed: UInt64(seed))
      let size = [2, 3, 82, 300, 5_000, 65_536][seed % 6]
      let length = Int.random(in: 1...40, using: &random)
      let most = (1...min(length, 32)).last { order in
        (try? WindowLayout(orders: order...order, length: length, vocabularySize: size)) != nil
      }
      let longest = Int.random(in: 1...(most ?? 1), using: &random)
      let shortest = Bool.random(using: &random) ? 1 : Int.random(in: 1...longest, using: &random)
      let count = [0, 1, 2, 7, 40, 60][Int.random(in: 0..<6, using: &random)]
      let kind = Int.random(in: 0..<6, using: &random)
      var tokens: [UInt16] = []
      for _ in 0..<count {
        // Random tokens with inner padding, strings that end in padding, equal strings, few symbols.
        let used =
          kind == 0 ? length : Int.random(in: 0...length, using: &random)
        let row = (0..<length).map { position -> UInt16 in
          let u = random.uniform()
          let token = UInt16(u * (kind == 2 ? u * u : 1) * Double(size))
          return position < used ? (kind == 1 && token == 0 ? UInt16(size - 1) : token) : 0
        }
        tokens += kind == 3 && !tokens.isEmpty ? Array(tokens.prefix(length)) : row
      }
      strings = TokenStrings(tokens: tokens, length: length)
      vocabularySize = size
      orders = shortest...longest
      excludesPadding = Bool.random(using: &random)
      parts = (0..<count).map { _ in Int.random(in: 0..<16, using: &random) }
      note = """
        seed \(seed), V \(size), L \(length), orders \(shortest) to \(longest), N \(count), \
        kind \(kind), padding excluded \(excludesPadding)
        """
    }

    func counts() throws -> NGramCounts {
      try NGramCounts(
        strings, orders: orders, vocabularySize: vocabularySize, excludingPadding: excludesPadding,
        parts: .lines(parts))
    }
  }

  @Test("every order and part holds what a dictionary counts", arguments: 1...72)
  func matchesDictionary(seed: Int) throws {
    let corpus = Corpus(seed: seed)
    let counts = try corpus.counts()
    #expect(counts.strings == corpus.strings.count, corpus.note)
    for order in corpus.orders {
      let expected = dictionaryParts(
        corpus.strings, order: order, excludingPadding: corpus.excludesPadding,
        parts: corpus.parts)
      let listed = try counts.listed(order: order)
      #expect(listed.count == expected.count, corpus.note)
      #expect(listed.allSatisfy { expected[$0.ngram] == $0.counts.list }, corpus.note)
      #expect(
        listed.allSatisfy { gram in
          gram.counts.total == gram.counts.list.reduce(0, +)
            && (0..<16).allSatisfy {
              (gram.counts.support & 1 << UInt16($0) != 0) == (gram.counts[$0] > 0)
            }
        }, corpus.note)
      #expect(
        zip(listed, listed.dropFirst()).allSatisfy {
          $0.ngram.lexicographicallyPrecedes($1.ngram)
        }, corpus.note)
      #expect(try counts.distinct(order: order) == expected.count, corpus.note)
      let totals = counts.totals(order: order)
      #expect(totals.order == order && totals.allStrings == corpus.strings.count, corpus.note)
      for part in 0..<16 {
        #expect(
          totals.ngrams[part] == expected.values.reduce(0) { $0 + $1[part] }, corpus.note)
        #expect(totals.strings[part] == corpus.parts.count { $0 == part }, corpus.note)
      }
    }
  }

  @Test("windows from a begin mark are the strings' beginnings", arguments: 1...36)
  func beginnings(seed: Int) throws {
    let corpus = Corpus(seed: seed)
    let counts = try corpus.counts()
    let holds = corpus.orders.lowerBound == 1 && !corpus.excludesPadding
    #expect(counts.layout.holdsBeginnings == holds, corpus.note)
    for order in corpus.orders {
      var expected: [[UInt16]: [Int]] = [:]
      for row in 0..<corpus.strings.count where holds {
        let beginning = Array(corpus.strings[row].prefix(order - 1))
        expected[beginning, default: [Int](repeating: 0, count: 16)][corpus.parts[row]] += 1
      }
      let plain = try counts.listed(order: order)
      let all =
        counts.layout.isWide
        ? try Self.listed(counts, order, UInt128.self) : try Self.listed(counts, order, UInt64.self)
      let begun = all.drop { $0.digits[0] != corpus.vocabularySize + 1 }
      #expect(all.count - begun.count == plain.count, corpus.note)
      #expect(begun.count == expected.count, corpus.note)
      for (digits, parts) in begun {
        #expect(digits[0] == corpus.vocabularySize + 1, corpus.note)
        #expect(expected[digits.dropFirst().map { UInt16($0 - 1) }] == parts, corpus.note)
      }
    }
  }

  /// All n-grams that a cursor gives with beginnings kept, as digits.
  private static func listed<Key: FixedWidthInteger & UnsignedInteger & Sendable>(
    _ counts: NGramCounts, _ order: Int, _: Key.Type
  ) throws -> [(digits: [Int], parts: [Int])] {
    var grams = GramCursor<Key, PartedCount>(counts, order: order, keepingBeginnings: true)
    var list: [(digits: [Int], parts: [Int])] = []
    while try grams.next() {
      var rest = grams.key
      let digits = (0..<order).map { _ -> Int in
        let (quotient, digit) = rest.quotientAndRemainder(dividingBy: Key(counts.layout.base))
        rest = quotient
        return Int(digit)
      }
      #expect(rest == 0)
      list.append((digits.reversed(), grams.counts.list))
    }
    #expect(try !grams.next(), "the end is the end")
    return list
  }

  @Test("keys are 64 bits wide up to (V + 2)ⁿ = 2⁶⁴, 128 up to 2¹²⁸, and refused beyond")
  func widths() throws {
    func isWide(_ order: Int, _ size: Int) throws -> Bool {
      try WindowLayout(orders: order...order, length: 400, vocabularySize: size).isWide
    }
    for (order, size) in [(10, 80), (5, 2_046), (32, 2), (4, 65_534), (1, 65_536), (40, 1)] {
      #expect(try !isWide(order, size), "\(order), \(size)")
    }
    for (order, size) in [
      (11, 80), (6, 2_046), (11, 2_046), (33, 2), (64, 2), (5, 65_534), (8, 65_534), (4, 65_536),
      (7, 65_536), (32, 14), (41, 1),
    ] {
      #expect(try isWide(order, size), "\(order), \(size)")
    }
    for (order, size, most) in [
      (65, 2, 64), (12, 2_046, 11), (9, 65_534, 8), (8, 65_536, 7), (33, 14, 32), (400, 1, 80),
    ] {
      let failure = #expect(throws: Failure.self) { try isWide(order, size) }
      #expect(failure?.kind == .usage)
      #expect(failure?.message.contains("at most \(most),") == true, "\(order), \(size)")
      #expect(throws: Never.self) { try isWide(most, size) }
    }
  }

  @Test(
    "the largest keys survive packing",
    arguments: [(5, 2_046), (8, 65_534), (32, 14), (32, 2), (4, 65_534), (7, 65_536)])
  func largestKeys(order: Int, vocabularySize: Int) throws {
    let top = UInt16(vocabularySize - 1)
    let rows: [[UInt16]] = [
      Array(repeating: top, count: 33), Array(repeating: 0, count: 33),
      (0..<33).map { $0 % 2 == 0 ? top : 0 }, Array(repeating: top, count: 33),
    ]
    let strings = TokenStrings(tokens: Array(rows.joined()), length: 33)
    let counts = try NGramCounts(strings, orders: 1...order, vocabularySize: vocabularySize)
    for order in [1, order] {
      let expected = dictionaryCounts(strings, order: order)
      let listed = try counts.listed(order: order)
      #expect(listed.count == expected.count)
      #expect(listed.allSatisfy { expected[$0.ngram] == $0.counts.total })
      #expect(
        try counts.count(of: Array(repeating: top, count: order)) == 2 * (34 - order)
          + (order == 1 ? 17 : 0))
      #expect(
        try counts.count(of: (0..<order).map { $0 == 0 ? 1 : top })
          == (vocabularySize == 2 ? expected[(0..<order).map { $0 == 0 ? 1 : top }] ?? 0 : 0))
    }
  }

  @Test(
    "counts beyond a byte and beyond 16 bits in one part are exact, in one table or several",
    arguments: [3, 5_000], [1, 3])
  func largeCounts(vocabularySize: Int, threads: Int) throws {
    // 70,000 equal strings in one part, 300 others of two kinds in two parts.
    let top = UInt16(vocabularySize - 1)
    var tokens = Array(repeatElement([1, top, 1, 1, top, 0] as [UInt16], count: 70_000).joined())
    for row in 0..<300 { tokens += row < 150 ? [top, 1, 0, 0, 0, 0] : [1, 1, 1, 1, 1, 1] }
    let strings = TokenStrings(tokens: tokens, length: 6)
    let parts = (0..<strings.count).map { $0 < 70_000 ? 5 : $0 % 2 == 0 ? 5 : 15 }
    // Beyond 64 bits for the larger vocabulary.
    let counts = try NGramCounts(
      strings, orders: 1...6, vocabularySize: vocabularySize, parts: .lines(parts),
      settings: NGramCounter.Settings(threads: threads))
    #expect(counts.layout.isWide == (vocabularySize == 5_000))
    for order in 1...6 {
      let expected = dictionaryParts(strings, order: order, parts: parts)
      let listed = try counts.listed(order: order)
      #expect(listed.count == expected.count)
      #expect(listed.allSatisfy { expected[$0.ngram] == $0.counts.list })
    }
    #expect(try counts.count(of: [1]) == 3 * 70_000 + 150 + 900)
  }

  @Test("no strings count as nothing")
  func empty() throws {
    let strings = TokenStrings(tokens: [], length: 4)
    let counts = try NGramCounts(
      strings, orders: 1...4, vocabularySize: 65_535, settings: NGramCounter.Settings(threads: 2))
    for order in 1...4 {
      #expect(counts.totals(order: order).allNGrams == 0)
      #expect(try counts.distinct(order: order) == 0)
    }
    #expect(counts.strings == 0)
    #expect(try counts.bytes().isEmpty)
  }

  @Test("strings of padding alone have no n-grams where padding is left out")
  func paddingAlone() throws {
    let strings = TokenStrings(tokens: [0, 0, 0, 0, 0, 0], length: 3)
    let counts = try NGramCounts(
      strings, orders: 1...3, vocabularySize: 4, excludingPadding: true)
    #expect(counts.strings == 2)
    for order in 1...3 { #expect(counts.totals(order: order).allNGrams == 0) }
    #expect(try counts.bytes().isEmpty)
  }

  @Test("an order beyond the strings, or none, is a usage failure that says so")
  func wrongOrder() throws {
    let strings = randomStrings(3, length: 4, vocabularySize: 5, seed: 41)
    let long = #expect(throws: Failure.self) {
      try NGramCounts(strings, orders: 2...5, vocabularySize: 5)
    }
    #expect(long?.kind == .usage)
    #expect(long?.message.contains("at most 4") == true)
    let zero = #expect(throws: Failure.self) {
      try NGramCounts(strings, orders: 0...2, vocabularySize: 5)
    }
    #expect(zero?.kind == .usage)
    #expect(zero?.message.contains("not positive") == true)
  }

  @Test("a token outside the vocabulary is bad data, a vocabulary out of range is usage")
  func wrongTokens() throws {
    let strings = TokenStrings(tokens: [1, 2, 3, 9], length: 2)
    let token = #expect(throws: Failure.self) {
      try NGramCounts(strings, orders: 1...1, vocabularySize: 9)
    }
    #expect(token?.kind == .badData)
    #expect(token?.message.contains("9") == true)
    for size in [0, -1, 65_537] {
      let failure = #expect(throws: Failure.self) {
        try NGramCounts(strings, orders: 1...1, vocabularySize: size)
      }
      #expect(failure?.kind == .usage)
      #expect(failure?.message.contains("\(size)") == true)
    }
    let counter = NGramCounter(
      layout: try WindowLayout(orders: 1...2, length: 3, vocabularySize: 10))
    let length = #expect(throws: Failure.self) { try counter.add(strings, parts: .rows(from: 0)) }
    #expect(length?.kind == .badData)
    #expect(length?.message.contains("strings of 2 symbols among counts of strings of 3") == true)
  }

  @Test("a part with more strings than 32-bit counts have room for is refused")
  func room() throws {
    let layout = try WindowLayout(orders: 1...4, length: 32, vocabularySize: 90)
    var strings = [Int](repeating: 0, count: 16)
    strings[3] = Int(UInt32.max) / 32
    #expect(throws: Never.self) { try layout.requireRoom(forStringsOfParts: strings) }
    strings[3] += 1
    let failure = #expect(throws: Failure.self) {
      try layout.requireRoom(forStringsOfParts: strings)
    }
    #expect(failure?.kind == .badData)
    #expect(failure?.message.contains("134217728 strings of 32") == true)
  }

  @Test("parts are kept and left out whole", arguments: 1...12)
  func limited(seed: Int) throws {
    let corpus = Corpus(seed: 100 + seed)
    let counts = try corpus.counts()
    var random = SimulationRandom(seed: UInt64(seed))
    for mask in [0, UInt16.max, UInt16.random(in: 0...(.max), using: &random)] {
      let rows = corpus.parts.indices.filter { mask & 1 << UInt16(corpus.parts[$0]) != 0 }
      let kept = try NGramCounts(
        corpus.strings.rows(rows), orders: corpus.orders, vocabularySize: corpus.vocabularySize,
        excludingPadding: corpus.excludesPadding, parts: .lines(rows.map { corpus.parts[$0] }))
      #expect(try counts.limited(to: mask).equals(kept), corpus.note)
    }
  }

  @Test("adding the counts of n-grams adds parts, totals and supports")
  func partedCounts() {
    var random = SimulationRandom(seed: 5)
    for _ in 0..<50 {
      let lists = (0..<2).map { _ in
        (0..<16).map { _ in
          Bool.random(using: &random) ? 0 : Int.random(in: 1...1 << 30, using: &random)
        }
      }
      var sum = PartedCount(lists[0])
      #expect(sum.list == lists[0])
      sum.add(PartedCount(lists[1]))
      let expected = zip(lists[0], lists[1]).map(+)
      #expect(sum == PartedCount(expected))
      #expect(sum.total == expected.reduce(0, +))
      var visited = [Int](repeating: 0, count: 16)
      sum.forEachPart { visited[$0] = $1 }
      #expect(visited == expected)
      let mask = UInt16.random(in: 0...(.max), using: &random)
      #expect(
        sum.limited(to: mask)
          == PartedCount(expected.indices.map { mask & 1 << UInt16($0) != 0 ? expected[$0] : 0 }))
    }
    #expect(PartedCount([Int](repeating: Int(UInt32.max), count: 16)).total == 16 * Int(UInt32.max))
  }
}
