import Files
import Testing
import TextCoding

@testable import NGramScoring

@Suite("Files of counts")
struct CountsFileTests {
  private func bytes(_ file: CountsFile, _ folder: TemporaryFolder) throws -> [UInt8] {
    try file.write(to: folder.file("written"))
    return try folder.contents("written")
  }

  @Test("read back as written", arguments: [(1, 8, 4, false), (2, 3, 2, true), (3, 20, 17, false)])
  func roundTrip(seed: Int, length: Int, order: Int, excludingPadding: Bool) throws {
    let folder = try TemporaryFolder()
    var text = CountedText()
    text.length = length
    text.orders = (excludingPadding ? 2 : 1)...order
    text.excludesPadding = excludingPadding
    let file = try text.counts(
      CountedText.lines(400, alphabet: CountedText.alphabet(90, from: 0x3A0), seed: UInt64(seed)))
    let digest = try file.write(to: folder.file("counts"))
    let opened = try CountsFile.open(folder.file("counts"))
    #expect(opened.digest == digest && digest.count == 16)
    #expect(opened.file.codec == file.codec)
    #expect(opened.file.codec.vocabulary.counts == file.codec.vocabulary.counts)
    #expect(opened.file.vocabularySource == .text && opened.file.parts == .line)
    #expect(try opened.file.counts.equals(file.counts))
    #expect(opened.file.counts.layout.isWide == (order == 17))
    #expect(CountsFile.isCounts(folder.file("counts")))
    // A file that was read is written again as it was.
    #expect(try bytes(opened.file, folder) == folder.contents("counts"))
    // The head can be read by people, and tells its own length.
    let text64 = String(decoding: try folder.contents("counts").prefix(64), as: UTF8.self)
    let size = file.headText.utf8.count
    #expect(text64.hasPrefix("dgflow counts\t1\t"))
    #expect(
      text64.split(separator: "\n")[0].hasSuffix("\t" + String("0000000000\(size)".suffix(10))))
    #expect(text64.contains("\nlength\t\(length)\n"))
  }

  @Test("threads and memory do not change a byte")
  func settings() throws {
    let folder = try TemporaryFolder()
    var text = CountedText()
    text.orders = 1...8
    let lines = CountedText.lines(20_000, alphabet: CountedText.alphabet(200), seed: 5)
    let file = try text.counts(lines)
    let expected = try bytes(file, folder)
    text.settings.threads = 3
    #expect(try bytes(text.counts(lines), folder) == expected)
    text.settings.threads = 1
    text.settings.memory = 1
    let spilled = try text.counts(lines)
    #expect(spilled.counts.isOnDisk)
    #expect(try bytes(spilled, folder) == expected)
    #expect(try bytes(text.counts(lines.reversed()), folder) == expected)
  }

  @Test("writing says how far it is; what stops it leaves nothing, and a file that was there")
  func stopping() throws {
    struct Stop: Error {}
    let folder = try TemporaryFolder()
    var text = CountedText()
    text.orders = 1...8
    let file = try text.counts(
      CountedText.lines(20_000, alphabet: CountedText.alphabet(200), seed: 5))
    var said: [Int] = []
    try file.write(to: folder.file("whole")) { said.append($0) }
    let size = try folder.contents("whole").count
    #expect(said.count > 2 && said == said.sorted() && said.last ?? 0 <= size)
    #expect(zip(said, said.dropFirst()).allSatisfy { $1 - $0 <= 1 << 19 })
    for name in ["new", "whole"] {
      #expect(throws: Stop.self) {
        try file.write(to: folder.file(name)) { if $0 > size / 2 { throw Stop() } }
      }
    }
    #expect(folder.names == ["whole"])
    #expect(try bytes(file, folder) == folder.contents("whole"))
    // Merging what was spilled asks as well.
    let counter = NGramCounter(layout: file.counts.layout, settings: smallest)
    let strings = try file.codec.encode(
      CountedText.lines(20_000, alphabet: CountedText.alphabet(200), seed: 5))
    try counter.add(strings, parts: .rows(from: 0))
    #expect(throws: Stop.self) { try counter.finish { throw Stop() } }
  }

  private var smallest: NGramCounter.Settings {
    var settings = NGramCounter.Settings()
    settings.memory = 1
    return settings
  }

  /// Lines shared out among shards at random, each shard with at least one symbol.
  private func shards(_ lines: [String], _ count: Int, seed: UInt64) -> [[String]] {
    var random = SimulationRandom(seed: seed)
    var shards = (0..<count).map { index in [String(lines[index])] }
    for line in lines.dropFirst(count) {
      shards[Int.random(in: 0..<count, using: &random)].append(line)
    }
    return shards
  }

  @Test(
    "shards that were counted apart, each with the symbols it met, merge to the single pass",
    arguments: 1...10)
  func merging(seed: Int) throws {
    let folder = try TemporaryFolder()
    var random = SimulationRandom(seed: UInt64(seed))
    var text = CountedText()
    text.length = Int.random(in: 1...12, using: &random)
    text.orders = 1...Int.random(in: 1...text.length, using: &random)
    text.excludesPadding = seed % 4 == 0
    text.unit = [.scalar, .grapheme, .byte][seed % 3]
    if text.excludesPadding { text.orders = text.orders.upperBound...text.orders.upperBound }
    let size = [3, 60, 900][seed % 3]
    let alphabet = CountedText.alphabet(size) + ["e\u{301}", "👩‍👩‍👧", " "]
    var lines = CountedText.lines(600, alphabet: alphabet, seed: UInt64(seed))
    let count = Int.random(in: 2...5, using: &random)
    // A shard may hold symbols that no other has.
    for index in 0..<count { lines[index] = "\(Character(UnicodeScalar(UInt8(65 + index))))a" }
    let single = try text.counts(lines)
    let expected = try bytes(single, folder)
    var files = try shards(lines, count, seed: UInt64(seed)).enumerated().map { index, lines in
      let file = try text.counts(lines)
      // Some from memory, some from the disk.
      guard index % 2 == 0 else { return (path: "shard \(index)", file: file) }
      try file.write(to: folder.file("\(index)"))
      return (
        path: folder.file("\(index)"), file: try CountsFile.open(folder.file("\(index)")).file
      )
    }
    let note: Comment =
      "seed \(seed), orders \(text.orders), L \(text.length), V \(single.codec.vocabulary.count)"
    #expect(try bytes(CountsFile.merged(files, settings: text.settings), folder) == expected, note)
    var small = text.settings
    small.memory = 1
    files.shuffle(using: &random)
    #expect(try bytes(CountsFile.merged(files, settings: small), folder) == expected, note)
    // In two steps.
    let first = try CountsFile.merged(Array(files.prefix(2)), settings: small)
    let second = try CountsFile.merged([("first", first)] + files.dropFirst(2), settings: small)
    #expect(try bytes(second, folder) == expected, note)
    #expect(
      try bytes(CountsFile.merged([("one", single)], settings: small), folder) == expected, note)
  }

  @Test("shards of 64-bit keys merge to 128-bit keys where their symbols together need them")
  func widening() throws {
    let folder = try TemporaryFolder()
    var text = CountedText()
    text.length = 12
    text.orders = 1...10
    let halves = [
      CountedText.lines(700, alphabet: CountedText.alphabet(60, from: 0x3B1), seed: 1),
      CountedText.lines(700, alphabet: CountedText.alphabet(60, from: 0x4E00), seed: 2),
    ]
    let files = try halves.map { ("half", try text.counts($0)) }
    #expect(files.allSatisfy { !$0.1.counts.layout.isWide })
    let merged = try CountsFile.merged(files, settings: text.settings)
    #expect(merged.counts.layout.isWide)
    let single = try text.counts(halves.flatMap { $0 })
    #expect(try bytes(merged, folder) == bytes(single, folder))
    // Wide already, and symbols that change places.
    text.orders = 1...12
    let wide = try halves.map { ("half", try text.counts($0)) }
    #expect(wide.allSatisfy { $0.1.counts.layout.isWide })
    #expect(
      try bytes(CountsFile.merged(wide.reversed(), settings: text.settings), folder)
        == bytes(text.counts(halves.flatMap { $0 }), folder))
    // What does not fit together is refused.
    text.length = 24
    text.orders = 1...21
    let long = try halves.map { ("half", try text.counts($0)) }
    let failure = #expect(throws: Failure.self) {
      try CountsFile.merged(long, settings: text.settings)
    }
    #expect(failure?.kind == .usage)
    #expect(failure?.message.contains("at most 18") == true)
  }

  @Test("shards that rank the same symbols differently are numbered anew")
  func reranking() throws {
    let folder = try TemporaryFolder()
    let text = CountedText()
    let alphabet = CountedText.alphabet(20, from: 0x3B1)
    let shards = [
      CountedText.lines(300, alphabet: alphabet, seed: 1),
      CountedText.lines(500, alphabet: alphabet.reversed(), seed: 2),
    ]
    let files = try shards.map { ("shard", try text.counts($0)) }
    let single = try text.counts(shards.flatMap { $0 })
    #expect(files.allSatisfy { $0.1.codec.vocabulary.count == single.codec.vocabulary.count })
    #expect(files.allSatisfy { $0.1.codec.vocabulary != single.codec.vocabulary })
    let merged = try CountsFile.merged(files, settings: text.settings)
    #expect(try bytes(merged, folder) == bytes(single, folder))
  }

  @Test("more strings than counts have room for do not merge")
  func room() throws {
    let text = CountedText()
    let file = try text.counts(["abc", "abd"])
    let counts = file.counts
    let many = CountsFile(
      codec: file.codec, vocabularySource: .text, parts: .line,
      counts: NGramCounts(
        layout: counts.layout,
        stringsOfParts: [Int](repeating: Int(UInt32.max) / text.length, count: 16),
        ngramsOfParts: counts.ngramsOfParts, runs: counts.runs))
    #expect(throws: Never.self) { try CountsFile.merged([("a", many)], settings: text.settings) }
    let failure = #expect(throws: Failure.self) {
      try CountsFile.merged([("a", many), ("b", file)], settings: text.settings)
    }
    #expect(failure?.kind == .badData)
    #expect(failure?.message.contains("counts have room for") == true)
  }

  @Test("under a given vocabulary shards merge as they are")
  func given() throws {
    let folder = try TemporaryFolder()
    var text = CountedText()
    let known = CountedText.alphabet(40, from: 0x3B1)
    text.vocabulary = try Vocabulary(
      unit: .scalar, symbols: known.reversed().map { Symbol(String($0)) })
    let lines = CountedText.lines(500, alphabet: CountedText.alphabet(50, from: 0x3B1), seed: 8)
    let files = try shards(lines, 4, seed: 1).map { ("shard", try text.counts($0)) }
    let merged = try CountsFile.merged(files, settings: text.settings)
    #expect(merged.vocabularySource == .given)
    #expect(try bytes(merged, folder) == bytes(text.counts(lines), folder))
  }

  @Test("counts that were made in different ways do not merge, and the message says why")
  func refusals() throws {
    let lines = CountedText.lines(30, alphabet: CountedText.alphabet(9), seed: 9)
    let plain = CountedText()
    func expectRefusal(
      _ what: String, _ left: CountedText = CountedText(),
      _ change: (inout CountedText) throws -> Void
    ) throws {
      var other = left
      try change(&other)
      let files = [
        (path: "a/one.counts", file: try left.counts(lines)),
        (path: "a/one.counts", file: try left.counts(lines)),
        (path: "b/two.counts", file: try other.counts(lines)),
      ]
      let failure = #expect(throws: Failure.self, Comment(rawValue: what)) {
        try CountsFile.merged(files, settings: plain.settings)
      }
      #expect(failure?.kind == .badData)
      let message = failure?.message ?? ""
      for part in ["a/one.counts", "b/two.counts", "(\(what): "] {
        #expect(message.contains(part), "\(message) lacks \(part)")
      }
      #expect(!message.contains("\n") && message.utf8.count < 300, "\(message)")
    }
    try expectRefusal("orders") { $0.orders = 1...3 }
    try expectRefusal("length") { $0.length = 9 }
    try expectRefusal("padding left out") { $0.excludesPadding = true }
    try expectRefusal("parts") { $0.parts = .number }
    try expectRefusal("unit") { $0.unit = .byte }
    try expectRefusal("normalisation") { $0.normalisation.foldsCase = true }
    let symbols = CountedText.alphabet(9).map { Symbol(String($0)) }
    try expectRefusal("vocabulary") {
      $0.vocabulary = try Vocabulary(unit: .scalar, symbols: symbols)
    }
    var given = plain
    given.vocabulary = try Vocabulary(unit: .scalar, symbols: symbols)
    try expectRefusal("given vocabulary", given) {
      $0.vocabulary = try Vocabulary(unit: .scalar, symbols: symbols.reversed())
    }
    let none = #expect(throws: Failure.self) {
      try CountsFile.merged([], settings: plain.settings)
    }
    #expect(none?.kind == .usage)
  }

  @Test("only files that begin as counts are counts")
  func isCounts() throws {
    let folder = try TemporaryFolder()
    #expect(!CountsFile.isCounts("-"))
    #expect(!CountsFile.isCounts(folder.path))
    #expect(!CountsFile.isCounts(folder.file("absent")))
    #expect(!CountsFile.isCounts("/dev/null"))
    #expect(!CountsFile.isCounts(try folder.put("".utf8, "empty")))
    #expect(!CountsFile.isCounts(try folder.put("dgflow counts".utf8, "short")))
    #expect(!CountsFile.isCounts(try folder.put("dgflow counts are text".utf8, "text")))
    #expect(CountsFile.isCounts(try folder.put("dgflow counts\t".utf8, "begun")))
  }
}
