import Files
import Foundation
import Testing
import TextCoding

@testable import Runs

@Suite("Prepared corpora on disk")
struct PreparedCorpusTests {
  private let folder: TemporaryFolder
  private let windows = CutRule.windows(stride: 5, wordStart: true)

  init() throws { folder = try TemporaryFolder() }

  @Test("cut first: a corpus that is opened again is the one that was prepared")
  func roundTripFirst() throws {
    let made = try Small.corpus(at: folder.file("corpus"))
    let opened = try PreparedCorpus(opening: folder.file("corpus/"))
    #expect(opened.description == made.description)
    #expect(opened.codec == made.codec)
    #expect(opened.name == "corpus")
    #expect(opened.description.cut == CorpusDescription.Cut(.first))
    var total = 0
    for split in CorpusSplit.allCases {
      let strings = try opened.strings(split)
      #expect(strings == (try made.strings(split)))
      #expect(strings.count == opened.description.report[split].strings)
      #expect(try opened.lineNumbers(split) == nil)
      total += strings.count
    }
    #expect(total == 400)
    #expect(!FileSystem.exists(folder.file("corpus/train-lines.npy")))
  }

  @Test("cut windows: line numbers lead from every window back to its line, in one split each")
  func roundTripWindows() throws {
    let lines = Small.lines(200, words: 8)
    let corpus = try Small.corpus(at: folder.file("corpus"), cut: windows, lines: lines)
    #expect(corpus.description.cut == CorpusDescription.Cut(windows))
    var owners: [Int: CorpusSplit] = [:]
    for split in CorpusSplit.allCases {
      let strings = try corpus.strings(split)
      let numbers = try #require(try corpus.lineNumbers(split))
      #expect(numbers.count == strings.count && strings.count > 0)
      for (row, number) in numbers.enumerated() {
        #expect(lines[number].contains(corpus.codec.decode(strings[row])))
        #expect(owners[number, default: split] == split, "line \(number) is in two splits")
        owners[number] = split
      }
    }
  }

  @Test("the digest is the same for the same preparation and another for any other")
  func digest() throws {
    let base = try Small.corpus(at: folder.file("a")).description.digest
    #expect(try Small.corpus(at: folder.file("b")).description.digest == base)
    let others = [
      try Small.corpus(at: folder.file("c"), length: 11),
      try Small.corpus(at: folder.file("d"), cut: windows),
      try Small.corpus(at: folder.file("e"), lines: Small.lines(399)),
      try Small.corpus(at: folder.file("f")) { $0.split.salt = "x" },
      try Small.corpus(at: folder.file("g")) { $0.lines.nul = .reject },
      try Small.corpus(at: folder.file("h")) { $0.vocabularyLimit = 10 },
    ].map(\.description.digest)
    #expect(Set(others + [base]).count == 7)
  }

  @Test("training batches are rows of the training split")
  func batches() throws {
    let corpus = try Small.corpus(at: folder.file("corpus"))
    let batches = try CorpusBatches(corpus)
    let strings = try corpus.strings(.train)
    #expect(batches.count == strings.count && batches.length == 12)
    #expect(batches.vocabulary == corpus.codec.vocabulary.count)
    let rows = [3, 0, 3, strings.count - 1]
    var tokens = [UInt16](repeating: 9, count: rows.count * 12)
    tokens.withUnsafeMutableBufferPointer { batches.copyRows(rows, into: $0) }
    #expect(TokenStrings(tokens: tokens, length: 12) == strings.rows(rows))
  }

  @Test("what is no corpus is named as what it is")
  func notACorpus() throws {
    expectFailure(.missingInput, "no corpus directory at \(folder.file("absent"))") {
      _ = try PreparedCorpus(opening: folder.file("absent"))
    }
    expectFailure(.missingInput, "corpus.yml is missing", "dgflow corpus prepare") {
      _ = try PreparedCorpus(opening: folder.path)
    }
    _ = try Small.run(at: folder.file("run"), model: Small.model(codec: try Small.codec()))
    expectFailure(.missingInput, "it is a run") {
      _ = try PreparedCorpus(opening: folder.file("run"))
    }
  }

  @Test("nothing is overwritten and nothing half-made is left behind")
  func atomic() throws {
    let path = folder.file("corpus")
    _ = try Small.corpus(at: path)
    expectFailure(.cannotWrite, path) { _ = try Small.corpus(at: path) }
    expectFailure(.badData, "no training string") {
      _ = try Small.corpus(at: folder.file("empty"), lines: [])
    }
    expectFailure(.interrupted) {
      _ = try PreparedCorpus.prepare(
        [Small.source(Small.lines(50))], with: CorpusPreparation(), at: folder.file("stopped")
      ) { _ in false }
    }
    #expect(try FileSystem.names(in: folder.path) == ["corpus"])
  }

  @Test("a vocabulary of another corpus is noticed")
  func foreignVocabulary() throws {
    let corpus = try Small.corpus(at: folder.file("corpus"))
    try (try Small.codec()).vocabulary.write(to: folder.file("corpus/vocabulary.tsv"))
    expectFailure(
      .badData, "vocabulary.tsv", corpus.description.vocabularyDigest, "another corpus"
    ) { _ = try PreparedCorpus(opening: folder.file("corpus")) }
  }

  @Test("truncated, foreign and absent token files are refused, by name")
  func badTokenFiles() throws {
    let corpus = try Small.corpus(at: folder.file("corpus"))
    let test = folder.file("corpus/test.npy")
    let strings = try corpus.strings(.test)
    let size = try #require(FileSystem.size(test))

    for count in [0, 5, 64, size - 1] {
      try strings.write(to: test)
      try truncate(test, to: count)
      expectFailure(.badData, test) { _ = try corpus.strings(.test) }
    }
    try strings.prefix(strings.count - 1).write(to: test)
    expectFailure(.badData, test, "another corpus") { _ = try corpus.strings(.test) }
    try TokenStrings(tokens: strings.rows([0]).withUnsafeTokens { Array($0) }, length: 6)
      .write(to: test)
    expectFailure(.badData, test, "strings of 6") { _ = try corpus.strings(.test) }
    let size16 = UInt16(corpus.codec.vocabulary.count)
    let wrong = [UInt16](repeating: size16, count: strings.count * 12)
    try TokenStrings(tokens: wrong, length: 12).write(to: test)
    expectFailure(.badData, test, "token \(size16)") { _ = try corpus.strings(.test) }
    try FileManager.default.removeItem(atPath: test)
    expectFailure(.missingInput, test) { _ = try corpus.strings(.test) }
  }

  @Test("line numbers of the wrong count are refused")
  func badLineNumbers() throws {
    let corpus = try Small.corpus(at: folder.file("corpus"), cut: windows)
    let file = folder.file("corpus/validation-lines.npy")
    try NumPyWriter<UInt32>.write([1, 2, 3], columns: 1, path: file)
    expectFailure(.badData, file, "[3, 1]") { _ = try corpus.lineNumbers(.validation) }
  }

  @Test(
    "a damaged or foreign corpus.yml is refused with the place",
    arguments: [
      ("format: 1", "format: 2", "format 2"),
      ("format: 1", "formal: 1", "`format` is missing"),
      ("length: 12", "length: 0", "`length` is 0"),
      ("length: 12", "length: -4", "`length` is -4"),
      ("length: 12", "length: 99999999999", "`length` is 99999999999"),
      ("length: 12", "length: twelve", "`length` is not a whole number"),
      ("rule: first", "rule: second", "`cut.rule` is second"),
      ("length: 12", "length: [12", "not readable as YAML"),
    ])
  func badDescription(old: String, new: String, part: String) throws {
    _ = try Small.corpus(at: folder.file("corpus"))
    let file = folder.file("corpus/corpus.yml")
    try edit(file, old, new)
    expectFailure(.badData, file, part) {
      _ = try PreparedCorpus(opening: folder.file("corpus"))
    }
  }
}
