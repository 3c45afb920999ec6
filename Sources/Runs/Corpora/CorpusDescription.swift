import Determinism
import Files
import TextCoding

/// Contents of `corpus.yml`: how a prepared corpus was made and what it holds.
public struct CorpusDescription: Codable, Sendable, Equatable {
  /// Version of the file format that this build reads and writes.
  public static let formatVersion = 1

  /// String lengths that a file may state: far beyond any that is trained, and small enough that no
  /// product of sizes overflows.
  static let lengths = 1...(1 << 20)

  /// How lines became strings, in words that the command line uses too.
  public struct Cut: Codable, Sendable, Equatable {
    /// `first` or `windows`.
    public var rule: String
    /// Symbols from one window to the next; absent for `first`.
    public var stride: Int?
    /// Whether windows begin at word starts; absent for `first`.
    public var wordStart: Bool?

    /// The rules that a file may name.
    static let rules = ["first", "windows"]

    /// The description of a rule.
    public init(_ rule: CutRule) {
      switch rule {
      case .first: self.rule = "first"
      case .windows(let stride, let wordStart):
        self.rule = "windows"
        self.stride = stride
        self.wordStart = wordStart
      }
    }
  }

  /// Format version of the file.
  public var format: Int
  /// Version of dgflow that wrote it.
  public var version: String
  /// Digest of everything that decided the contents: the sources' bytes, cut, split, vocabulary and,
  /// where it is not the standard one, the policy for unclean lines.
  public var digest: String
  /// L, symbols a string.
  public var length: Int
  /// How lines became strings.
  public var cut: Cut
  /// How strings were divided among the splits.
  public var split: SplitRule
  /// Digest of `vocabulary.tsv`.
  public var vocabularyDigest: String
  /// What was read, kept and dropped.
  public var report: CorpusReport

  /// Reads and checks `corpus.yml`.
  ///
  /// - Throws: `Failure` of kind `missingInput` or `badData`, naming file and field.
  public init(contentsOf path: String) throws {
    self = try YAMLFile.read(CorpusDescription.self, from: path, format: Self.formatVersion)
    guard Self.lengths.contains(length) else {
      throw Failure(.badData, "\(path): `length` is \(length), out of range")
    }
    guard Cut.rules.contains(cut.rule) else {
      throw Failure(
        .badData, "\(path): `cut.rule` is \(cut.rule), expected first or windows")
    }
  }

  /// The description of a preparation's result.
  public init(_ preparation: CorpusPreparation, result: CorpusPreparation.Result) {
    format = Self.formatVersion
    version = Version.current
    length = preparation.length
    cut = Cut(preparation.cut)
    split = preparation.split
    vocabularyDigest = result.vocabulary.digest
    report = result.report
    digest = ""
    var hash = StableHash()
    for source in report.sources { hash.combine("source \(source.digest)\n") }
    hash.combine("length \(length) cut \(cut.rule) \(cut.stride ?? 0) \(cut.wordStart ?? false)\n")
    hash.combine(
      "split \(split.validation) \(split.test) \(split.block ?? 0) \(split.salt)\n")
    hash.combine("vocabulary \(vocabularyDigest)\n")
    let lines = preparation.lines
    if lines != .standard {
      hash.combine(
        "lines \(lines.invalidUTF8.rawValue) \(lines.nul.rawValue) \(lines.maximumLineBytes)\n")
    }
    digest = hash.hex
  }
}
