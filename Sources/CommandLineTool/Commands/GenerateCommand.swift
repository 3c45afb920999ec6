import ArgumentParser
import Files
import Runs
import TextCoding

/// `dgflow generate RUN --count N`.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Write samples of a run, one a line, without refinement.",
    usage: "dgflow generate [<options>] <run>",
    discussion: """
      Sample i depends on the seed and i alone: a longer run of the command starts with the same \
      lines. `dgflow refine` with the same seed starts from the same latents.

        dgflow generate newswire --count 10
        dgflow generate run --count 10000 | dgflow score - --reference corpus
      """)

  @Argument(
    help: ArgumentHelp("Run directory, or a bundled name (newswire, news).", valueName: "run"))
  var runName: String

  @Option(name: .long, parsing: .unconditional, help: "Number of samples.")
  var count = 1_000

  @Flag(name: .long, help: "Print JSON on standard output.")
  var json = false

  @OptionGroup var seed: SeedOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var talkOptions: TalkOptions

  func validate() throws { try Given.count(count, "--count") }

  func run() throws {
    Interruption.isNoted = true
    let talk = talkOptions.talk
    let opened = try Run(opening: try Environment.data.run(runName))
    let sampler = TextSampler(
      generator: try opened.generator(), codec: opened.codec, seed: seed.seed,
      threads: threads.count)
    let output = StandardOutput()
    var progress = ProgressMeter("generate", unit: "samples", talk: talk)
    var rows = JSONRows(output)
    for block in TextSampler.blocks(of: 0..<count) {
      if Interruption.isRequested {
        try output.flush()
        throw Failure(.interrupted, "stopped after \(block.lowerBound) of \(count) samples")
      }
      let tokens = sampler.tokens(block)
      for index in 0..<tokens.count {
        let text = opened.codec.decode(tokens[index])
        if json {
          try rows.append(SampleRow(sample: block.lowerBound + index, text: text))
        } else {
          try output.line(text)
        }
      }
      progress.update(done: block.upperBound, total: count)
    }
    progress.finish()
    if json {
      let settings = GenerateSettings(run: opened.path, count: count)
      try rows.finish(
        JSONOutput(
          command: "generate", version: Version.current, seed: seed.seed, settings: settings))
    }
    try output.flush()
  }
}

/// Settings of `generate` in its JSON.
private struct GenerateSettings: Encodable {
  let run: String
  let count: Int
}

/// One sample in JSON.
private struct SampleRow: Encodable {
  let sample: Int
  let text: String
}
