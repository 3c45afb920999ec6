/// What a preparation read, kept, dropped and wrote.
public struct CorpusReport: Codable, Hashable, Sendable {
  /// One input.
  public struct Source: Codable, Hashable, Sendable {
    /// The last component of its path, or `standard input`.
    public var name: String
    /// The digest of its bytes after unpacking: `StableHash`, 16 hexadecimal digits.
    public var digest: String
    /// Its bytes (after unpacking), lines, empty and repaired lines.
    public var lines: LineStatistics
  }

  /// One of the three splits.
  public struct Split: Codable, Hashable, Sendable {
    /// Token strings written.
    public var strings = 0
    /// Different ones among them.
    public var distinct = 0
    /// Strings left out because they are training strings too; 0 for training.
    public var dropped = 0
    /// Strings shorter than L, which are padded.
    public var padded = 0
    /// Symbols written, padding not counted.
    public var symbols = 0
    /// Symbols among them that the vocabulary lacks.
    public var unknown = 0

    /// The share of symbols that the vocabulary lacks, in [0, 1]; 0 where there are none.
    public var unknownShare: Double { symbols == 0 ? 0 : Double(unknown) / Double(symbols) }
  }

  /// The inputs, in order.
  public var sources: [Source] = []
  /// The sums over all inputs.
  public var lines = LineStatistics()
  /// Lines that held nothing but spaces once normalised; they are left out as empty ones are.
  public var blankLines = 0
  /// Training strings.
  public var train = Split()
  /// Validation strings.
  public var validation = Split()
  /// Test strings.
  public var test = Split()
  /// The vocabulary's size V, padding and unknown included.
  public var vocabularySize = 0
  /// The different symbols in the training strings, which a size limit may have cut down.
  public var trainingSymbols = 0
  /// The version of the Unicode tables that normalised the text.
  public var unicodeVersion = UnicodeData.version

  /// An empty report.
  public init() {}

  /// The report of one split.
  public subscript(split: CorpusSplit) -> Split {
    get {
      switch split {
      case .train: train
      case .validation: validation
      case .test: test
      }
    }
    set {
      switch split {
      case .train: train = newValue
      case .validation: validation = newValue
      case .test: test = newValue
      }
    }
  }
}
