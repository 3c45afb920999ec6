import Files

/// Reads the lines of a source of any size through one buffer, which grows only to the longest line.
///
/// Lines end at LF, CR LF or a lone CR; the last one needs no end. What else may happen, and what is
/// done then, is in ``LinePolicy``. A refused line ends the reading with an error that names source,
/// line and byte, all counted from 1. For encoding and counting on several threads there is
/// ``TextBlocks``.
public final class LineReader {
  /// What messages call the source.
  public var name: String { scanner.name }
  /// What is done with unclean lines.
  public var policy: LinePolicy { scanner.policy }
  /// What was met so far.
  public var statistics: LineStatistics {
    var statistics = scanner.statistics
    statistics.bytes = reader.bytesRead
    return statistics
  }
  /// The number of the latest line, from 1, skipped ones counted; 0 before the first.
  public var lineNumber: Int { scanner.lineNumber }

  private var reader: BlockReader
  private var scanner: LineScanner
  private let block = LineBlock(capacity: 2 * chunk)

  private static let chunk = 1 << 18

  /// Reads lines from a source; `name` is what messages call it, the source's own name by default.
  public init(_ source: any ByteSource, name: String? = nil, policy: LinePolicy = .standard) {
    reader = BlockReader(source, name: name, policy: policy)
    scanner = LineScanner(name: reader.name, policy: policy)
  }

  /// Reads the lines of a file; gzip is unpacked, `-` is standard input.
  ///
  /// - Throws: `Failure` of kind `missingInput` where the file cannot be opened.
  public convenience init(path: String, policy: LinePolicy = .standard) throws {
    self.init(try openSource(path), policy: policy)
  }

  /// Gives the next line to `body`, without its end; nil at the end of the source.
  ///
  /// The buffer is valid only inside `body`. Under the policies repair and reject it is valid UTF-8
  /// without NUL.
  ///
  /// - Throws: `Failure` of kind `badData` for a line that is refused or too long, `inputOutput`
  ///   where reading fails, and what `body` throws.
  public func next<R>(_ body: (UnsafeBufferPointer<UInt8>) throws -> R) throws -> R? {
    try nextScanned { line, _ in try body(line) }
  }

  /// The next line as text, nil at the end; under the policy keep, invalid UTF-8 shows as U+FFFD.
  ///
  /// - Throws: as ``next(_:)``.
  public func nextLine() throws -> String? {
    try next { String(decoding: $0, as: UTF8.self) }
  }

  /// Gives the next line to `body`, and how many bytes at its front are known to be printable ASCII.
  @inline(__always)
  func nextScanned<R>(
    _ body: (_ line: UnsafeBufferPointer<UInt8>, _ plain: Int) throws -> R
  ) throws -> R? {
    while true {
      if let line = try scanner.next() {
        return try scanner.withBytes(of: line) { try body($0, line.plain) }
      }
      // A line is handed out as soon as it was read whole, whatever the source still holds back.
      guard reader.fill(block, least: 1, portion: Self.chunk) else {
        if let failure = reader.failure { throw failure }
        return nil
      }
      scanner.begin(block)
    }
  }
}
