import Files

/// Turns text of any size into token strings for training, validation and test.
///
/// Two passes, of which only the first touches the inputs, so that standard input works:
///
/// 1. Every line is normalised, divided into symbols, split and cut; the strings go to nameless
///    temporary files in the output directory, one a split, and the symbols of training strings are
///    counted.
/// 2. The vocabulary is made (or the given one taken) and the strings are written as tokens.
///    Validation and test strings that are also training strings are left out wherever the split
///    rule does not keep equal strings together, and counted.
///
/// Memory is a few buffers, the symbols of the longest line (up to 16 bytes for each of its bytes)
/// and 16 to 32 bytes for every distinct string; see ``countsDistinct``. The output is the same for
/// the same bytes, whatever the machine.
public struct CorpusPreparation: Sendable {
  /// How far a preparation is.
  public struct Progress: Sendable {
    /// The two passes.
    public enum Stage: String, Sendable {
      /// Lines are read, split and cut.
      case reading
      /// Strings are written as tokens.
      case encoding
    }
    /// The pass.
    public var stage: Stage
    /// Bytes read so far from all inputs (after unpacking).
    public var bytesRead: Int
    /// Bytes of all inputs, where every size is known.
    public var bytesTotal: Int?
    /// Strings cut (first pass) or written (second pass) so far.
    public var strings: Int
  }

  /// What a preparation yields besides its files.
  public struct Result: Sendable {
    /// The vocabulary, also in `vocabulary.tsv`.
    public let vocabulary: Vocabulary
    /// What was read, kept and dropped.
    public let report: CorpusReport
  }

  /// What one symbol is; that of ``vocabulary`` where one is given.
  public var unit = SymbolUnit.scalar
  /// What is done to text first; that of ``vocabulary`` where one is given.
  public var normalisation = TextNormalisation.standard
  /// A vocabulary to use instead of one made from the training strings.
  public var vocabulary: Vocabulary?
  /// The largest size V of a vocabulary made here, padding and unknown included.
  public var vocabularyLimit = Vocabulary.standardLimit
  /// The number L of tokens in a string, 1 or more.
  public var length = TextCodec.standardLength
  /// Which parts of a line become strings.
  public var cut = CutRule.first
  /// How strings are divided among the splits.
  public var split = SplitRule.standard
  /// What is done with unclean lines.
  ///
  /// Empty lines are always skipped; in byte units invalid UTF-8
  /// is always kept.
  public var lines = LinePolicy.standard
  /// Whether distinct strings are counted, at 16 to 32 bytes for each; if not, 0 is reported.
  ///
  /// Windows and blocks remember training strings in any case, in order to drop equal ones.
  public var countsDistinct = true

  /// A preparation with all defaults: scalars, NFC, cut `first` at 32, 80/10/10.
  public init() {}

  /// Checks that all settings are in range.
  ///
  /// - Throws: `Failure` of kind `usage` that names the first that is not.
  public func validate() throws {
    guard length >= 1 else {
      throw Failure(.usage, "the string length \(length) must be 1 or more")
    }
    if case .windows(let stride, _) = cut, stride < 1 {
      throw Failure(.usage, "the window stride \(stride) must be 1 or more")
    }
    guard (3...Vocabulary.largestCount).contains(vocabularyLimit) else {
      throw Failure(
        .usage,
        "the vocabulary size limit \(vocabularyLimit) is out of range; "
          + "choose 3 to \(Vocabulary.largestCount), padding and unknown included")
    }
    try split.validate()
  }

  /// Prepares a corpus.
  ///
  /// Writes `vocabulary.tsv`, `train.npy`, `validation.npy`, `test.npy` (uint16, `[N, L]`) and, for
  /// windows, `train-lines.npy` and so on (uint32, `[N, 1]`: for each string the number of its line
  /// among all lines of all inputs, from 0, so that others can draw at most one string a line). All
  /// files appear together at the end; after an error or a stop there are none.
  ///
  /// - Parameters:
  ///   - sources: the inputs, read in this order, each once.
  ///   - directory: an existing directory.
  ///   - progress: called every mebibyte or so; it stops the work by returning false or throwing.
  /// - Throws: `Failure`: `usage` for settings out of range; `badData` for refused lines or where no
  ///   training string is found; `missingInput`, `inputOutput`, `cannotWrite` as files demand;
  ///   `interrupted` where `progress` returned false; whatever `progress` throws.
  public func run(
    _ sources: [CorpusSource], into directory: String,
    progress: (Progress) throws -> Bool = { _ in true }
  ) throws -> Result {
    try validate()
    guard !sources.isEmpty else {
      throw Failure(.usage, "no input is given; name files, or - for standard input")
    }
    guard FileSystem.isDirectory(directory) else {
      throw Failure(.cannotWrite, "\(directory) is not a directory; create it first")
    }
    return try withoutActuallyEscaping(progress) { progress in
      let intake = try CorpusIntake(self, directory: directory)
      let total = sources.reduce(Int?.some(0)) { sum, source in
        sum.flatMap { sum in source.size.map { sum + $0 } }
      }
      for (index, source) in sources.enumerated() {
        try intake.read(source, index: index, total: total, progress: progress)
      }
      guard intake.spools.train.count > 0 else {
        throw Failure(
          .badData,
          "no training string was found in \(intake.report.lines.lines) lines; "
            + "give more text, or smaller shares of validation and test")
      }
      return try intake.encode(into: directory, total: total, progress: progress)
    }
  }

  /// The settings that a given vocabulary and the byte unit imply.
  var resolved: CorpusPreparation {
    var resolved = self
    if let vocabulary {
      resolved.unit = vocabulary.unit
      resolved.normalisation = vocabulary.normalisation
    }
    resolved.lines.skipsEmptyLines = true
    if resolved.unit == .byte { resolved.lines.invalidUTF8 = .keep }
    return resolved
  }

  /// Whether equal strings may fall into different splits.
  var mayLeak: Bool { split.block != nil || cut != .first }
}
