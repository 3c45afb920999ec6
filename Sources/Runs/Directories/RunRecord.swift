import Files

/// A YAML file of a run that was made for the weights of one training iteration, and is void beside others.
public protocol RunRecord: Codable, Sendable, Equatable {
  /// Version of the file format that this build reads and writes.
  static var formatVersion: Int { get }
  /// The file's name in a run directory.
  static var fileName: String { get }
  /// The command that makes it, for messages.
  static var command: String { get }
  /// Training iteration of the weights that it was made for.
  var iteration: Int { get }
  /// What the run's card says of it, a sentence an entry.
  var sentences: [String] { get }

  /// Checks what was read.
  ///
  /// - Parameter path: the file, for messages.
  /// - Throws: `Failure` of kind `badData` for what no dgflow could have written.
  func check(_ path: String) throws
}

extension RunRecord {
  /// Reads and checks a record.
  ///
  /// - Throws: `Failure` of kind `missingInput` or `badData`.
  public init(contentsOf path: String) throws {
    self = try YAMLFile.read(Self.self, from: path, format: Self.formatVersion)
    try check(path)
  }

  /// Writes the record into a run, atomically.
  ///
  /// - Throws: `Failure` of kind `cannotWrite`.
  public func write(run path: String) throws { try YAMLFile.write(self, to: Self.file(run: path)) }

  /// Where the record of a run lies.
  static func file(run path: String) -> String { path + "/" + fileName }
}

extension Run {
  /// All records that the run has: calibration, stages, settings of refinement.
  ///
  /// - Throws: as ``record(_:)``.
  func records() throws -> [any RunRecord] {
    let all: [(any RunRecord)?] = [try calibration(), try stages(), try refinement()]
    return all.compactMap(\.self)
  }

  /// Reads a record; nil where the run has none.
  ///
  /// - Throws: `Failure` of kind `badData`, also when it was made for weights of another iteration.
  func record<Record: RunRecord>(_ type: Record.Type) throws -> Record? {
    let file = Record.file(run: path)
    guard FileSystem.exists(file) else { return nil }
    let record = try Record(contentsOf: file)
    guard record.iteration == configuration.progress.iterations else {
      throw Failure(
        .badData,
        "\(file) was made for iteration \(record.iteration), but the weights are of "
          + "\(configuration.progress.iterations); run `\(Record.command)` again or remove the file"
      )
    }
    return record
  }
}
