import Files

/// Small text files, read whole.
public enum TextFile {
  /// The contents of a UTF-8 text file.
  ///
  /// - Throws: `Failure` of kind `missingInput` when absent and `badData` when it is not UTF-8.
  public static func read(_ path: String) throws -> String {
    let file = try MappedFile(path: path)
    guard let text = String(validating: file.bytes, as: UTF8.self) else {
      throw Failure(.badData, "\(path): not UTF-8 text")
    }
    return text
  }
}
