import Files
import TextCoding

/// A corpus directory: token strings for training, validation and test, and their vocabulary.
///
/// ```
/// corpus.yml                          how it was made, counts, digests
/// vocabulary.tsv                      the symbols
/// train.npy validation.npy test.npy   uint16 [N, L]
/// train-lines.npy …                   uint32 [N, 1], the line of each string (cut `windows` only)
/// ```
public struct PreparedCorpus: Sendable {
  /// Where it is.
  public let path: String
  /// Contents of `corpus.yml`.
  public let description: CorpusDescription
  /// Symbols and length.
  public let codec: TextCodec

  /// Opens a corpus and checks that its parts belong together.
  ///
  /// - Throws: `Failure` of kind `missingInput` when it is not a corpus directory, `badData` naming
  ///   the file that does not fit.
  public init(opening path: String) throws {
    guard FileSystem.isDirectory(path) else {
      throw Failure(.missingInput, "no corpus directory at \(path)")
    }
    guard FileSystem.exists(path + "/corpus.yml") else {
      let hint =
        FileSystem.exists(path + "/run.yml")
        ? "it is a run; give the corpus that it was trained on"
        : "corpus.yml is missing; make one with `dgflow corpus prepare`"
      throw Failure(.missingInput, "\(path) is not a prepared corpus: \(hint)")
    }
    description = try CorpusDescription(contentsOf: path + "/corpus.yml")
    let vocabulary = try Vocabulary(contentsOf: path + "/vocabulary.tsv")
    guard vocabulary.digest == description.vocabularyDigest else {
      throw Failure(
        .badData,
        "\(path)/vocabulary.tsv has digest \(vocabulary.digest), but corpus.yml was written with "
          + "\(description.vocabularyDigest): the file belongs to another corpus")
    }
    codec = TextCodec(vocabulary: vocabulary, length: description.length)
    self.path = path
  }

  /// The directory's name, for people.
  public var name: String { FileSystem.lastName(of: path) }

  /// The token strings of a split, mapped; every token is checked once.
  ///
  /// - Throws: `Failure` of kind `missingInput` or `badData` naming the file.
  public func strings(_ split: CorpusSplit) throws -> TokenStrings {
    let file = "\(path)/\(split.rawValue).npy"
    let strings = try TokenStrings(contentsOf: file)
    guard strings.length == codec.length, strings.count == description.report[split].strings else {
      throw Failure(
        .badData,
        "\(file): \(strings.count) strings of \(strings.length), but corpus.yml says "
          + "\(description.report[split].strings) of \(codec.length): the file belongs to another "
          + "corpus")
    }
    try strings.validate(below: codec.vocabulary.count, name: file)
    return strings
  }

  /// For each string of a split, the number of its line; nil where every string is its own line.
  ///
  /// - Throws: `Failure` of kind `missingInput` or `badData` naming the file.
  public func lineNumbers(_ split: CorpusSplit) throws -> [Int]? {
    guard description.cut.rule != "first" else { return nil }
    let file = "\(path)/\(split.rawValue)-lines.npy"
    let matrix = try NumPyMatrix<UInt32>(contentsOf: file)
    guard matrix.columns == 1, matrix.rows == description.report[split].strings else {
      throw Failure(
        .badData,
        "\(file): shape [\(matrix.rows), \(matrix.columns)], expected "
          + "[\(description.report[split].strings), 1]")
    }
    return matrix.withUnsafeElements { $0.map(Int.init) }
  }
}

extension PreparedCorpus {
  /// Prepares a corpus directory; it appears complete or not at all.
  ///
  /// - Parameters:
  ///   - sources: the inputs, each read once.
  ///   - path: the directory to make; nothing may be there.
  ///   - progress: as for `CorpusPreparation.run`.
  /// - Throws: `Failure`, as `CorpusPreparation.run`, and `cannotWrite` where something is at `path`.
  public static func prepare(
    _ sources: [CorpusSource], with preparation: CorpusPreparation, at path: String,
    progress: (CorpusPreparation.Progress) throws -> Bool = { _ in true }
  ) throws -> PreparedCorpus {
    let directory = try AtomicDirectory(path: path)
    try directory.fill { folder in
      let result = try preparation.run(sources, into: folder, progress: progress)
      try YAMLFile.write(
        CorpusDescription(preparation, result: result), to: folder + "/corpus.yml")
    }
    try directory.commit()
    return try PreparedCorpus(opening: path)
  }
}
