import ArgumentParser
import Files
import Runs
import TextCoding

/// `dgflow corpus prepare INPUT…`: text files to a corpus directory.
struct CorpusPrepareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prepare",
    abstract: "Turn text into a corpus: strings of equal length, vocabulary, splits.",
    discussion: """
      Reads text with one sentence or paragraph a line, plain or gzip; `-` is standard input. Lines \
      are normalised, divided among training, validation and test by hash, then cut, so that the \
      same text never stands on both sides.

        dgflow corpus prepare news.txt more.txt.gz --output corpus
        dgflow corpus prepare articles.txt --cut windows --word-start --output corpus
        dgflow corpus synthesize newswire | dgflow corpus prepare - --output corpus
      """)

  @Argument(help: "Text files, gzip files, or - for standard input.")
  var inputs: [String]

  @Option(name: .long, help: "Corpus directory to make; nothing may be there.")
  var output: String

  @OptionGroup(title: "Cutting") var cutting: CuttingOptions
  @OptionGroup(title: "Text") var text: TextOptions
  @OptionGroup(title: "Splits") var splits: SplitOptions
  @OptionGroup var talkOptions: TalkOptions

  func run() throws {
    Interruption.isNoted = true
    let talk = talkOptions.talk
    var preparation = CorpusPreparation()
    preparation.length = cutting.length
    preparation.cut = cutting.rule
    try text.apply(to: &preparation)
    preparation.split = try splits.rule()
    let sources = try inputs.map { try CorpusSource(path: $0) }
    var progress = ProgressMeter("prepare", unit: "MB", talk: talk)
    let corpus = try PreparedCorpus.prepare(sources, with: preparation, at: output) { step in
      if Interruption.isRequested { return false }
      let megabytes = step.bytesRead / 1_000_000
      switch step.stage {
      case .reading:
        progress.update(
          done: megabytes, total: step.bytesTotal.map { $0 / 1_000_000 },
          note: "\(step.strings) strings")
      case .encoding: progress.update(text: "prepare: \(step.strings) strings written")
      }
      return true
    }
    progress.finish()
    for line in CorpusWords.describe(corpus) { talk.say(line) }
  }
}

/// How lines become strings.
struct CuttingOptions: ParsableArguments {
  /// The two ways of cutting.
  enum Cut: String, ExpressibleByArgument, CaseIterable { case first, windows }

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Which parts of a line become strings: its first symbols (first, as the published work does) "
        + "or windows along it (windows, for corpora with too few lines)."))
  var cut: Cut = .first

  @Option(
    name: .long, parsing: .unconditional, help: "Symbols in a string (32 as the published work).")
  var length = TextCodec.standardLength

  @Option(
    name: .long, parsing: .unconditional,
    help: "Windows: symbols from one to the next (default: the length).")
  var stride: Int?

  @Flag(name: .long, help: "Windows: begin at the start of a word.")
  var wordStart = false

  func validate() throws {
    try Given.count(length, "--length")
    if let stride { try Given.count(stride, "--stride") }
    if cut == .first, stride != nil || wordStart {
      throw ValidationError("--stride and --word-start need --cut windows")
    }
  }

  var rule: CutRule {
    switch cut {
    case .first: .first
    case .windows: .windows(stride: stride ?? length, wordStart: wordStart)
    }
  }
}

extension SymbolUnit: ExpressibleByArgument {}
extension TextNormalisation.Form: ExpressibleByArgument {}
extension TextNormalisation.ControlPolicy: ExpressibleByArgument {}

/// What is done to text, what a symbol is, and how many there may be.
struct TextOptions: ParsableArguments {
  @OptionGroup var symbols: SymbolOptions

  @Option(
    name: .long, parsing: .unconditional,
    help: "Largest vocabulary, padding and unknown included (2048 as the published work).")
  var vocabularySize: Int?

  func validate() throws {
    if symbols.vocabulary != nil, vocabularySize != nil {
      throw ValidationError("--vocabulary-size: the --vocabulary has its size; leave it out")
    }
  }

  func apply(to preparation: inout CorpusPreparation) throws {
    preparation.unit = symbols.unit
    preparation.normalisation = symbols.textNormalisation
    preparation.vocabularyLimit = vocabularySize ?? Vocabulary.standardLimit
    if let vocabulary = try symbols.givenVocabulary() { preparation.vocabulary = vocabulary }
    preparation.lines = symbols.lines
  }
}

/// How strings are divided among the splits.
struct SplitOptions: ParsableArguments {
  @Option(name: .long, parsing: .unconditional, help: "Share of validation text.")
  var validation = SplitRule.standard.validation

  @Option(name: .long, parsing: .unconditional, help: "Share of test text.")
  var test = SplitRule.standard.test

  @Option(
    name: .long, parsing: .unconditional,
    help: "Keep blocks of so many consecutive lines together (grouped files).")
  var block: Int?

  @Option(name: .long, help: "Another salt is another division.")
  var salt = ""

  func rule() throws -> SplitRule {
    try SplitRule(validation: validation, test: test, block: block, salt: salt)
  }
}
