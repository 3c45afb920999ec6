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
      let counts = try NGramCounts(
        try corpus.strings(split), orders: 2...4, vocabularySize: corpus.codec.vocabulary.count,
        parts: .content(StringHash(corpus.codec.vocabulary)))
      let scorer = try NGramScorer(reference: counts, orders: [2, 4])
      let description = ScoreRow.Reference(
        name: "corpus", split: split.rawValue, lines: try corpus.strings(split).count,
        digest: corpus.description.digest)
      #expect(reference.description == description && reference.codec == corpus.codec)
      let floors = try scorer.floors(samples: 40, from: try corpus.strings(.train), seed: 3)
      var measures = NGramScorer.Measures()
      measures.trueDivergence = true
      let expected = ScoreRow.rows(
        name: "mine", scores: try scorer.scores(of: samples, measures: measures),
        floors: floors.value, reference: description, seed: 3)
      #expect(expected.count == 8)
      // Rows stand metric by metric.
      for metric in Metric.standard {
        let rows = expected.filter { $0.metric == metric }
        #expect(rows.isEmpty || scores.rows.filter { $0.metric == metric } == rows, "\(metric)")
      }
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
    #expect(found == floors.map { $0.floor(of: .jensenShannon)?.mean })
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
    // No string of test is one of training: what real text copies cannot be seen there.
    #expect(copied.value == 1 && copied.floor == nil)
    for split in [CorpusSplit.validation, .test] {
      let held = try reference.score(name: "held", try corpus.strings(split))
      #expect(held.rows.first { $0.metric == .exactCopyRate }?.value == 0)
    }
  }

  @Test("a file: values and floors are those of the held-out scorer, parts by lines")
  func fileDirect() throws {
    let file = folder.file("real.txt")
    let lines = Small.lines(200)
    try AtomicFile.write(lines.map { $0 + "\n" }.joined(), to: file)
    let reference = try ScoringReference(file: file, length: 12, options: options)
    #expect(reference.codec.length == 12 && reference.codec.vocabulary.unit == .scalar)
    let hashes = lines.map { Array($0.utf8).withUnsafeBufferPointer { lineHash($0) } }
    let counts = try NGramCounts(
      try reference.codec.encode(lines), orders: 2...4,
      vocabularySize: reference.codec.vocabulary.count, parts: .hashes(hashes))
    let scorer = try NGramScorer(reference: counts, orders: [2, 4])
    let samples = try samples(30, codec: reference.codec)
    let scores = try reference.score(name: "mine", samples)
    var measures = NGramScorer.Measures()
    measures.trueDivergence = true
    let expected = try #require(
      try HeldOutScorer(scorer).scores(of: try scorer.count(samples), measures: measures).value)
    #expect((100..<200).contains(expected.referenceStrings))
    for metric in [Metric.jensenShannon, .recall, .precision, .distinctShare] {
      let rows = ScoreRow.rows(
        name: "mine", scores: expected.scores, floors: expected.floors, metrics: [metric],
        reference: .init(
          name: "real.txt", lines: expected.referenceStrings,
          digest: reference.description.digest), seed: 3)
      #expect(scores.rows.filter { $0.metric == metric } == rows && rows.count == 2)
    }
    let duplicates = try #require(scores.rows.first { $0.metric == .duplicateRate })
    #expect(duplicates.floor != nil && duplicates.reference.lines == 200)
    #expect(!scores.rows.contains { $0.metric == .exactCopyRate })
  }

  @Test("a file's counts score as the file does, to the last digit")
  func countsDirect() throws {
    let file = folder.file("real.txt")
    try AtomicFile.write(Small.lines(300).map { $0 + "\n" }.joined(), to: file)
    var options = options
    options.metrics = Metric.allCases.filter { $0 != .wordShare && $0 != .duplicateRate }
    let text = try ScoringReference(file: file, length: 12, options: options)
    var counting = TextCounting()
    counting.length = 12
    try counting.counts(of: [file]).write(to: folder.file("real.counts"))
    let counts = try ScoringReference(counts: folder.file("real.counts"), options: options)
    #expect(counts.codec == text.codec)
    let samples = try samples(40, codec: text.codec)
    let (left, right) = (
      try text.score(name: "mine", samples), try counts.score(name: "mine", samples)
    )
    #expect(left.orders == right.orders && left.rows.count == right.rows.count)
    for (left, right) in zip(left.rows, right.rows) {
      #expect(left.metric == right.metric && left.order == right.order)
      #expect(left.value == right.value && left.floor == right.floor)
      #expect(left.floorDeviation == right.floorDeviation && left.lower == right.lower)
      #expect(left.trueDivergence == right.trueDivergence)
      #expect(left.reference.lines == right.reference.lines)
    }
    // Whatever has a floor is measured against the rest as well, and says so.
    for row in left.rows {
      #expect((row.floor != nil) == (row.metric != .reversePerplexity), "\(row.metric)")
      #expect((row.reference.lines < 300) == (row.floor != nil), "\(row.metric)")
    }
    let divergences: [Metric] = [.jensenShannon, .klOfSamples, .klOfReference, .cosine]
    #expect(
      Set(left.rows.filter { divergences.contains($0.metric) }.map(\.reference.lines)).count == 1)
  }

  @Test("forward perplexity: the model of all but one part predicts that part and the samples")
  func heldOutPerplexity() throws {
    let file = folder.file("real.txt")
    try AtomicFile.write(Small.lines(300).map { $0 + "\n" }.joined(), to: file)
    var options = options
    options.metrics = [.forwardPerplexity]
    let reference = try ScoringReference(file: file, length: 12, options: options)
    let halves = try #require(try HeldOutScorer(reference.scorer).halves())
    let model = try CharacterModel(halves.rest, order: 6)
    for count in [20, 40] {
      let samples = try samples(count, codec: reference.codec)
      let row = try #require(try reference.score(name: "mine", samples).rows.first)
      #expect(row.value == (try model.crossEntropy(of: samples)).perplexity)
      #expect(row.floor == (try model.crossEntropy(of: halves.held)).perplexity)
      #expect(row.reference.lines == halves.rest.strings && halves.rest.strings < 300)
    }
    options.isPlain = true
    let plain = try ScoringReference(file: file, length: 12, options: options)
    let row = try #require(
      try plain.score(name: "mine", samples(20, codec: plain.codec)).rows.first)
    #expect(row.floor == nil && row.reference.lines == 300)
  }

  @Test("plain rows are the same where only what the samples hold is counted")
  func sharedOnly() throws {
    let file = folder.file("real.txt")
    try AtomicFile.write(Small.lines(300).map { $0 + "\n" }.joined(), to: file)
    var options = options
    options.isPlain = true
    options.metrics = [
      .jensenShannon, .recall, .precision, .seenShare, .distinctShare, .duplicateRate, .wordShare,
    ]
    for threads in [1, 2] {
      options.settings.threads = threads
      let text = try TextReference(file: file, length: 12, options: options)
      let whole = try text.counted()
      #expect(!whole.scorer.reference.isRestricted)
      let sets = try [7, 40].map { count in
        let name = folder.file("samples-\(count).txt")
        try AtomicFile.write(Small.lines(count).map { $0 + "!\n" }.joined(), to: name)
        return try text.reader(files: 2).samples(contentsOf: name)
      }
      let shared = try text.counted(for: sets)
      #expect(shared.scorer.reference.isRestricted)
      #expect(shared.description == whole.description)
      for set in sets {
        #expect(try shared.score(set).rows == whole.score(set).rows)
      }
    }
    // Anything that asks for the whole gets it.
    options.metrics = [.jensenShannon, .cosine]
    let text = try TextReference(file: file, length: 12, options: options)
    let set = try text.reader().samples(contentsOf: file)
    #expect(try !text.counted(for: [set]).scorer.reference.isRestricted)
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

  @Test("a pipe is kept in a temporary file without a name, and scores as the file does")
  func pipe() throws {
    let text = Small.lines(100).map { $0 + "\n" }.joined()
    let (fifo, file) = (folder.file("pipe"), folder.file("file"))
    #expect(mkfifo(fifo, 0o600) == 0)
    try AtomicFile.write(text, to: file)
    let writer = Thread {
      let pipe = FileHandle(forWritingAtPath: fifo)
      pipe?.write(Data(text.utf8))
      try? pipe?.close()
    }
    writer.start()
    var options = options
    options.settings.temporaryFolder = folder.file("temporary")
    try FileSystem.makeDirectory(folder.file("temporary"))
    let piped = try ScoringReference(file: fifo, options: options)
    let read = try ScoringReference(file: file, options: options)
    #expect(piped.description.digest == read.description.digest)
    #expect(piped.description.lines == 100)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("temporary")) == [])
    options.settings.temporaryFolder = folder.file("nowhere")
    expectFailure(.cannotWrite, folder.file("nowhere")) {
      _ = try TextInput("/dev/zero", temporaryFolder: folder.file("nowhere"))
    }
  }

  @Test("samples of a corpus with another vocabulary are encoded with the reference's codec")
  func otherVocabulary() throws {
    let reference = try ScoringReference(corpus: corpus, options: options)
    let file = folder.file("samples.txt")
    try AtomicFile.write("fox Ω\n\nlamp\n", to: file)
    let samples = try reference.reader.samples(contentsOf: file)
    let strings = try #require(samples.strings)
    #expect(strings.count == 3 && samples.counts.strings == 3)
    #expect(strings[0][4] == Vocabulary.unknown)
    #expect(strings[1].allSatisfy { $0 == Vocabulary.padding })
    #expect(try reference.reader.samples(contentsOf: file, limit: 2).counts.strings == 2)
    let other = try Small.corpus(
      at: folder.file("other"), lines: Small.lines(600).map { $0.uppercased() })
    expectFailure(.badData, "vocabulary") {
      _ = try reference.score(
        name: "tokens",
        TokenStrings(
          tokens: [UInt16](repeating: UInt16(other.codec.vocabulary.count + 40), count: 12),
          length: 12))
    }
    expectFailure(.badData, "length: 4, 12") {
      _ = try reference.score(name: "short", TokenStrings(tokens: [2, 3, 4, 5], length: 4))
    }
  }

  @Test("threads do not matter")
  func threads() throws {
    var many = options
    many.settings.threads = 3
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
