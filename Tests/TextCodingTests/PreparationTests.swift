import Files
import Foundation
import Testing

@testable import TextCoding

@Suite("Preparation")
struct PreparationTests {
  /// What a preparation left in its directory.
  struct Prepared {
    let directory: TemporaryDirectory
    let result: CorpusPreparation.Result
    let train: TokenStrings
    let validation: TokenStrings
    let test: TokenStrings

    subscript(split: CorpusSplit) -> TokenStrings {
      switch split {
      case .train: train
      case .validation: validation
      case .test: test
      }
    }

    func texts(_ split: CorpusSplit) -> [String] {
      TextCodec(vocabulary: result.vocabulary, length: train.length).decode(self[split])
    }

    func lineNumbers(_ split: CorpusSplit) throws -> [UInt32] {
      try NumPyMatrix<UInt32>(contentsOf: "\(directory.path)/\(split.rawValue)-lines.npy").elements
    }
  }

  static func source(
    _ text: some Sequence<UInt8> & Sendable, name: String = "a.txt", portion: Int = .max
  ) -> CorpusSource {
    let bytes = Array(text)
    return CorpusSource(name: name, size: bytes.count) {
      MemorySource(bytes, name: name, portion: portion)
    }
  }

  static func source(_ lines: [String], name: String = "a.txt") -> CorpusSource {
    source((lines.joined(separator: "\n") + "\n").utf8, name: name)
  }

  static func prepare(
    _ sources: [CorpusSource], _ change: (inout CorpusPreparation) throws -> Void = { _ in }
  ) throws -> Prepared {
    let directory = try TemporaryDirectory()
    var preparation = CorpusPreparation()
    try change(&preparation)
    let result = try preparation.run(sources, into: directory.path)
    return Prepared(
      directory: directory, result: result,
      train: try TokenStrings(contentsOf: "\(directory.path)/train.npy"),
      validation: try TokenStrings(contentsOf: "\(directory.path)/validation.npy"),
      test: try TokenStrings(contentsOf: "\(directory.path)/test.npy"))
  }

  @Test("Cut first: every line gives its first 32 symbols to one split, duplicates kept")
  func first() throws {
    let lines = sampleLines(500) + ["twice", "twice", "short"]
    let prepared = try Self.prepare([Self.source(lines)])
    let all = CorpusSplit.allCases.flatMap { prepared.texts($0) }
    #expect(all.sorted() == lines.map { String($0.prefix(32)) }.sorted())
    let report = prepared.result.report
    #expect(report.lines.lines == 503 && report.sources.count == 1)
    #expect(report.train.strings == prepared.train.count)
    #expect(report.train.dropped + report.validation.dropped + report.test.dropped == 0)
    let twice = CorpusSplit.allCases.map { prepared.texts($0).count { $0 == "twice" } }
    #expect(twice.sorted() == [0, 0, 2])
    for split in CorpusSplit.allCases {
      #expect(report[split].distinct == Set(prepared.texts(split)).count)
      #expect(
        report[split].padded == prepared.texts(split).count { $0.unicodeScalars.count < 32 })
    }
    #expect(
      try prepared.directory.names
        == ["test.npy", "train.npy", "validation.npy", "vocabulary.tsv"])
    #expect(
      try Vocabulary(contentsOf: "\(prepared.directory.path)/vocabulary.tsv")
        == prepared.result.vocabulary)
  }

  @Test("Cut first: lines that begin alike share a split, though they go on differently")
  func firstWithoutLeakage() throws {
    let starts = sampleLines(300).map { String($0.prefix(24)) }
    let lines = (0..<3000).map { "\(starts[$0 % 300].prefix(12)) the same beginning \($0)" }
    let prepared = try Self.prepare([Self.source(lines)]) { $0.length = 12 }
    let train = Set(prepared.texts(.train))
    #expect(prepared.validation.count > 0 && prepared.test.count > 0)
    #expect(train.isDisjoint(with: prepared.texts(.validation)))
    #expect(train.isDisjoint(with: prepared.texts(.test)))
    #expect(Set(prepared.texts(.validation)).isDisjoint(with: prepared.texts(.test)))
  }

  @Test("Windows: lines stay together, and no held-out window is a training window")
  func windows() throws {
    let lines = sampleLines(400) + (0..<200).map { "The same long opening of every line , \($0)" }
    for wordStart in [false, true] {
      let prepared = try Self.prepare([Self.source(lines)]) {
        $0.cut = .windows(stride: 5, wordStart: wordStart)
        $0.length = 16
      }
      let report = prepared.result.report
      var splitOfLine: [UInt32: CorpusSplit] = [:]
      for split in CorpusSplit.allCases {
        let numbers = try prepared.lineNumbers(split)
        let texts = prepared.texts(split)
        #expect(numbers.count == texts.count)
        for (number, text) in zip(numbers, texts) {
          #expect(lines[Int(number)].contains(text), "\(text)")
          #expect(splitOfLine[number, default: split] == split)
          splitOfLine[number] = split
        }
      }
      let train = Set(prepared.texts(.train))
      #expect(train.isDisjoint(with: prepared.texts(.validation)))
      #expect(train.isDisjoint(with: prepared.texts(.test)))
      #expect(report.validation.dropped > 0 && report.test.dropped > 0)
      #expect(report.train.dropped == 0)
      let written = CorpusSplit.allCases.map { report[$0].strings + report[$0].dropped }
      let expected = lines.map {
        CuttingTests.cut($0, .windows(stride: 5, wordStart: wordStart), 16).count
      }
      #expect(written.reduce(0, +) == expected.reduce(0, +))
    }
  }

  @Test("Line numbers count all lines of all inputs, from 0")
  func lineNumbers() throws {
    let prepared = try Self.prepare([
      Self.source("aaaa\n\n  \nbbbb\n".utf8), Self.source("cccc\ndddd".utf8, name: "b.txt"),
    ]) {
      $0.cut = .windows(stride: 4, wordStart: false)
      $0.length = 4
      $0.split = try SplitRule(validation: 0, test: 0)
    }
    #expect(prepared.texts(.train) == ["aaaa", "bbbb", "cccc", "dddd"])
    #expect(try prepared.lineNumbers(.train) == [0, 3, 4, 5])
    #expect(prepared.result.report.lines.emptyLines == 1)
    #expect(prepared.result.report.blankLines == 1)
    #expect(prepared.result.report.sources.map(\.name) == ["a.txt", "b.txt"])
    #expect(prepared.validation.count == 0 && prepared.validation.length == 4)
  }

  @Test("Blocks of lines go to one split, and equal strings are dropped there, too")
  func blocks() throws {
    let lines = (0..<4000).map { $0 % 7 == 0 ? "repeated" : "line \($0 / 20)/\($0)" }
    let prepared = try Self.prepare([Self.source(lines)]) {
      $0.split = try SplitRule(block: 20)
    }
    var splitOfBlock: [String: CorpusSplit] = [:]
    for split in CorpusSplit.allCases {
      for text in prepared.texts(split) where text != "repeated" {
        let block = String(text.split(separator: "/")[0])
        #expect(splitOfBlock[block, default: split] == split)
        splitOfBlock[block] = split
      }
    }
    #expect(Set(splitOfBlock.values) == Set(CorpusSplit.allCases))
    #expect(!prepared.texts(.test).contains("repeated"))
    #expect(prepared.result.report.test.dropped > 0)
  }

  @Test("The vocabulary counts training strings only, after the cut")
  func vocabularyOfTraining() throws {
    let lines = (0..<2000).map {
      "\($0 % 10)abc" + String(UnicodeScalar(UInt16(0x4E00 + $0)) ?? "x")
    }
    let prepared = try Self.prepare([Self.source(lines)]) { $0.vocabularyLimit = 65_536 }
    let train = prepared.texts(.train).joined()
    #expect(
      Set(prepared.result.vocabulary.symbols.map(\.text))
        == Set(train.unicodeScalars.map { "\($0)" })
    )
    let report = prepared.result.report
    #expect(report.train.unknown == 0)
    #expect(report.test.unknown == prepared.test.count)
    #expect(abs(report.test.unknownShare - 0.2) < 1e-9)
    #expect(report.vocabularySize == report.trainingSymbols + 2)
    #expect(prepared.result.vocabulary.counts.reduce(0, +) == report.train.symbols)
    let cut = try Self.prepare([Self.source(lines)]) { $0.length = 4 }
    let known = Set(cut.texts(.train).joined())
    #expect(known.count < 14 && cut.result.report.vocabularySize == known.count + 2)
    #expect(
      !cut.result.vocabulary.symbols.contains {
        $0.text.unicodeScalars.allSatisfy { $0.value > 0x4000 }
      })
  }

  @Test("A given vocabulary decides unit and normalisation")
  func givenVocabulary() throws {
    let vocabulary = try Vocabulary(
      unit: .grapheme, normalisation: TextNormalisation(foldsCase: true),
      symbols: ["a", "x\u{301}"].map { Symbol($0) })
    let prepared = try Self.prepare([Self.source(["AX\u{301}b", "x"])]) {
      $0.vocabulary = vocabulary
      $0.length = 3
      $0.split = try SplitRule(validation: 0, test: 0)
    }
    #expect(prepared.result.vocabulary == vocabulary)
    #expect(prepared.train.withUnsafeTokens { Array($0) } == [2, 3, 1, 1, 0, 0])
    #expect(prepared.result.report.train.unknown == 2)
  }

  @Test("Encoding text by the codec gives the prepared tokens", arguments: SymbolUnit.allCases)
  func agreesWithCodec(_ unit: SymbolUnit) throws {
    let lines =
      sampleLines(300) + ["日本語のテキスト", "x\u{301}y\u{323}\u{301} 👨‍👩‍👧 🇩🇪", "ＡＢＣ ﬁ", "नमस्ते"]
    let prepared = try Self.prepare([Self.source(lines)]) {
      $0.unit = unit
      $0.vocabularyLimit = 40
      $0.length = 20
    }
    let codec = TextCodec(vocabulary: prepared.result.vocabulary, length: 20)
    func sorted(_ rows: [[UInt16]]) -> [[UInt16]] {
      rows.sorted { $0.lexicographicallyPrecedes($1) }
    }
    let rows = CorpusSplit.allCases.flatMap { split in
      (0..<prepared[split].count).map { Array(prepared[split][$0]) }
    }
    #expect(sorted(rows) == sorted(try lines.map { try codec.encode($0) }))
    for split in CorpusSplit.allCases { try prepared[split].validate(below: 40) }
  }

  @Test("The same bytes give the same files, however they are dealt out")
  func deterministic() throws {
    let text = sampleLines(800).joined(separator: "\n")
    func files(_ sources: [CorpusSource]) throws -> [Data] {
      let prepared = try Self.prepare(sources) { $0.cut = .windows(stride: 9, wordStart: true) }
      return try prepared.directory.names.map {
        try Data(contentsOf: URL(fileURLWithPath: "\(prepared.directory.path)/\($0)"))
      }
    }
    let whole = try files([Self.source(text.utf8)])
    #expect(whole.count == 7)
    #expect(try files([Self.source(text.utf8, portion: 17)]) == whole)
    let half = text.index(after: text.firstIndex(of: "\n") ?? text.startIndex)
    #expect(
      try files([Self.source(text[..<half].utf8), Self.source(text[half...].utf8)]) == whole)
  }

  @Test("Unclean text is repaired, counted, and never enters the vocabulary")
  func uncleanText() throws {
    let bytes =
      Array("\u{FEFF}good line\r\n\r\nnul\u{0}here\nbad".utf8) + [0xFF, 0xFE, 0x0A]
      + Array("tab\there\rlast".utf8)
    let prepared = try Self.prepare([Self.source(bytes)]) {
      $0.split = try SplitRule(validation: 0, test: 0)
    }
    #expect(
      prepared.texts(.train)
        == ["good line", "nul\u{FFFD}here", "bad\u{FFFD}\u{FFFD}", "tab here", "last"])
    let lines = prepared.result.report.lines
    #expect(lines.lines == 6 && lines.emptyLines == 1 && lines.nulLines == 1)
    #expect(lines.repairedLines == 1 && lines.bytes == bytes.count)
    #expect(prepared.result.report.train.unknown == 3)
    #expect(!prepared.result.vocabulary.symbols.contains(Symbol("\u{FFFD}")))
  }

  @Test("A refused line names file and line, and leaves nothing behind")
  func refusal() throws {
    let directory = try TemporaryDirectory()
    var preparation = CorpusPreparation()
    preparation.lines.invalidUTF8 = .reject
    let bad = Array("fine\nx".utf8) + [0xC3]
    #expect(
      failureMessage { _ = try preparation.run([Self.source(bad)], into: directory.path) }?
        .hasPrefix("a.txt, line 2, byte 2: invalid UTF-8") == true)
    preparation = CorpusPreparation()
    preparation.normalisation.controls = .reject
    #expect(
      failureMessage {
        _ = try preparation.run([Self.source("a\nb\tc".utf8)], into: directory.path)
      }?.hasPrefix("a.txt, line 2, byte 2: control character U+0009") == true)
    #expect(try directory.names.isEmpty)
  }

  @Test("Bytes: any file is text, and comes back byte by byte")
  func byteUnit() throws {
    var numbers = TestNumbers(seed: 13)
    let lines = (0..<200).map { _ in (0..<8).map { _ in UInt8(0x20 + numbers.below(0x5F)) ^ 0x80 } }
    let prepared = try Self.prepare([Self.source(lines.flatMap { $0 + [0x0A] })]) {
      $0.unit = .byte
      $0.length = 8
      $0.split = try SplitRule(validation: 0, test: 0)
    }
    let codec = TextCodec(vocabulary: prepared.result.vocabulary, length: 8)
    #expect((0..<200).map { codec.decodeBytes(prepared.train[$0]) } == lines)
    #expect(prepared.result.report.lines.repairedLines == 0)
  }

  @Test("Lines of megabytes are cut into windows")
  func longLine() throws {
    let word = "harbour "
    let line = String(repeating: word, count: 500_000)
    let prepared = try Self.prepare([Self.source("start\n\(line)\n".utf8)]) {
      $0.cut = .windows(stride: 32, wordStart: false)
      $0.split = try SplitRule(validation: 0, test: 0)
    }
    #expect(prepared.train.count == 125_001)
    #expect(prepared.result.report.train.distinct == 2)
  }

  @Test("Files plain and packed, several at once")
  func files() throws {
    let directory = try TemporaryDirectory()
    let lines = sampleLines(200)
    let plain = try directory.file("one.txt", lines.joined(separator: "\n").utf8)
    let packed = try directory.file("two.txt", lines.joined(separator: "\n").utf8)
    let packer = Process()
    packer.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    packer.arguments = ["gzip", packed]
    try packer.run()
    packer.waitUntilExit()
    let sources = try [plain, packed + ".gz"].map { try CorpusSource(path: $0) }
    #expect(sources.map(\.name) == ["one.txt", "two.txt.gz"])
    #expect(sources[0].size == lines.joined(separator: "\n").utf8.count && sources[1].size == nil)
    let report = try Self.prepare(sources).result.report
    #expect(report.lines.lines == 400)
    #expect(report.sources[0].digest == report.sources[1].digest)
    #expect(report.sources[0].lines == report.sources[1].lines)
    var strict = CorpusPreparation()
    strict.normalisation.controls = .reject
    let tabs = try CorpusSource(path: directory.file("tabs.txt", "a\tb".utf8))
    #expect(
      failureMessage { _ = try strict.run([tabs], into: directory.path) }?
        .hasPrefix("\(directory.path)/tabs.txt, line 1, byte 2: ") == true)
    #expect(
      failureKind { _ = try CorpusSource(path: "\(directory.path)/absent") } == .missingInput)
    #expect(failureKind { _ = try CorpusSource(path: directory.path) } == .missingInput)
  }

  @Test("A named pipe is read once, as standard input is")
  func pipe() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/pipe"
    #expect(mkfifo(path, 0o600) == 0)
    let writer = Process()
    writer.executableURL = URL(fileURLWithPath: "/bin/sh")
    writer.arguments = ["-c", "printf 'from a pipe\\nand more\\n' > \"$0\"", path]
    try writer.run()
    let source = try CorpusSource(path: path)
    #expect(source.size == nil)
    let prepared = try Self.prepare([source]) { $0.split = try SplitRule(validation: 0, test: 0) }
    writer.waitUntilExit()
    #expect(prepared.texts(.train) == ["from a pipe", "and more"])
    #expect(try CorpusSource(path: "-").name == "standard input")
  }

  @Test("Progress rises to the total; false and an error stop the work and leave nothing")
  func progress() throws {
    let text = Array(
      repeatElement(sampleLines(2000).joined(separator: "\n"), count: 30).joined().utf8)
    let directory = try TemporaryDirectory()
    var seen: [CorpusPreparation.Progress] = []
    _ = try CorpusPreparation().run([Self.source(text)], into: directory.path) {
      seen.append($0)
      return true
    }
    #expect(seen.count >= 4)
    #expect(seen.allSatisfy { $0.bytesTotal == text.count })
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.bytesRead <= $1.bytesRead })
    #expect(seen.last?.bytesRead == text.count && seen.last?.stage == .encoding)
    let unknown = CorpusSource(name: "u") { MemorySource("a\nb\nc\nd\ne\nf".utf8) }
    _ = try? CorpusPreparation().run([unknown], into: directory.path) {
      #expect($0.bytesTotal == nil)
      return true
    }

    for stage in [CorpusPreparation.Progress.Stage.reading, .encoding] {
      let empty = try TemporaryDirectory()
      #expect(
        failureKind {
          _ = try CorpusPreparation().run([Self.source(text)], into: empty.path) {
            $0.stage != stage
          }
        } == .interrupted)
      struct Stop: Error {}
      #expect(throws: Stop.self) {
        _ = try CorpusPreparation().run([Self.source(text)], into: empty.path) {
          if $0.stage == stage { throw Stop() }
          return true
        }
      }
      #expect(try empty.names.isEmpty)
    }
  }

  @Test("Settings out of range and inputs without text are refused")
  func refusals() throws {
    let directory = try TemporaryDirectory()
    func kind(
      _ sources: [CorpusSource], _ change: (inout CorpusPreparation) -> Void = { _ in }
    ) -> Failure.Kind? {
      var preparation = CorpusPreparation()
      change(&preparation)
      return failureKind { _ = try preparation.run(sources, into: directory.path) }
    }
    let good = [Self.source(sampleLines(20))]
    #expect(kind(good) == nil)
    #expect(kind(good) { $0.length = 0 } == .usage)
    #expect(kind(good) { $0.cut = .windows(stride: 0, wordStart: false) } == .usage)
    #expect(kind(good) { $0.vocabularyLimit = 2 } == .usage)
    #expect(kind(good) { $0.split.test = 1 } == .usage)
    #expect(kind([]) == .usage)
    #expect(kind([Self.source("".utf8)]) == .badData)
    #expect(kind([Self.source("\n \n\t\n".utf8)]) == .badData)
    #expect(kind([Self.source([0xFF, 0x0A])]) == .badData || kind([Self.source([0xFF])]) == nil)
    #expect(
      failureKind {
        _ = try CorpusPreparation().run(good, into: "\(directory.path)/absent")
      } == .cannotWrite)
  }

  @Test("The report survives JSON")
  func reportCodable() throws {
    let report = try Self.prepare([Self.source(sampleLines(50))]).result.report
    let data = try JSONEncoder().encode(report)
    #expect(try JSONDecoder().decode(CorpusReport.self, from: data) == report)
    #expect(report.sources[0].digest.count == 16)
  }

  @Test("A spool gives back its strings and their lines")
  func spool() throws {
    let directory = try TemporaryDirectory()
    let spool = try StringSpool(directory: directory.path)
    #expect(try directory.names.isEmpty)
    var numbers = TestNumbers(seed: 21)
    var strings: [(Int, [UInt32])] = []
    var line = 0
    for index in 0..<3000 {
      line += numbers.below(3) * (index == 1000 ? 1 << 40 : 1)
      let length = index == 2000 ? 300_000 : numbers.below(40)
      strings.append((line, (0..<length).map { _ in UInt32(1 << numbers.below(22)) - 1 }))
    }
    for (line, codes) in strings {
      try codes.withUnsafeBufferPointer { try spool.append($0, line: line) }
    }
    var index = 0
    try spool.forEach { line, codes in
      #expect(line == strings[index].0 && codes.elementsEqual(strings[index].1))
      index += 1
    }
    #expect(index == 3000)
  }

  @Test("A fingerprint set holds what was put in")
  func fingerprints() {
    var set = FingerprintSet()
    var oracle: Set<UInt64> = []
    var numbers = TestNumbers(seed: 2)
    for _ in 0..<20_000 {
      let value = UInt64(numbers.below(15_000)) << 40
      let isKnown = set.contains(value)
      let isNew = set.insert(value)
      let (isNewToOracle, _) = oracle.insert(max(value, 1))
      if isKnown == isNewToOracle || isNew != isNewToOracle { Issue.record("\(value)") }
    }
    #expect(set.count == oracle.count)
  }
}
