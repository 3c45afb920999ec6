/// What a ``LineReader`` does with bytes that are not clean lines of text.
///
/// Not open to choice: a byte-order mark at the beginning of a file is dropped; a line ends at a
/// line feed, at a carriage return, at both together, or at the end of the file.
public struct LinePolicy: Codable, Hashable, Sendable {
  /// What becomes of invalid UTF-8.
  public enum InvalidUTF8: String, Codable, CaseIterable, Sendable {
    /// Each maximal invalid part becomes U+FFFD, which reads as unknown. The default.
    case repair
    /// The line is refused; the error names file, line and byte.
    case reject
    /// Bytes stay as they are; for ``SymbolUnit/byte``.
    case keep
  }

  /// What becomes of NUL bytes.
  public enum NUL: String, Codable, CaseIterable, Sendable {
    /// Each becomes U+FFFD, which reads as unknown. The default.
    case repair
    /// The line is refused; the error names file, line and byte.
    case reject
  }

  /// What becomes of invalid UTF-8.
  public var invalidUTF8: InvalidUTF8
  /// What becomes of NUL bytes.
  public var nul: NUL
  /// Whether empty lines are skipped; they are counted either way.
  public var skipsEmptyLines: Bool
  /// The longest line accepted, in bytes without its end; a longer one is refused.
  public var maximumLineBytes: Int

  /// The default of ``maximumLineBytes``: 64 MiB, chosen here; no line of prose comes near, and a
  /// binary file without line ends is noticed before it fills the memory.
  public static let standardLineBytes = 64 << 20

  /// Creates a policy; by default everything is repaired and empty lines are skipped.
  public init(
    invalidUTF8: InvalidUTF8 = .repair, nul: NUL = .repair, skipsEmptyLines: Bool = true,
    maximumLineBytes: Int = Self.standardLineBytes
  ) {
    precondition(
      maximumLineBytes >= 1, "LinePolicy: maximumLineBytes \(maximumLineBytes) is not positive")
    self.invalidUTF8 = invalidUTF8
    self.nul = nul
    self.skipsEmptyLines = skipsEmptyLines
    self.maximumLineBytes = maximumLineBytes
  }

  /// Everything repaired, empty lines skipped, lines up to 64 MiB.
  public static let standard = LinePolicy()
}
