/// What a ``LineReader`` met so far.
public struct LineStatistics: Codable, Hashable, Sendable {
  /// Bytes read from the source (after unpacking, where it was packed).
  public var bytes = 0
  /// Lines met, empty ones included.
  public var lines = 0
  /// Empty lines, whether skipped or not.
  public var emptyLines = 0
  /// Lines in which invalid UTF-8 was repaired.
  public var repairedLines = 0
  /// Lines in which NUL bytes were repaired.
  public var nulLines = 0

  /// Nothing met.
  public init() {}
}
