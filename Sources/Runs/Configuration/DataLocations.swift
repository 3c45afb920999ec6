import Files

/// Where the data that comes with dgflow is found: grammars, shipped runs, the manifest.
///
/// Searched in order: the folder given by the user (`DGFLOW_DATA`), `<executable>/../share/dgflow`,
/// then `Corpora/` in each parent of the executable. The environment is read by the command line
/// alone and handed in.
public struct DataLocations: Sendable {
  /// Folders to search, first match wins.
  public let roots: [String]
  /// Folder for corpora that are prepared on first use; nil where there is none.
  public let cache: String?

  /// Locations for an executable.
  ///
  /// - Parameters:
  ///   - dataFolder: the user's own folder, searched first.
  ///   - executable: absolute path of the running program.
  ///   - cache: folder for corpora prepared on first use.
  public init(dataFolder: String?, executable: String, cache: String?) {
    var roots: [String] = []
    if let dataFolder, !dataFolder.isEmpty { roots.append(dataFolder) }
    var parents = executable.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
    if !parents.isEmpty { parents.removeLast() }
    roots.append("/" + (parents.dropLast() + ["share", "dgflow"]).joined(separator: "/"))
    while !parents.isEmpty {
      roots.append("/" + (parents + ["Corpora"]).joined(separator: "/"))
      parents.removeLast()
    }
    self.roots = roots
    self.cache = cache
  }

  /// The first root that has `relative` in it, joined with it; nil where none has.
  public func find(_ relative: String) -> String? {
    roots.map { $0 + "/" + relative }.first { FileSystem.exists($0) }
  }

  /// A run directory: the path itself where it exists, else the shipped run of that name.
  ///
  /// - Throws: `Failure` of kind `missingInput` that says where it was looked for.
  public func run(_ pathOrName: String) throws -> String {
    try resolve(pathOrName, shippedAs: "run", what: "run")
  }

  /// The grammar folder of a bundled corpus, such as `newswire`.
  ///
  /// - Throws: `Failure` of kind `missingInput` that says where it was looked for.
  public func grammar(_ name: String) throws -> String {
    try resolve(name, shippedAs: "grammar", what: "grammar")
  }

  /// The manifest of downloadable corpora.
  ///
  /// - Throws: `Failure` of kind `missingInput`.
  public func manifest() throws -> String {
    if let path = find("manifest.yml") { return path }
    throw Failure(
      .missingInput,
      "no manifest.yml in the data folder (\(places)); set DGFLOW_DATA to the folder that holds it")
  }

  private func resolve(
    _ pathOrName: String, shippedAs folder: String, what: String
  ) throws -> String {
    if FileSystem.isDirectory(pathOrName) { return pathOrName }
    guard !pathOrName.isEmpty, !pathOrName.contains("/") else {
      throw Failure(.missingInput, "no \(what) at \(pathOrName.isEmpty ? "\"\"" : pathOrName)")
    }
    if let found = find(pathOrName + "/" + folder) { return found }
    throw Failure(
      .missingInput,
      "no \(what) at \(pathOrName), nor a bundled one of that name (\(places)); give a directory, or "
        + "set DGFLOW_DATA to the folder that holds it")
  }

  /// Where was looked, in words: the roots that exist.
  private var places: String {
    let present = roots.filter { FileSystem.isDirectory($0) }
    return present.isEmpty
      ? "there is no data folder" : "looked in " + present.joined(separator: ", ")
  }
}
