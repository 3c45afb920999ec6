import Files

/// Public corpora that dgflow can download: addresses and checksums, no text.
///
/// Read from `manifest.yml` in the data folder (`Corpora/` of the source tree).
public struct CorpusManifest: Codable, Sendable, Equatable {
  /// Version of the file format that this build reads.
  public static let formatVersion = 1

  /// One downloadable corpus.
  public struct Entry: Codable, Sendable, Equatable {
    /// The name used on the command line, such as `billion-words`.
    public var name: String
    /// One line that says what it is.
    public var title: String
    /// `http://`, `https://` or `file://` address of the archive.
    public var address: String
    /// Size of the archive in bytes.
    public var bytes: Int
    /// SHA-256 of the archive, 64 hexadecimal digits.
    public var sha256: String
    /// Who may use it and how.
    public var licence: String
  }

  /// Format version of the file.
  public var version: Int
  /// The corpora, in the order of the file.
  public var corpora: [Entry]

  /// Reads and checks a manifest.
  ///
  /// - Throws: `Failure` of kind `missingInput` or `badData`, naming file and field.
  public init(contentsOf path: String) throws {
    self = try YAMLFile.read(CorpusManifest.self, from: path)
    guard version == Self.formatVersion else {
      throw Failure(
        .badData,
        "\(path): manifest version \(version); this dgflow reads version \(Self.formatVersion)")
    }
    var names: Set<String> = []
    for entry in corpora {
      guard !entry.name.isEmpty, names.insert(entry.name).inserted else {
        throw Failure(
          .badData, "\(path): the name `\(entry.name)` is empty or stands there twice")
      }
      guard entry.bytes > 0 else {
        throw Failure(
          .badData, "\(path): entry \(entry.name): `bytes` is \(entry.bytes), not positive")
      }
      let digits = entry.sha256.utf8
      guard digits.count == 64, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit })
      else {
        throw Failure(
          .badData,
          "\(path): entry \(entry.name): `sha256` is \(entry.sha256), not 64 hexadecimal digits")
      }
    }
  }

  /// The entry of that name.
  ///
  /// - Throws: `Failure` of kind `usage` that lists the names there are.
  public func entry(named name: String) throws -> Entry {
    if let entry = corpora.first(where: { $0.name == name }) { return entry }
    let known = corpora.isEmpty ? "nothing" : corpora.map(\.name).joined(separator: ", ")
    throw Failure(.usage, "no corpus named \(name) in the manifest; there is: \(known)")
  }
}
