import Files
import Glibc

/// Reads the lines of a source of any size through one buffer, which grows only to the longest line.
///
/// Lines end at LF, CR LF or a lone CR; the last one needs no end. What else may happen, and what is
/// done then, is in ``LinePolicy``. A refused line ends the reading with an error that names source,
/// line and byte, all counted from 1.
public final class LineReader {
  /// What messages call the source.
  public let name: String
  /// What is done with unclean lines.
  public let policy: LinePolicy
  /// What was met so far.
  public private(set) var statistics = LineStatistics()
  /// The number of the latest line, from 1, skipped ones counted; 0 before the first.
  public var lineNumber: Int { statistics.lines }

  private let source: any ByteSource
  private var buffer: UnsafeMutableRawBufferPointer
  /// Unread bytes lie in `start..<end`; up to `searched` they hold no line feed.
  private var start = 0
  private var end = 0
  private var searched = 0
  /// Where the next line feed and carriage return stand, once found.
  private var lineFeed: Int?
  private var carriageReturn: Int?
  private var carriageSearched = 0
  private var isAtEnd = false
  private var isAtBeginning = true
  private var repaired: [UInt8] = []

  private static let chunk = 1 << 18

  /// Reads lines from a source; `name` is what messages call it, the source's own name by default.
  public init(_ source: any ByteSource, name: String? = nil, policy: LinePolicy = .standard) {
    self.source = source
    self.name = name ?? source.name
    self.policy = policy
    buffer = .allocate(byteCount: 2 * Self.chunk, alignment: 64)
  }

  /// Reads the lines of a file; gzip is unpacked, `-` is standard input.
  ///
  /// - Throws: `Failure` of kind `missingInput` where the file cannot be opened.
  public convenience init(path: String, policy: LinePolicy = .standard) throws {
    self.init(try openSource(path), policy: policy)
  }

  deinit { buffer.deallocate() }

  /// Gives the next line to `body`, without its end; nil at the end of the source.
  ///
  /// The buffer is valid only inside `body`. Under the policies repair and reject it is valid UTF-8
  /// without NUL.
  ///
  /// - Throws: `Failure` of kind `badData` for a line that is refused or too long, `inputOutput`
  ///   where reading fails, and what `body` throws.
  public func next<R>(_ body: (UnsafeBufferPointer<UInt8>) throws -> R) throws -> R? {
    while true {
      guard let range = try nextRange() else { return nil }
      statistics.lines += 1
      if range.isEmpty {
        statistics.emptyLines += 1
        if policy.skipsEmptyLines { continue }
      }
      let raw = UnsafeRawBufferPointer(rebasing: buffer[range])
      return try raw.withMemoryRebound(to: UInt8.self) { line in
        guard needsRepair(line) else { return try body(line) }
        try repair(line)
        return try repaired.withUnsafeBufferPointer { try body($0) }
      }
    }
  }

  /// The next line as text, nil at the end; under the policy keep, invalid UTF-8 shows as U+FFFD.
  ///
  /// - Throws: as ``next(_:)``.
  public func nextLine() throws -> String? {
    try next { String(decoding: $0, as: UTF8.self) }
  }

  // MARK: Finding line ends

  /// The place of the next line in the buffer, without its end, which is consumed.
  private func nextRange() throws -> Range<Int>? {
    if isAtBeginning { try dropByteOrderMark() }
    while true {
      if let found = findEnd() {
        let line = start..<found.end
        try checkLength(line.count)
        start = found.next
        return line
      }
      try checkLength(end - start - 1)  // it may end in a carriage return
      if isAtEnd {
        guard start < end else { return nil }
        // A lone CR may be the very last byte.
        let line = start..<(carriageReturn ?? end)
        try checkLength(line.count)
        start = carriageReturn.map { $0 + 1 } ?? end
        carriageReturn = nil
        return line
      }
      try refill()
    }
  }

  /// The end of the line that begins at `start`, and where the next one begins.
  ///
  /// Positions found are kept until they are passed, so that files whose lines end in one kind of
  /// character are not searched for the other again and again.
  private func findEnd() -> (end: Int, next: Int)? {
    if let found = lineFeed, found < start { lineFeed = nil }
    if lineFeed == nil { lineFeed = find(0x0A, from: max(searched, start)) }
    searched = lineFeed ?? end
    let bound = lineFeed ?? end
    if let found = carriageReturn, found < start { carriageReturn = nil }
    if carriageReturn == nil, max(carriageSearched, start) < bound {
      carriageReturn = find(0x0D, from: max(carriageSearched, start), to: bound)
      carriageSearched = carriageReturn ?? bound
    }
    guard let carriage = carriageReturn, carriage < bound else {
      return lineFeed.map { ($0, $0 + 1) }
    }
    if carriage + 1 == lineFeed { return (carriage, carriage + 2) }
    // A line feed may follow in what is not read yet.
    if carriage + 1 == end { return nil }
    return (carriage, carriage + 1)
  }

  private func find(_ byte: Int32, from first: Int, to last: Int? = nil) -> Int? {
    let count = (last ?? end) - first
    guard count > 0, let base = buffer.baseAddress,
      let found = memchr(base + first, byte, count)
    else { return nil }
    return UnsafeRawPointer(found) - UnsafeRawPointer(base)
  }

  private func checkLength(_ count: Int) throws {
    guard count > policy.maximumLineBytes else { return }
    throw Failure(
      .badData,
      "\(name), line \(statistics.lines + 1): longer than \(policy.maximumLineBytes) bytes, the "
        + "most accepted; is this a text file? If so, raise the limit or break its lines")
  }

  // MARK: Filling the buffer

  /// Reads more, after moving what is unread to the front; grows the buffer if it is full.
  private func refill() throws {
    if start > 0 {
      let unread = end - start
      if unread > 0, let base = buffer.baseAddress { memmove(base, base + start, unread) }
      searched = max(0, searched - start)
      carriageSearched = max(0, carriageSearched - start)
      lineFeed = nil
      carriageReturn = carriageReturn.flatMap { $0 >= start ? $0 - start : nil }
      end = unread
      start = 0
    }
    if buffer.count - end < Self.chunk {
      let larger = UnsafeMutableRawBufferPointer.allocate(
        byteCount: 2 * buffer.count, alignment: 64)
      larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<end]))
      buffer.deallocate()
      buffer = larger
    }
    let room = UnsafeMutableRawBufferPointer(rebasing: buffer[end..<end + Self.chunk])
    let count = try source.read(into: room)
    if count == 0 { isAtEnd = true }
    end += count
    statistics.bytes += count
  }

  /// Drops a UTF-8 byte-order mark; text in UTF-16 is refused with the remedy.
  private func dropByteOrderMark() throws {
    while end < 3 && !isAtEnd { try refill() }
    isAtBeginning = false
    if end >= 3, buffer[0] == 0xEF, buffer[1] == 0xBB, buffer[2] == 0xBF { start = 3 }
    guard policy.invalidUTF8 != .keep, end >= 2 else { return }
    if (buffer[0] == 0xFF && buffer[1] == 0xFE) || (buffer[0] == 0xFE && buffer[1] == 0xFF) {
      throw Failure(
        .badData,
        "\(name) is UTF-16 text; convert it first: iconv -f UTF-16 -t UTF-8 FILE")
    }
  }

  // MARK: Repairing

  private func needsRepair(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    if let base = line.baseAddress, memchr(base, 0, line.count) != nil { return true }
    return policy.invalidUTF8 != .keep && firstInvalidByte(line) != nil
  }

  /// Fills `repaired` with the line as the policy wants it, or refuses it.
  private func repair(_ line: UnsafeBufferPointer<UInt8>) throws {
    repaired.removeAll(keepingCapacity: true)
    var hasNUL = false
    var hasInvalid = false
    var index = 0
    while index < line.count {
      if line[index] == 0 {
        guard policy.nul == .repair else { throw refusal(of: "a NUL byte", index) }
        hasNUL = true
        appendUTF8(of: replacementScalar, to: &repaired)
        index += 1
        continue
      }
      if policy.invalidUTF8 == .keep {
        repaired.append(line[index])
        index += 1
        continue
      }
      let (scalar, length) = decodeScalar(line, at: index)
      if scalar == nil {
        guard policy.invalidUTF8 == .repair else {
          let hex = line[index..<index + length].map {
            "0x" + ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true)
          }.joined(separator: " ")
          throw refusal(of: "invalid UTF-8 (\(hex))", index)
        }
        hasInvalid = true
        appendUTF8(of: replacementScalar, to: &repaired)
      } else {
        repaired.append(contentsOf: line[index..<index + length])
      }
      index += length
    }
    if hasNUL { statistics.nulLines += 1 }
    if hasInvalid { statistics.repairedLines += 1 }
  }

  private func refusal(of what: String, _ index: Int) -> Failure {
    Failure(
      .badData,
      "\(name), line \(statistics.lines), byte \(index + 1): \(what) is refused; "
        + "repair the file, or let it be replaced by U+FFFD")
  }
}
