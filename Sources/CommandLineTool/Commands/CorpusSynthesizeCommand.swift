import ArgumentParser
import Determinism
import Files
import TextCoding

/// `dgflow corpus synthesize NAME`: sentences of a bundled grammar on standard output.
struct CorpusSynthesizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synthesize",
    abstract: "Write sentences from a grammar, one a line.",
    usage: "dgflow corpus synthesize [<options>] <name>",
    discussion: """
      Sentence i depends on the seed and i alone, so the same command gives the same file everywhere.

        dgflow corpus synthesize newswire --count 200000 --seed 1 > newswire.txt
      """)

  @Argument(help: "A bundled grammar (newswire) or a folder of grammar files.")
  var name: String

  @Option(name: .long, parsing: .unconditional, help: "Number of sentences.")
  var count = 200_000

  @OptionGroup var seed: SeedOptions
  @OptionGroup var talkOptions: TalkOptions

  func validate() throws { try Given.count(count, "--count", atLeast: 0) }

  func run() throws {
    Interruption.isNoted = true
    let talk = talkOptions.talk
    let grammar = try SentenceGrammar(directory: try Environment.data.grammar(name))
    let output = StandardOutput()
    var progress = ProgressMeter("synthesize", unit: "sentences", talk: talk)
    for index in 0..<count {
      if Interruption.isRequested {
        try output.flush()
        throw Failure(.interrupted, "stopped after \(index) of \(count) sentences")
      }
      try output.line(grammar.sentence(index: UInt64(index), seed: seed.seed))
      if index % 1024 == 0 { progress.update(done: index, total: count) }
    }
    try output.flush()
    progress.finish()
  }
}
