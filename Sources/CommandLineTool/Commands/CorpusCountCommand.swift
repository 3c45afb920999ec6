import ArgumentParser
import Experiments
import Files
import NGramScoring
import Reporting
import Runs
import TextCoding

/// `dgflow corpus count INPUT… --output COUNTS`.
struct CorpusCountCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "count",
    abstract: "Count the n-grams of text once, to score against the counts ever after.",
    discussion: """
      Counts every n-gram up to the longest order in the first symbols of each line, in bounded memory \
      and on all cores, and writes a file that `score --reference` takes in place of text: it holds the \
      vocabulary and the counts of 16 parts of the lines, so that floors and intervals need no text. \
      Shards counted on several machines and put together by `merge-counts` give the same file, byte \
      for byte, as one pass.

        dgflow corpus count news.txt more.txt.gz --output news.counts
        zcat big.gz | dgflow corpus count - --output big.counts --memory 4G
        dgflow corpus count corpus --split train --output train.counts
      """)

  @Argument(
    help: "Text files, plain or gzip, or - for standard input; or one prepared corpus or .npy file."
  )
  var inputs: [String]

  @Option(name: .long, help: "File to write.")
  var output: String

  @Option(name: .long, parsing: .unconditional, help: "Longest n-gram order.")
  var order = 6

  @Option(
    name: .long, parsing: .unconditional,
    help: "Shortest n-gram order; perplexity needs every order from 1.")
  var shortest = 1

  @Option(
    name: .long, parsing: .unconditional,
    help: "Text: symbols of a line that count (32 as the published work).")
  var length: Int?

  @Option(name: .long, help: "Prepared corpus: the split to count (test).")
  var split: CorpusSplit?

  @Flag(name: .long, help: "Leave out n-grams that contain padding.")
  var excludePadding = false

  @OptionGroup(title: "Text") var symbols: SymbolOptions
  @OptionGroup var memory: MemoryOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var talkOptions: TalkOptions

  func validate() throws {
    try Given.count(shortest, "--shortest")
    if let length { try Given.count(length, "--length") }
    guard order >= shortest else {
      throw ValidationError("--order \(order) is below --shortest \(shortest)")
    }
    if inputs.filter({ $0 == "-" }).count > 1 {
      throw ValidationError("standard input can be read once")
    }
  }

  func run() throws {
    // Hours of counting should not end at a folder that is not there.
    try AtomicFile.Writer(path: output).cancel()
    let talk = talkOptions.talk
    var counting = TextCounting()
    counting.orders = shortest...order
    if let length { counting.length = length }
    counting.unit = symbols.unit
    counting.normalisation = symbols.textNormalisation
    counting.vocabulary = try symbols.givenVocabulary()
    counting.excludesPadding = excludePadding
    counting.policy = symbols.lines
    counting.settings = try memory.settings(threads)
    let file = try count(counting, talk: talk)
    let digest = try file.writeOrStop(to: output, talk: talk)
    talk.say(
      "\(output): \(file.counts.strings) strings of \(file.codec.length), orders \(shortest) to "
        + "\(order), V \(file.codec.vocabulary.count), digest \(digest)")
  }

  private func count(_ counting: TextCounting, talk: Talk) throws -> CountsFile {
    if let counts = inputs.first(where: CountsFile.isCounts) {
      throw Failure(
        .usage, "\(counts) holds counts already: join them with `dgflow corpus merge-counts`")
    }
    if let directory = inputs.first(where: FileSystem.isDirectory) {
      guard inputs.count == 1 else {
        throw Failure(
          .usage, "\(directory) is a folder: count a prepared corpus alone, or give text files")
      }
      let corpus = try PreparedCorpus(opening: directory)
      guard counting.vocabulary == nil else {
        throw Failure(.usage, "\(directory) has its own vocabulary: leave out --vocabulary")
      }
      try requireEncoded(corpus.codec.length, directory)
      let split = split ?? .test
      return try counting.counts(
        of: try corpus.strings(split), lineNumbers: try corpus.lineNumbers(split),
        codec: corpus.codec)
    }
    guard split == nil else {
      throw Failure(.usage, "--split: the input is no prepared corpus; leave it out")
    }
    if let tokens = inputs.first(where: { $0.hasSuffix(".npy") }) {
      guard inputs.count == 1, let vocabulary = counting.vocabulary else {
        throw Failure(
          .usage, "\(tokens): count a token matrix alone, and give its --vocabulary")
      }
      let strings = try TokenStrings(contentsOf: tokens)
      try requireEncoded(strings.length, tokens)
      return try counting.counts(
        of: strings, lineNumbers: nil,
        codec: TextCodec(vocabulary: vocabulary, length: strings.length))
    }
    var progress = ProgressMeter("count", unit: "lines", talk: talk)
    let file = try counting.counts(
      of: inputs,
      progress: { lines in
        // Before there are lines, a signal ends the program at once: nothing is there yet.
        Interruption.isNoted = true
        if Interruption.isRequested {
          throw Failure(.interrupted, "stopped after \(lines) lines; nothing was written")
        }
        progress.update(done: lines, total: nil)
      })
    progress.finish()
    return file
  }

  /// Fails where something was asked for that is settled in strings that are encoded already.
  private func requireEncoded(_ held: Int, _ path: String) throws {
    guard length == nil || length == held else {
      throw Failure(
        .usage,
        "\(path) holds strings of \(held) symbols: leave out --length \(length ?? held)")
    }
    if let option = symbols.firstOfText {
      throw Failure(.usage, "\(path) is encoded already: leave out \(option)")
    }
  }
}
