import ArgumentParser
import Experiments
import Files
import NGramScoring
import Reporting
import Runs
import TextCoding

extension CorpusSplit: ExpressibleByArgument {}

/// `dgflow score SAMPLES --reference CORPUS|FILE`.
struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Score samples by character n-gram divergence from reference text.",
    discussion: """
      JS-n is the Jensen-Shannon divergence of n-gram distributions in bits, 0 for equal ones and 1 for \
      disjoint ones. Its value falls with the number of samples, so it stands beside its floor: what as \
      many real strings score against the same reference. Compare only values at equal counts.

        dgflow generate run --count 10000 | dgflow score - --reference corpus
        dgflow score a.txt b.txt --reference real.txt --order 3 --order 5
        dgflow score samples.txt --reference corpus --json
      """)

  @Argument(help: "Files of samples, one a line, plain or gzip; - is standard input.")
  var samples: [String]

  @Option(name: .long, help: "Prepared corpus, bundled name (newswire) or text file.")
  var reference: String

  @Option(name: .long, help: "Corpus: the split to score against; reports use test.")
  var split: CorpusSplit = .test

  @Option(
    name: .customLong("order"), parsing: .unconditionalSingleValue,
    help: "n-gram order; may be given several times (4 and 6, as the published tables).")
  var orders: [Int] = []

  @Option(name: .long, parsing: .unconditional, help: "Score at most so many samples of each file.")
  var count: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Text file as reference: symbols of a line that count.")
  var length = TextCodec.standardLength

  @Flag(name: .long, help: "Leave out n-grams that contain padding.")
  var excludePadding = false

  @Flag(name: .long, help: "Samples are token matrices (.npy, uint16 [N, L]) of the reference.")
  var tokens = false

  @Option(name: .long, parsing: .unconditional, help: "Draws of real strings behind a floor.")
  var draws = ScoringDefaults.floorDraws

  @Flag(name: .long, help: "Print JSON on standard output.")
  var json = false

  @OptionGroup var seed: SeedOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var talkOptions: TalkOptions

  func validate() throws {
    for order in orders { try Given.count(order, "--order") }
    if let count { try Given.count(count, "--count") }
    try Given.count(length, "--length")
    try Given.count(draws, "--draws", atLeast: 2)
    if samples.filter({ $0 == "-" }).count > 1 {
      throw ValidationError("standard input can be read once")
    }
  }

  func run() throws {
    let talk = talkOptions.talk
    let measured = try openReference(talk)
    let scored = try samples.map { path in
      try measured.score(name: path == "-" ? "standard input" : path, try read(path, measured))
    }
    let rows = scored.flatMap(\.rows)
    let output = StandardOutput()
    if json {
      let settings = ScoreSettings(
        reference: measured.description, orders: orders.isEmpty ? ScoringDefaults.orders : orders,
        excludesPadding: excludePadding, tokens: tokens, draws: draws,
        length: measured.codec.length, missingLines: scored.map(\.missingLines))
      try output.line(
        JSONOutput(
          command: "score", version: Version.current, seed: seed.seed, settings: settings,
          rows: rows
        ).text())
    } else {
      for line in ScoreTable.lines(rows) { try output.line(line) }
      if excludePadding { try output.line("n-grams with padding left out") }
      if tokens { try output.line("raw tokens, not decoded text") }
    }
    try output.flush()
    for missing in scored.compactMap(\.missingLines) {
      talk.say("floor unavailable: needs \(missing) more lines")
    }
    if Set(rows.map(\.samples)).count > 1 {
      talk.warn("the files have different numbers of samples, so their JS values do not compare")
    }
  }

  private func openReference(_ talk: Talk) throws -> ScoringReference {
    var options = ScoringReference.Options()
    if !orders.isEmpty { options.orders = orders }
    options.excludesPadding = excludePadding
    options.draws = draws
    options.seed = seed.seed
    options.threads = threads.count
    if FileSystem.exists(reference), !FileSystem.isDirectory(reference) {
      return try ScoringReference(file: reference, length: length, options: options)
    }
    let corpus = try BundledCorpus.open(reference, talk: talk, threads: threads.count)
    return try ScoringReference(corpus: corpus, split: split, options: options)
  }

  private func read(_ path: String, _ reference: ScoringReference) throws -> TokenStrings {
    let limit = count ?? .max
    if tokens {
      let strings = try TokenStrings(contentsOf: path)
      guard strings.length == reference.codec.length else {
        throw Failure(
          .badData,
          "\(path): strings of \(strings.length) tokens, but the reference has "
            + "\(reference.codec.length)")
      }
      try strings.validate(below: reference.codec.vocabulary.count, name: path)
      return strings.prefix(limit)
    }
    return try reference.samples(contentsOf: path, limit: limit)
  }
}

/// Settings of `score` in its JSON.
private struct ScoreSettings: Encodable {
  let reference: ScoreRow.Reference
  let orders: [Int]
  let excludesPadding: Bool
  let tokens: Bool
  let draws: Int
  let length: Int
  let missingLines: [Int?]
}
