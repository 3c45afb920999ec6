import ArgumentParser
import Determinism
import Experiments
import Files
import NGramScoring
import TextCoding

/// A number of bytes, such as `1G`.
struct MemorySize: ExpressibleByArgument {
  /// The number of bytes.
  let bytes: Int

  init(bytes: Int) { self.bytes = bytes }

  /// Reads a whole number with K, M or G behind it, powers of 1,024; or plain bytes.
  init?(argument: String) {
    let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
    let unit = argument.last.flatMap { units[Character($0.uppercased())] }
    guard let number = Int(unit == nil ? argument : String(argument.dropLast())), number > 0
    else { return nil }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: unit ?? 1)
    if overflow { return nil }
    self.bytes = bytes
  }

  var defaultValueDescription: String {
    bytes.isMultiple(of: 1 << 30) ? "\(bytes >> 30)G" : "\(bytes >> 20)M"
  }
}

/// How much memory counting may take.
struct MemoryOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Most memory that counting may take (K, M, G); more text than fits is sorted through temporary "
        + "files. The result is the same.", valueName: "size"))
  var memory = MemorySize(bytes: ScoringDefaults.memory)

  /// Threads, memory and temporary folder of counting.
  ///
  /// As many threads as there are cores where nobody asked for a number, fewer where the memory is
  /// not enough for them.
  func settings(_ threads: ThreadOptions) throws -> NGramCounter.Settings {
    var count = threads.count
    func least() -> Int { TextCounting.leastMemory(threads: count) }
    while threads.threads == nil, count > 1, memory.bytes < least() { count -= 1 }
    guard memory.bytes >= least() else {
      throw Failure(
        .usage,
        "--memory \(memory.bytes >> 20)M: \(count) \(count == 1 ? "thread needs" : "threads need") "
          + "at least \((least() - 1) >> 20 + 1)M; give more memory"
          + (count == 1 ? "" : ", or fewer threads"))
    }
    var settings = NGramCounter.Settings(threads: count)
    settings.memory = memory.bytes
    settings.temporaryFolder = Environment.temporaryFolder
    return settings
  }
}

/// What is done to text, and what a symbol is.
struct SymbolOptions: ParsableArguments {
  /// What becomes of bytes that are not clean text.
  enum Unclean: String, ExpressibleByArgument, CaseIterable { case repair, reject }

  @Option(
    name: .customLong("unit"), help: "What one symbol is: byte, scalar (default) or grapheme.")
  var givenUnit: SymbolUnit?

  @Option(
    name: .customLong("normalisation"),
    help: "Unicode normalisation: nfc (default), nfkc or none.")
  var form: TextNormalisation.Form?

  @Flag(name: .long, help: "Fold case.")
  var foldCase = false

  @Option(
    name: .long, help: "Control characters: replace (by a space, default) or reject.")
  var controls: TextNormalisation.ControlPolicy?

  @Option(
    name: .long,
    help: "Use this vocabulary file (or that of a corpus, run or counts) instead of a new one.")
  var vocabulary: String?

  @Option(
    name: .long,
    help:
      "Invalid UTF-8 and NUL bytes: repair (they become unknown, default) or reject (an error).")
  var unclean: Unclean?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Longest line accepted, in bytes (\(LinePolicy.standardLineBytes)).")
  var maximumLineBytes: Int?

  func validate() throws {
    if let maximumLineBytes { try Given.count(maximumLineBytes, "--maximum-line-bytes") }
    if vocabulary != nil, let option = firstOfVocabulary {
      throw ValidationError(
        "\(option): the --vocabulary says what a symbol is and how text is normalised; leave it out"
      )
    }
  }

  /// The first option given that a vocabulary settles.
  private var firstOfVocabulary: String? {
    if givenUnit != nil { return "--unit" }
    if form != nil { return "--normalisation" }
    if foldCase { return "--fold-case" }
    return controls == nil ? nil : "--controls"
  }

  /// The first option given that is about text, not about what is encoded already.
  var firstOfText: String? {
    if let option = firstOfVocabulary { return option }
    if unclean != nil { return "--unclean" }
    return maximumLineBytes == nil ? nil : "--maximum-line-bytes"
  }

  /// What one symbol is.
  var unit: SymbolUnit { givenUnit ?? .scalar }

  /// What is done to text before it is divided.
  var textNormalisation: TextNormalisation {
    TextNormalisation(form: form ?? .nfc, foldsCase: foldCase, controls: controls ?? .replace)
  }

  /// What is done with unclean lines.
  var lines: LinePolicy {
    LinePolicy(
      invalidUTF8: unclean == .reject ? .reject : .repair,
      nul: unclean == .reject ? .reject : .repair,
      maximumLineBytes: maximumLineBytes ?? LinePolicy.standardLineBytes)
  }

  /// The vocabulary that was given.
  func givenVocabulary() throws -> Vocabulary? {
    try vocabulary.map {
      if CountsFile.isCounts($0) { return try CountsFile.open($0).file.codec.vocabulary }
      return try Vocabulary(contentsOf: FileSystem.isDirectory($0) ? $0 + "/vocabulary.tsv" : $0)
    }
  }
}
