import ArgumentParser
import Experiments
import Files
import NGramScoring
import Reporting
import Runs
import TextCoding

extension CorpusSplit: ExpressibleByArgument {}

/// `dgflow score SAMPLES --reference CORPUS|FILE|COUNTS`.
struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Score samples by character n-gram divergence from reference text.",
    discussion: """
      JS-n is the Jensen-Shannon divergence of n-gram distributions in bits, 0 for equal ones and 1 for \
      disjoint ones. Its value falls with the number of samples, so it stands beside its floor: what as \
      many real strings score against the same reference. Compare only values at equal counts. The 95 % \
      interval is of the expected value at these counts; the true divergence is given where the counts \
      suffice to see it.

      A prepared corpus has other splits to draw floors from. Of a text file or counts, parts are held \
      out as real text, and both they and the samples are scored against the rest.

        dgflow generate run --count 10000 | dgflow score - --reference corpus
        dgflow score ours.txt theirs.txt --reference real.txt --order 3 --order 5
        dgflow score samples.txt --reference news.counts --metric perplexity
        dgflow score samples.txt --reference corpus --metric all --json
      """)

  @Argument(
    help: """
      Samples: text files, one sample a line, plain or gzip; - is standard input; prepared corpora \
      (their --samples-split) or counts.
      """)
  var samples: [String]

  @Option(name: .long, help: "Prepared corpus, bundled name (newswire), text file or counts.")
  var reference: String

  @Option(name: .long, help: "Corpus: the split to score against (test, as reports use).")
  var split: CorpusSplit?

  @Option(name: .long, help: "Samples that are a corpus: the split that is scored (validation).")
  var samplesSplit: CorpusSplit?

  @OptionGroup(title: "Measures") var measures: MeasureOptions

  @Option(name: .long, parsing: .unconditional, help: "Score at most so many samples of each file.")
  var count: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Text file as reference: symbols of a line that count (32 as the published work).")
  var length: Int?

  @Flag(name: .long, help: "Samples are token matrices (.npy, uint16 [N, L]) of the reference.")
  var tokens = false

  @Flag(
    name: .long,
    help: "Line i of every file has the same origin, such as a latent: differences are paired.")
  var paired = false

  @OptionGroup(title: "Published protocol") var parity: ParityOptions

  @Flag(name: .long, help: "Print JSON on standard output.")
  var json = false

  @Flag(name: .long, help: "Print comma-separated values on standard output.")
  var csv = false

  @OptionGroup var memory: MemoryOptions
  @OptionGroup var seed: SeedOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var talkOptions: TalkOptions

  func validate() throws {
    if let count { try Given.count(count, "--count") }
    if let length { try Given.count(length, "--length") }
    if (samples + [reference]).filter({ $0 == "-" }).count > 1 {
      throw ValidationError("standard input can be read once")
    }
    if paired && samples.count < 2 {
      throw ValidationError("--paired compares files of samples: give two or more")
    }
    if paired && measures.plain {
      throw ValidationError("--paired is about intervals, which --plain leaves out")
    }
    if paired && !measures.measures(.jensenShannon) {
      throw ValidationError("--paired is about differences of JS-n: add --metric js")
    }
    if json && csv { throw ValidationError("--json and --csv exclude each other") }
    try parity.validate(with: self)
  }

  func run() throws {
    let talk = talkOptions.talk
    try requireUse()
    var options = measures.options(seed: seed.seed)
    options.settings = try memory.settings(threads)
    options.metrics = try possible(options.metrics, talk)
    let (measured, scored) = try score(options, talk)
    let rows = scored.flatMap(\.rows)
    if paired { try requirePairs(rows) }
    let notes = parity.notes(measured.description, rows)
    let differences = differences(scored)
    let output = StandardOutput()
    if json {
      let settings = ScoreSettings(
        reference: measured.description, metrics: measured.metrics, orders: options.orders,
        excludesPadding: measures.excludePadding, tokens: tokens, plain: measures.plain,
        draws: parity.isOn ? 0 : options.madeDraws,
        length: measured.codec.length, parity: parity.isOn,
        comparable: parity.isOn ? parity.isComparable(measured.description) : nil,
        missingLines: scored.map(\.missingLines), differences: differences)
      try output.line(
        JSONOutput(
          command: "score", version: Version.current, seed: seed.seed, settings: settings,
          rows: rows
        ).text())
    } else if csv {
      for line in ScoreCSV.lines(rows) { try output.line(line) }
    } else {
      for line in ScoreTable.lines(rows) { try output.line(line) }
      for line in ScoreTable.lines(differences) { try output.line(line) }
      if measures.excludePadding { try output.line("n-grams with padding left out") }
      if tokens { try output.line("raw tokens, not decoded text") }
      for line in notes { try output.line(line) }
    }
    try output.flush()
    if json || csv { for line in notes { talk.say(line) } }
    for missing in Set(scored.compactMap(\.missingLines)).sorted() {
      talk.say("floor unavailable: needs \(missing) more lines")
    }
    let counts = Set(rows.map(\.samples)).sorted()
    if let least = counts.first, let most = counts.last,
      let mismatch = CountMismatch(least, most)
    {
      talk.warn(mismatch.message)
    }
  }

  /// Scores all files; of a text as reference, no more is counted than plain values need.
  private func score(
    _ options: ScoringReference.Options, _ talk: Talk
  ) throws -> (ScoringReference, [SampleScores]) {
    guard referenceKind == .text else {
      let measured = try withoutUnknownWords(openReference(options, talk), options, talk)
      return (measured, try samples.map { try measured.score(read($0, measured.reader)) })
    }
    let text = try openText(options)
    guard measures.plain else {
      let measured = try withoutUnknownWords(text.counted(), options, talk)
      return (measured, try samples.map { try measured.score(read($0, measured.reader)) })
    }
    let reader = text.reader(files: samples.count)
    let sets = try samples.map { try read($0, reader) }
    let measured = try withoutUnknownWords(text.counted(for: sets), options, talk)
    return (measured, try sets.map(measured.score))
  }

  /// Leaves out the share of words where it was not asked for by name and cannot be had.
  private func withoutUnknownWords(
    _ measured: ScoringReference, _ options: ScoringReference.Options, _ talk: Talk
  ) -> ScoringReference {
    guard options.metrics.contains(.wordShare), !measures.names(.wordShare), !measured.knowsWords
    else { return measured }
    talk.say("words is left out: it needs the reference's text in memory: give more --memory")
    return measured.without(.wordShare)
  }

  /// JS-n of every further file minus that of the first.
  private func differences(_ scored: [SampleScores]) -> [NamedDifference] {
    guard let first = scored.first, let base = first.rows.first?.name else { return [] }
    return scored.dropFirst().flatMap { other in
      zip(other.orders, first.orders).compactMap { score, base in
        score.difference(minus: base, paired: paired)
      }.map { NamedDifference(name: other.rows.first?.name ?? "", base: base, difference: $0) }
    }
  }

  private func openReference(
    _ options: ScoringReference.Options, _ talk: Talk
  ) throws -> ScoringReference {
    guard !parity.isOn else {
      throw Failure(
        .usage, "--parity reads training text by its own rules: give a text file as --reference")
    }
    if referenceKind == .counts {
      return try ScoringReference(counts: reference, options: options)
    }
    let corpus = try BundledCorpus.open(reference, talk: talk, threads: threads.count)
    guard length == nil else {
      throw Failure(
        .usage, "--length: the corpus \(reference) has a length already; leave it out")
    }
    return try ScoringReference(corpus: corpus, split: split ?? .test, options: options)
  }

  private func openText(_ options: ScoringReference.Options) throws -> TextReference {
    parity.isOn
      ? try TextReference(parity: reference, unit: parity.unit, options: options)
      : try TextReference(
        file: reference, length: length ?? TextCodec.standardLength, options: options)
  }

  private func read(_ path: String, _ reader: SampleReader) throws -> SampleSet {
    let limit = count ?? .max
    if tokens { return try reader.samples(tokens: path, limit: limit) }
    if FileSystem.isDirectory(path) {
      return try reader.samples(
        of: PreparedCorpus(opening: path), split: samplesSplit ?? .validation, limit: limit)
    }
    if CountsFile.isCounts(path) {
      guard count == nil else {
        throw Failure(.usage, "\(path) is a file of counts, which --count cannot shorten")
      }
      return try reader.samples(counts: path)
    }
    return try reader.samples(contentsOf: path, limit: limit)
  }
}

/// Settings of `score` in its JSON.
private struct ScoreSettings: Encodable {
  let reference: ScoreRow.Reference
  let metrics: [Metric]
  let orders: [Int]
  let excludesPadding: Bool
  let tokens: Bool
  let plain: Bool
  let draws: Int
  let length: Int
  let parity: Bool
  let comparable: Bool?
  let missingLines: [Int?]
  let differences: [NamedDifference]
}
