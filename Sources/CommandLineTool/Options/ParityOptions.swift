import ArgumentParser
import NGramScoring
import TextCoding

/// Scoring as the published text-GAN papers do.
struct ParityOptions: ParsableArguments {
  /// What the published loaders take for a symbol.
  enum Symbols: String, ExpressibleByArgument, CaseIterable { case byte, scalar }

  @Flag(
    name: .customLong("parity"),
    help: """
      The published protocol: first 32 symbols, padding a backtick, 2,048 symbols at most, no \
      normalisation, the reference (training text) whole. Score 640 samples.
      """)
  var isOn = false

  @Option(
    name: .customLong("parity-unit"),
    help: "With --parity: symbols are bytes (default, as under Python 2) or Unicode scalars.")
  var givenSymbols: Symbols?

  @Flag(
    name: .long,
    help: "With --parity: the reference is training text of the One Billion Word Benchmark.")
  var billionWords = false

  /// The samples that the published scripts score.
  private static let publishedSamples = 640
  /// Lines of training text from which on values are comparable with published ones.
  private static let leastLines = 1_000_000

  private var symbols: Symbols { givenSymbols ?? .byte }

  /// What one symbol is.
  var unit: SymbolUnit { symbols == .byte ? .byte : .scalar }

  /// Refuses what contradicts the protocol.
  func validate(with command: ScoreCommand) throws {
    if billionWords && !isOn { throw ValidationError("--billion-words needs --parity") }
    if givenSymbols != nil && !isOn { throw ValidationError("--parity-unit needs --parity") }
    guard isOn else { return }
    if command.tokens || command.measures.excludePadding {
      throw ValidationError(
        "--parity scores text with its padding: leave out --tokens and "
          + "--exclude-padding")
    }
    if command.length != nil {
      throw ValidationError("--parity takes the first 32 symbols: leave out --length")
    }
    if command.measures.draws != nil {
      throw ValidationError("--parity has no floor: leave out --draws")
    }
  }

  /// Whether values against the reference may stand beside published ones.
  func isComparable(_ reference: ScoreRow.Reference) -> Bool {
    billionWords && reference.lines >= Self.leastLines
  }

  /// What must be said beside values of the protocol.
  func notes(_ reference: ScoreRow.Reference, _ rows: [ScoreRow]) -> [String] {
    guard isOn else { return [] }
    var lines = [
      "published protocol: \(symbols.rawValue)s, first 32, backtick padding, at most 2048 symbols; "
        + "no floor is part of it"
    ]
    let counts = Set(rows.map(\.samples)).sorted().map(String.init).joined(separator: ", ")
    if Set(rows.map(\.samples)) != [Self.publishedSamples] {
      lines.append(
        "the published scripts score \(Self.publishedSamples) samples; here \(counts) were scored")
    }
    lines.append(
      "reference of \(reference.lines) lines"
        + (isComparable(reference)
          ? ", declared to be Billion Words training text"
          : ": not comparable with published figures"))
    return lines
  }
}
