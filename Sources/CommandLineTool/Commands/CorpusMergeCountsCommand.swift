import ArgumentParser
import Experiments
import Files
import NGramScoring

/// `dgflow corpus merge-counts COUNTS… --output COUNTS`.
struct CorpusMergeCountsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge-counts",
    abstract: "Add up counts of shards: the same file as one pass over all text.",
    usage: "dgflow corpus merge-counts [<options>] <inputs> ... --output <output>",
    discussion: """
      The shards must have been counted with the same options. Vocabularies made of the text are made \
      anew from all shards, so shards may hold different symbols.

        dgflow corpus count shard-1.txt --output 1.counts     # on one machine
        dgflow corpus count shard-2.txt --output 2.counts     # on another
        dgflow corpus merge-counts 1.counts 2.counts --output all.counts
      """)

  @Argument(help: "Files made by `dgflow corpus count`.")
  var inputs: [String]

  @Option(name: .long, help: "File to write.")
  var output: String

  @OptionGroup var memory: MemoryOptions
  @OptionGroup var talkOptions: TalkOptions

  func run() throws {
    // Hours of counting should not end at a folder that is not there.
    try AtomicFile.Writer(path: output).cancel()
    var settings = NGramCounter.Settings()
    settings.memory = max(1 << 22, memory.memory.bytes - TextCounting.leastMemory(threads: 1))
    settings.temporaryFolder = Environment.temporaryFolder
    let shards = try inputs.map { (path: $0, file: try CountsFile.open($0).file) }
    let merged = try CountsFile.merged(shards, settings: settings)
    let talk = talkOptions.talk
    let digest = try merged.writeOrStop(to: output, talk: talk)
    talk.say(
      "\(output): \(merged.counts.strings) strings of \(shards.count) shards, V "
        + "\(merged.codec.vocabulary.count), digest \(digest)")
  }
}
