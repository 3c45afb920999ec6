import Glibc

/// Fetching a file of known size and checksum, with `curl` as a child process.
///
/// Bytes go to `<path>.part`; when the connection breaks off, the next `run` goes on from there. The
/// file gets its name only once size and checksum are right, so a file at `path` is always whole.
/// `http`, `https`, `ftp` and `file` addresses work.
public struct Download: Sendable {
  /// The address.
  public let address: String
  /// The size in bytes.
  public let size: Int
  /// The SHA-256, 64 hexadecimal digits, lower case.
  public let sha256: String
  /// Where the file will be.
  public let path: String

  /// Describes a download.
  ///
  /// - Throws: ``Failure`` of kind `usage` when the address's scheme is unknown, the size negative or
  ///   the checksum not 64 hexadecimal digits.
  public init(address: String, size: Int, sha256: String, to path: String) throws {
    self.address = address
    self.size = size
    self.sha256 = sha256.lowercased()
    self.path = path
    let schemes = ["http://", "https://", "ftp://", "file://"]
    guard schemes.contains(where: { address.lowercased().hasPrefix($0) }) else {
      throw Failure(
        .usage, "cannot download \(address): expected an http, https, ftp or file address")
    }
    guard size >= 0 else {
      throw Failure(.usage, "cannot download \(address): the size \(size) is negative")
    }
    guard Checksum.isSHA256(self.sha256) else {
      throw Failure(
        .usage, "cannot download \(address): the checksum \(sha256) is not 64 hexadecimal digits")
    }
  }

  /// Where the bytes are until they are complete and checked.
  public var partialPath: String { "\(path).part" }

  /// Fetches the file, going on where an earlier attempt ended.
  ///
  /// A file that is at `path` already and is the right one is left alone. When bytes that were
  /// continued turn out wrong, the download starts once more from nothing.
  ///
  /// - Parameters:
  ///   - program: the `curl` to run.
  ///   - progress: called a few times a second with the bytes that are there; throwing ends the
  ///     download and passes the error on; what is there is kept for the next attempt.
  /// - Throws: ``Failure`` of kind `programAbsent` without `curl`; `inputOutput` when the server cannot
  ///   be reached or breaks off; `missingInput` when it has no such file; `badData` when the bytes are
  ///   not the expected ones; `cannotWrite`.
  public func run(
    program: String = "curl", progress: (_ bytes: Int) throws -> Void = { _ in }
  ) throws {
    if try isComplete() { return }
    let part = try PartialFile(path: partialPath)
    if part.size > size { try part.clear() }
    let isContinued = part.size > 0
    defer { part.removeIfEmpty() }
    do {
      try fetch(part, program: program, progress: progress)
      try check(part)
    } catch let failure as Failure where failure.kind == .badData && isContinued {
      try part.clear()
      try fetch(part, program: program, progress: progress)
      try check(part)
    }
    try part.rename(to: path)
  }

  /// Whether the right file is at the path; a wrong one is a failure.
  private func isComplete() throws -> Bool {
    var status = stat()
    guard stat(path, &status) == 0 else { return false }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw Failure.writing(path, EISDIR) }
    guard Int(status.st_size) == size, try Checksum.sha256(ofFile: path) == sha256 else {
      throw Failure(
        .cannotWrite,
        "\(path) exists and is not the file at \(address); move it away and try again")
    }
    return true
  }

  private func check(_ part: PartialFile) throws {
    let found = try Checksum.sha256(ofFile: partialPath)
    guard found == sha256 else {
      try part.clear()
      throw Failure(
        .badData,
        "\(address) gave \(size) bytes with the SHA-256 \(found); expected \(sha256): "
          + "the file there has changed or something in between altered it")
    }
  }
}
