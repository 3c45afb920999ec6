/// Checksums of files, from child programs.
public enum Checksum {
  /// The SHA-256 of a file as 64 hexadecimal digits, lower case.
  ///
  /// - Throws: ``Failure`` of kind `missingInput` when the file is absent or unreadable,
  ///   `programAbsent` when `sha256sum` is not installed, `inputOutput` when it fails.
  public static func sha256(ofFile path: String) throws -> String {
    let outcome = try ChildProcess.run("sha256sum", ["-b"], standardInput: .file(path))
    let digits = String(decoding: outcome.standardOutput.prefix(64), as: UTF8.self)
    guard outcome.status == 0, isSHA256(digits) else {
      throw Failure(
        .inputOutput,
        "cannot take the checksum of \(path) (sha256sum says: \(oneLine(outcome.standardError)))")
    }
    return digits
  }

  /// Whether a text is 64 hexadecimal digits, lower case.
  static func isSHA256(_ text: String) -> Bool {
    text.utf8.count == 64
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}
