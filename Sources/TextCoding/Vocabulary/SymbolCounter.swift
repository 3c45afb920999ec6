import Files

/// Counts the symbols of one line after the other without allocating; one counter serves one thread.
public struct SymbolCounter {
  /// How many symbols of each line are counted.
  public let symbolsPerLine: Int
  private var symbols: SymbolCounts
  private var scanner: SymbolScanner
  /// How often each printable ASCII character was counted apart from `symbols`, by its byte: at even
  /// and at odd places, so that a character does not wait for the same one before it.
  private var plainCounts = [Int](repeating: 0, count: 2 * 256)

  /// A counter of the first `symbolsPerLine` ≥ 1 symbols of lines, of all by default.
  public init(
    unit: SymbolUnit = .scalar, normalisation: TextNormalisation = .standard,
    symbolsPerLine: Int = .max
  ) {
    precondition(symbolsPerLine >= 1, "SymbolCounter: \(symbolsPerLine) symbols per line")
    self.symbolsPerLine = symbolsPerLine
    symbols = SymbolCounts(unit: unit, normalisation: normalisation)
    scanner = SymbolScanner(unit: unit, normalisation: normalisation)
  }

  /// What was counted so far.
  public var counts: SymbolCounts {
    var counts = symbols
    for byte in 0x20..<0x7F {
      counts.add(
        scanner.code(ofPlain: UInt8(byte)), times: plainCounts[byte] + plainCounts[256 + byte])
    }
    return counts
  }

  /// Counts the first symbols of a line.
  ///
  /// - Parameters:
  ///   - line: the line's bytes, without its line feed; invalid UTF-8 is unknown, except in bytes.
  ///   - place: what an error calls the line, such as `news.txt, line 3`.
  /// - Throws: `Failure` of kind `badData` where the normalisation refuses a control character.
  public mutating func add(
    _ line: UnsafeBufferPointer<UInt8>, place: @autoclosure () -> String = "text"
  ) throws {
    let looked = symbolsPerLine < line.count ? symbolsPerLine + 1 : line.count
    do throws(ControlCharacter) {
      try add(line, plain: endOfPrintableASCII(line, from: 0, to: looked))
    } catch {
      throw error.failure(in: place())
    }
  }

  /// Counts the first symbols of all lines of a scanner; returns the number of lines.
  mutating func add(_ lines: inout LineScanner) throws -> Int {
    var count = 0
    while let line = try lines.next() {
      do throws(ControlCharacter) {
        try lines.withBytes(of: line) { bytes throws(ControlCharacter) in
          try add(bytes, plain: line.plain)
        }
      } catch {
        throw error.failure(in: lines.place)
      }
      count += 1
    }
    return count
  }

  /// Counts the first symbols of a line of which the first `plain` bytes are known to be printable
  /// ASCII; see ``TextEncoder``.
  @inline(__always)
  mutating func add(
    _ line: UnsafeBufferPointer<UInt8>, plain: Int
  ) throws(ControlCharacter) {
    guard plain == line.count || plain > symbolsPerLine else { return try addSymbols(line) }
    plainCounts.withUnsafeMutableBufferPointer { counts in
      for index in 0..<min(line.count, symbolsPerLine) {
        counts[(index & 1) &<< 8 | Int(line[index])] &+= 1
      }
    }
  }

  private mutating func addSymbols(
    _ line: UnsafeBufferPointer<UInt8>
  ) throws(ControlCharacter) {
    try scanner.scan(line, limit: symbolsPerLine)
    scanner.withCodes(limit: symbolsPerLine, cluster: { symbols.code($0) }) { symbols.add($0) }
  }
}
