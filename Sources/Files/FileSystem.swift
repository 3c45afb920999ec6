import Glibc

/// Questions about paths, and the few changes that are not writing a file.
public enum FileSystem {
  /// Whether anything is at the path.
  public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Whether a folder is at the path, links followed.
  public static func isDirectory(_ path: String) -> Bool {
    var information = stat()
    return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether a plain file is at the path, links followed; a pipe or a device is none.
  public static func isRegularFile(_ path: String) -> Bool {
    var information = stat()
    return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFREG
  }

  /// Size of a file in bytes; nil where there is none.
  public static func size(_ path: String) -> Int? {
    var information = stat()
    return stat(path, &information) == 0 ? Int(information.st_size) : nil
  }

  /// What stands after a path's last separator; the whole path where there is nothing.
  public static func lastName(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// Names in a folder, sorted by bytes, without `.` and `..`.
  ///
  /// - Throws: ``Failure`` of kind `missingInput` when it is not a folder that can be read.
  public static func names(in path: String) throws -> [String] {
    try folderEntries(path).map(\.name).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Makes a folder and the folders above it; one that is there already is fine.
  ///
  /// - Throws: ``Failure`` of kind `cannotWrite`.
  public static func makeDirectory(_ path: String) throws {
    if isDirectory(path) { return }
    let parent = folder(of: path)
    if parent != path && parent != "." { try makeDirectory(parent) }
    if mkdir(path, 0o777) != 0 {
      let code = errno
      if code != EEXIST || !isDirectory(path) { throw Failure.writing(path, code) }
    }
  }

  /// Removes a file; absent is fine.
  ///
  /// - Throws: ``Failure`` of kind `cannotWrite`.
  public static func removeFile(_ path: String) throws {
    guard unlink(path) != 0, errno != ENOENT else { return }
    throw Failure(.cannotWrite, "cannot remove \(path): \(String(cString: strerror(errno)))")
  }

  /// Removes a folder and all that is in it, following no links; absent is fine.
  public static func removeDirectory(_ path: String) {
    if isDirectory(path) { removeTree(path) }
  }
}
