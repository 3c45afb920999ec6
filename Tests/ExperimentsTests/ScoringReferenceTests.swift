import Files
import Foundation
import Glibc
import NGramScoring
import Runs
import Testing
import TextCoding

@testable import Experiments

@Suite("Scoring against a corpus or a file")
struct ScoringReferenceTests {
  private let folder: TemporaryFolder
  private let corpus: PreparedCorpus
  private var options: ScoringReference.Options {
    var options = ScoringReference.Options()
    options.orders = [2, 4]
    options.seed = 3
    return options
  }

  init() throws {
    folder = try TemporaryFolder()
    corpus = try Small.corpus(at: folder.file("corpus"))
  }

  private func samples(_ count: Int, codec: TextCodec? = nil) throws -> TokenStrings {
    try (codec ?? corpus.codec).encode(Small.lines(count, seed: 77))
  }

  @Test("a split: values, floors and errors are those of the scorer; floors come from training")
  func corpusDirect() throws {
    let samples = try samples(40)
    for split in [CorpusSplit.test, .validation] {
      let reference = try ScoringReference(corpus: corpus, split: split, options: options)
      let scores = try reference.score(name: "mine", samples)
      let scorer = try NGramScorer(
        reference: try corpus.strings(split), vocabularySize: corpus.codec.vocabulary.count,
        orders: [2, 4])
      let description = ScoreRow.Reference(
        name: "corpus", split: split.rawValue, lines: try corpus.strings(split).count,
        digest: corpus.description.digest)
      #expect(reference.description == description && reference.codec == corpus.codec)
      let floors = try scorer.floors(samples: 40, from: try corpus.strings(.train), seed: 3)
      let expected = ScoreRow.rows(
        name: "mine", scores: try scorer.scores(of: samples), floors: floors.value,
        reference: description, seed: 3)
      #expect(Array(scores.rows.prefix(expected.count)) == expected)
      #expect(scores.missingLines == nil)
      for row in expected where row.metric == .jensenShannon {
        #expect(row.floor != nil && row.floorDeviation != nil && row.standardError != nil)
        #expect(row.samples == 40 && row.seed == 3)
      }
    }
  }

  @Test("training as reference: floors come from validation and test, nothing is its own floor")
  func trainingReference() throws {
    let samples = try samples(20)
    let reference = try ScoringReference(corpus: corpus, split: .train, options: options)
    let scores = try reference.score(name: "mine", samples)
    let scorer = try NGramScorer(
      reference: try corpus.strings(.train), vocabularySize: corpus.codec.vocabulary.count,
      orders: [2, 4])
    let held = try [CorpusSplit.validation, .test].map { try corpus.strings($0) }
    let pool = TokenStrings(
      tokens: held.flatMap { $0.withUnsafeTokens { Array($0) } }, length: 12)
    let floors = try #require(try scorer.floors(samples: 20, from: pool, seed: 3).value)
    let found = scores.rows.filter { $0.metric == .jensenShannon }.map(\.floor)
    #expect(found == floors.map(\.divergence.mean))
    #expect(!scores.rows.contains { $0.metric == .exactCopyRate })
  }

  @Test("windows: one string a line, also where validation and test are drawn from together")
  func windows() throws {
    let windows = try Small.corpus(
      at: folder.file("windows"), lines: Small.lines(300, words: 10), cut: Small.windows)
    let lines = try [CorpusSplit.validation, .test].map {
      try #require(try windows.lineNumbers($0))
    }
    #expect(Set(lines[0]).isDisjoint(with: lines[1]))
    let count = Set(lines.flatMap { $0 }).count
    #expect(count < lines[0].count + lines[1].count)
    let reference = try ScoringReference(corpus: windows, split: .train, options: options)
    // As many samples as there are lines have a floor, one more has none.
    let enough = try reference.score(name: "a", try samples(count, codec: windows.codec))
    #expect(enough.missingLines == nil && enough.rows[0].floor != nil)
    let more = try reference.score(name: "a", try samples(count + 1, codec: windows.codec))
    #expect(more.missingLines == 1 && more.rows[0].floor == nil)
    #expect(more.rows[0].value > 0)
  }

  @Test("no string of a split is in another, so a floor is never drawn from its reference")
  func disjointSplits() throws {
    for (name, cut) in [("first", CutRule.first), ("windowed", Small.windows)] {
      let corpus = try Small.corpus(
        at: folder.file(name), lines: Small.lines(900, words: 6), cut: cut)
      let train = try corpus.strings(.train)
      let strings = Set((0..<train.count).map { Array(train[$0]) })
      for split in [CorpusSplit.validation, .test] {
        let held = try corpus.strings(split)
        #expect((0..<held.count).allSatisfy { !strings.contains(Array(held[$0])) })
      }
    }
  }

  @Test("duplicates and copies of training text are counted, duplicates beside real text's")
  func wholeStrings() throws {
    let reference = try ScoringReference(corpus: corpus, options: options)
    let train = try corpus.strings(.train)
    let rows = (0..<10).map { $0 % 4 } + [0]
    let copies = train.rows(rows)
    let scores = try reference.score(name: "copies", copies)
    let duplicates = try #require(scores.rows.first { $0.metric == .duplicateRate })
    let distinct = Set(rows.map { Array(train[$0]) }).count
    #expect(abs(duplicates.value - Double(11 - distinct) / 11) < 1e-15)
    #expect(duplicates.floor != nil && duplicates.order == nil)
    let copied = try #require(scores.rows.first { $0.metric == .exactCopyRate })
    #expect(copied.value == 1 && copied.floor == nil)
    let held = try reference.score(name: "held", try corpus.strings(.validation))
    #expect(held.rows.first { $0.metric == .exactCopyRate }?.value == 0)
  }

  @Test("a file: values and floors are those of the single-file scorer")
  func fileDirect() throws {
    let file = folder.file("real.txt")
    try AtomicFile.write(Small.lines(200).map { $0 + "\n" }.joined(), to: file)
    let reference = try ScoringReference(file: file, length: 12, options: options)
    #expect(reference.codec.length == 12 && reference.codec.vocabulary.unit == .scalar)
    let strings = try reference.codec.encode(Small.lines(200))
    let samples = try samples(30, codec: reference.codec)
    let scores = try reference.score(name: "mine", samples)
    let scorer = try SingleFileScorer(
      file: strings, vocabularySize: reference.codec.vocabulary.count, orders: [2, 4])
    let expected = try #require(try scorer.scores(of: samples, seed: 3).value)
    let rows = ScoreRow.rows(
      name: "mine", scores: expected.scores, floors: expected.floors,
      reference: .init(name: "real.txt", lines: 170, digest: reference.description.digest),
      seed: 3)
    #expect(Array(scores.rows.prefix(rows.count)) == rows)
    let duplicates = try #require(scores.rows.first { $0.metric == .duplicateRate })
    #expect(duplicates.floor != nil)
    #expect(!scores.rows.contains { $0.metric == .exactCopyRate })
  }

  @Test("a file too short for a floor is scored whole, and says how many lines it lacks")
  func shortFile() throws {
    let file = folder.file("real.txt")
    try AtomicFile.write(Small.lines(50).map { $0 + "\n" }.joined(), to: file)
    let reference = try ScoringReference(file: file, length: 12, options: options)
    let samples = try samples(30, codec: reference.codec)
    let scores = try reference.score(name: "mine", samples)
    #expect(scores.missingLines == 10)
    let whole = try NGramScorer(
      reference: try reference.codec.encode(Small.lines(50)),
      vocabularySize: reference.codec.vocabulary.count, orders: [2, 4])
    #expect(scores.rows[0].value == (try whole.scores(of: samples))[0].divergence)
    #expect(scores.rows[0].floor == nil && scores.rows[0].reference.lines == 50)
  }

  @Test("a file's digest covers its text, whatever tokens the symbols got")
  func fileDigest() throws {
    func digest(_ text: String, length: Int = 12) throws -> String? {
      let file = folder.file("real.txt")
      try AtomicFile.write(text, to: file)
      return try ScoringReference(file: file, length: length, options: options)
        .description.digest
    }
    let base = try digest("abab\n")
    #expect(try digest("abab\n") == base)
    #expect(try digest("cdcd\n") != base)
    #expect(try digest("abab\n", length: 13) != base)
  }

  @Test("a file may be read with the codec of a corpus, also through gzip")
  func givenCodec() throws {
    let file = folder.file("real.txt")
    try AtomicFile.write("fox ж\n\nlamp\n", to: file)
    let reference = try ScoringReference(file: file, codec: corpus.codec, options: options)
    #expect(reference.codec == corpus.codec && reference.description.lines == 2)
    let outcome = try ChildProcess.run("gzip", ["-k", file])
    #expect(outcome.status == 0)
    let packed = try ScoringReference(
      file: file + ".gz", codec: corpus.codec, options: options)
    #expect(packed.description.digest == reference.description.digest)
  }

  @Test("a pipe cannot be read twice, and the message says so")
  func pipe() throws {
    let fifo = folder.file("pipe")
    #expect(mkfifo(fifo, 0o600) == 0)
    let writer = Thread {
      // Opened once for each of the two readings; the second time nothing is left to say.
      for text in ["fox\n", ""] {
        guard let file = FileHandle(forWritingAtPath: fifo) else { return }
        file.write(Data(text.utf8))
        try? file.close()
        usleep(50_000)
      }
    }
    writer.start()
    expectFailure(.badData, fifo, "read twice") {
      _ = try ScoringReference(file: fifo, options: options)
    }
  }

  @Test("samples of a corpus with another vocabulary are encoded with the reference's codec")
  func otherVocabulary() throws {
    let reference = try ScoringReference(corpus: corpus, options: options)
    let file = folder.file("samples.txt")
    try AtomicFile.write("fox Ω\n\nlamp\n", to: file)
    let samples = try reference.samples(contentsOf: file)
    #expect(samples.count == 3)
    #expect(samples[0][4] == Vocabulary.unknown)
    #expect(samples[1].allSatisfy { $0 == Vocabulary.padding })
    #expect(try reference.samples(contentsOf: file, limit: 2).count == 2)
    let other = try Small.corpus(
      at: folder.file("other"), lines: Small.lines(600).map { $0.uppercased() })
    expectFailure(.badData, "vocabulary") {
      _ = try reference.score(
        name: "tokens",
        TokenStrings(
          tokens: [UInt16](repeating: UInt16(other.codec.vocabulary.count + 40), count: 12),
          length: 12))
    }
    expectFailure(.badData, "symbols against a reference of 12") {
      _ = try reference.score(name: "short", TokenStrings(tokens: [2, 3, 4, 5], length: 4))
    }
  }

  @Test("threads do not matter")
  func threads() throws {
    var many = options
    many.threads = 3
    let samples = try samples(40)
    #expect(
      try ScoringReference(corpus: corpus, options: options).score(name: "a", samples).rows
        == ScoringReference(corpus: corpus, options: many).score(name: "a", samples).rows)
  }

  @Test("what cannot be scored is refused by name")
  func refused() throws {
    let reference = try ScoringReference(corpus: corpus, options: options)
    expectFailure(.badData, "mine: no samples") {
      _ = try reference.score(name: "mine", TokenStrings(tokens: [], length: 12))
    }
    var long = options
    long.orders = [13]
    expectFailure(.usage, "13") { _ = try ScoringReference(corpus: corpus, options: long) }
    long.orders = []
    expectFailure(.usage, "order") { _ = try ScoringReference(corpus: corpus, options: long) }
    let trained = try Small.corpus(at: folder.file("all")) {
      $0.split = try SplitRule(validation: 0.1, test: 0)
    }
    expectFailure(.badData, trained.path, "no test strings", "--split") {
      _ = try ScoringReference(corpus: trained, options: options)
    }
    let file = folder.file("real.txt")
    try AtomicFile.write("\u{FFFD}\n", to: file)
    expectFailure(.badData, file, "holds no symbol") {
      _ = try ScoringReference(file: file, options: options)
    }
    for text in ["", "\n\n"] {
      try AtomicFile.write(text, to: file)
      expectFailure(.badData, file, "no lines of text") {
        _ = try ScoringReference(file: file, options: options)
      }
      expectFailure(.badData, file, "no lines of text") {
        _ = try ScoringReference(file: file, codec: corpus.codec, options: options)
      }
    }
    try AtomicFile.write("fox\n", to: file)
    expectFailure(.usage, "length 0") {
      _ = try ScoringReference(file: file, length: 0, options: options)
    }
    expectFailure(.missingInput, folder.file("none")) {
      _ = try ScoringReference(file: folder.file("none"), options: options)
    }
  }
}

@Suite("How hard a corpus is")
struct CorpusStatisticsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("floors and cross-entropy are those of the scorer and the character model")
  func direct() throws {
    let corpus = try Small.corpus(at: folder.file("corpus"))
    let statistics = try CorpusStatistics(corpus, count: 30, seed: 4, threads: 2)
    let (train, test) = (try corpus.strings(.train), try corpus.strings(.test))
    let size = corpus.codec.vocabulary.count
    let scorer = try NGramScorer(reference: test, vocabularySize: size, orders: [4, 6])
    #expect(
      statistics.floors == (try scorer.floors(samples: 30, from: train, seed: 4)).value)
    #expect(statistics.missingLines == nil && statistics.floorSamples == 30)
    #expect(
      statistics.crossEntropy
        == (try CharacterModel(training: train, order: 6, vocabularySize: size)
          .crossEntropy(of: test)))
    #expect(statistics.trainingStrings == train.count)
    #expect(statistics.referenceStrings == test.count && statistics.modelOrder == 6)
    let distinct = Set((0..<train.count).map { Array(train[$0]) }).count
    #expect(statistics.distinctShare == Double(distinct) / Double(train.count))
  }

  @Test("too few lines: no floor, but the number that is missing; uncounted strings: no share")
  func missing() throws {
    let corpus = try Small.corpus(at: folder.file("corpus")) { $0.countsDistinct = false }
    let train = try corpus.strings(.train).count
    let statistics = try CorpusStatistics(corpus, count: train + 7, seed: 4, threads: 1)
    #expect(statistics.floors == nil && statistics.missingLines == 7)
    #expect(statistics.distinctShare == nil)
  }

  @Test("a corpus without test text is refused")
  func noTest() throws {
    let corpus = try Small.corpus(at: folder.file("corpus")) {
      $0.split = try SplitRule(validation: 0.1, test: 0)
    }
    expectFailure(.badData, corpus.path, "no test strings", "--test") {
      _ = try CorpusStatistics(corpus, count: 5, seed: 1, threads: 1)
    }
  }
}
