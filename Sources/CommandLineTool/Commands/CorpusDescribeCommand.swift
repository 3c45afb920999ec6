import ArgumentParser
import Experiments
import Files
import NGramScoring
import Runs
import TextCoding

/// `dgflow corpus describe CORPUS`: what it holds, its floor and its cross-entropy.
struct CorpusDescribeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe",
    abstract: "Say what a corpus holds and how hard it is.",
    usage: "dgflow corpus describe [<options>] <corpus>",
    discussion: """
      Prints counts, the JS floors (what real text scores against real text at that count) and the \
      cross-entropy of a character n-gram model of order 6 trained on the training split: the higher \
      it is, the harder the text is to imitate.

        dgflow corpus describe corpus
      """)

  @Argument(help: "Prepared corpus, or a bundled name (newswire).")
  var corpus: String

  @Option(name: .long, parsing: .unconditional, help: "Samples for which the floor is given.")
  var count = 10_000

  @Option(name: .long, parsing: .unconditional, help: "Print so many training strings as examples.")
  var examples = 0

  @Flag(name: .long, help: "Print JSON on standard output.")
  var json = false

  @OptionGroup var seed: SeedOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var talkOptions: TalkOptions

  func validate() throws {
    try Given.count(count, "--count")
    try Given.count(examples, "--examples", atLeast: 0)
  }

  func run() throws {
    let talk = talkOptions.talk
    let prepared = try BundledCorpus.open(corpus, talk: talk, threads: threads.count)
    let statistics = try CorpusStatistics(
      prepared, count: count, seed: seed.seed, threads: threads.count)
    let training = try prepared.strings(.train)
    let examples = (0..<min(examples, training.count)).map { prepared.codec.decode(training[$0]) }
    let output = StandardOutput()
    if json {
      try output.line(
        JSONOutput(
          command: "corpus-describe", version: Version.current, seed: seed.seed,
          settings: prepared.description,
          rows: [DescribedCorpus(statistics: statistics, examples: examples)]
        ).text())
    } else {
      for line in CorpusWords.describe(prepared) { try output.line(line) }
      for line in statistics.lines { try output.line(line) }
      for example in examples { try output.line("    | \(example)") }
    }
    try output.flush()
  }
}

/// A corpus in JSON: the fields of its statistics, and the examples.
private struct DescribedCorpus: Encodable {
  let statistics: CorpusStatistics
  let examples: [String]

  private enum CodingKeys: String, CodingKey { case examples }

  func encode(to encoder: any Encoder) throws {
    try statistics.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(examples, forKey: .examples)
  }
}
