import Glibc

/// Writing a whole folder so that it appears complete or not at all.
///
/// Files go to ``partialPath``, a new folder beside the final one; `commit()` brings everything to
/// the disk and renames it. A folder that is neither committed nor kept is removed with the object.
/// Not safe to share between threads.
public final class AtomicDirectory {
  /// The path that the folder will have.
  public let path: String
  /// The folder to write into meanwhile: `<path>.partial-XXXXXXXX`.
  public let partialPath: String

  private let replaces: Bool
  private var isOpen = true

  /// Makes the partial folder.
  ///
  /// - Parameters:
  ///   - path: where the folder will appear; its parent must exist.
  ///   - replacing: whether a folder that is there gives way; an empty one always does.
  /// - Throws: ``Failure`` of kind `cannotWrite` when something stands at the path and is not to be
  ///   replaced, or when the partial folder cannot be made.
  public init(path: String, replacing: Bool = false) throws {
    var trimmed = path
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    self.path = trimmed
    replaces = replacing
    partialPath = "\(trimmed).partial-\(temporarySuffix())"
    try Self.checkPlace(trimmed, replacing: replacing)
    guard mkdir(partialPath, 0o777) == 0 else { throw Failure.writing(trimmed, errno) }
  }

  deinit { cancel() }

  /// Runs work that writes into the partial folder; its failures name the path that the user knows.
  ///
  /// - Parameter work: is given ``partialPath``.
  /// - Throws: what `work` throws.
  public func fill(_ work: (_ folder: String) throws -> Void) throws {
    precondition(isOpen, "AtomicDirectory.fill: \(path) is committed or cancelled")
    do {
      try work(partialPath)
    } catch let failure as Failure {
      throw Failure(
        failure.kind, failure.message.replacing(partialPath, with: path), cause: failure.cause)
    }
  }

  /// Brings everything to the disk and gives the folder its name.
  ///
  /// Where a folder is replaced it steps aside first, so for an instant neither is at the path; if
  /// the new one cannot take its place the old one returns.
  ///
  /// - Throws: ``Failure`` of kind `cannotWrite`; the partial folder is then removed.
  public func commit() throws {
    precondition(isOpen, "AtomicDirectory.commit: \(path) is committed or cancelled")
    do {
      try Self.synchronizeTree(partialPath)
      try Self.checkPlace(path, replacing: replaces)
      let aside = "\(path).replaced-\(temporarySuffix())"
      let stepsAside = replaces && rename(path, aside) == 0
      guard rename(partialPath, path) == 0 else {
        let code = errno
        if stepsAside { _ = rename(aside, path) }
        throw Failure.writing(path, code)
      }
      isOpen = false
      try synchronizeFolder(folder(of: path))
      if stepsAside { removeTree(aside) }
    } catch {
      cancel()
      throw error
    }
  }

  /// Removes what was written; does nothing once committed.
  public func cancel() {
    guard isOpen else { return }
    isOpen = false
    removeTree(partialPath)
  }

  private static func checkPlace(_ path: String, replacing: Bool) throws {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      if errno == ENOENT { return }
      throw Failure.writing(path, errno)
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw Failure(
        .cannotWrite, "cannot write the folder \(path): something else has that name; remove it")
    }
    guard try replacing || folderEntries(path).isEmpty else { throw Failure.writing(path, EEXIST) }
  }

  /// Brings the entries of a folder and of those inside it to the disk.
  private static func synchronizeTree(_ path: String) throws {
    for entry in try folderEntries(path) where entry.isFolder {
      try synchronizeTree("\(path)/\(entry.name)")
    }
    try synchronizeFolder(path)
  }
}

/// What a folder holds, in the order of names.
func folderEntries(_ path: String) throws -> [(name: String, isFolder: Bool)] {
  guard let stream = opendir(path) else { throw Failure.reading(path, errno) }
  defer { closedir(stream) }
  var entries: [(name: String, isFolder: Bool)] = []
  while let entry = readdir(stream) {
    let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    guard name != ".", name != ".." else { continue }
    var status = stat()
    let isFolder = lstat("\(path)/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    entries.append((name, isFolder))
  }
  return entries.sorted { $0.name < $1.name }
}

/// Removes a folder and everything inside, following no links; what cannot be removed stays.
func removeTree(_ path: String) {
  for entry in (try? folderEntries(path)) ?? [] {
    let child = "\(path)/\(entry.name)"
    if entry.isFolder { removeTree(child) } else { unlink(child) }
  }
  rmdir(path)
}
