import Files

/// Finds the lines of blocks one after the other; repairs or refuses what is unclean in them.
///
/// Text is looked at once: the printable ASCII at the front of a line, then valid UTF-8 up to the
/// line's end. Only a line that holds something else is looked at again.
struct LineScanner {
  /// A line, valid until the scanner moves on; see ``withBytes(of:_:)``.
  struct Line {
    fileprivate let bytes: UnsafeBufferPointer<UInt8>
    fileprivate let isRepaired: Bool
    /// How many bytes at the front are known to be printable ASCII.
    let plain: Int
  }

  let name: String
  let policy: LinePolicy
  /// What was met, bytes aside.
  var statistics = LineStatistics()
  /// How many lines stand before those that ``statistics`` counts.
  var linesBefore = 0
  /// The number of the latest line, from 1.
  var lineNumber: Int { linesBefore + statistics.lines }
  /// What messages call the latest line.
  var place: String { "\(name), line \(lineNumber)" }

  private var block = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
  private var position = 0
  private var repaired: [UInt8] = []

  init(name: String, policy: LinePolicy) {
    self.name = name
    self.policy = policy
  }

  /// Goes on to a block of whole lines, which must stay as it is meanwhile.
  mutating func begin(_ block: LineBlock) {
    self.block = block.bytes
    position = 0
  }

  /// The next line; nil at the end of the block.
  ///
  /// - Throws: `Failure` of kind `badData` for a line that is refused or too long.
  mutating func next() throws -> Line? {
    while position < block.count {
      let start = position
      let plainEnd = endOfPrintableASCII(block, from: start, to: block.count)
      var end = plainEnd
      if !isLineEnd(at: end) { end = endOfCleanText(from: end) }
      let isClean = isLineEnd(at: end)
      while !isLineEnd(at: end) { end += 1 }
      guard end - start <= policy.maximumLineBytes else { throw overlong }
      position = end + 1
      if position < block.count, block[end] == 0x0D, block[position] == 0x0A { position += 1 }
      statistics.lines += 1
      if end == start {
        statistics.emptyLines += 1
        if policy.skipsEmptyLines { continue }
      }
      let line = UnsafeBufferPointer(rebasing: block[start..<end])
      if !isClean { try repair(line) }
      return Line(bytes: line, isRepaired: !isClean, plain: plainEnd - start)
    }
    return nil
  }

  /// Gives `body` the bytes of the latest line.
  @inline(__always)
  func withBytes<R, E: Error>(
    of line: Line, _ body: (UnsafeBufferPointer<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    line.isRepaired ? try repaired.withUnsafeBufferPointer(body) : try body(line.bytes)
  }

  /// Whether a line ends before the byte at `index`, or the block does.
  @inline(__always)
  private func isLineEnd(at index: Int) -> Bool {
    index == block.count || block[index] == 0x0A || block[index] == 0x0D
  }

  /// The first byte from `start` on that ends a line or needs repair.
  private func endOfCleanText(from start: Int) -> Int {
    guard policy.invalidUTF8 == .keep else { return endOfValidText(block, from: start) }
    var index = start
    while !isLineEnd(at: index), block[index] != 0 { index += 1 }
    return index
  }

  private var overlong: Failure {
    Failure(
      .badData,
      "\(name), line \(lineNumber + 1): longer than \(policy.maximumLineBytes) bytes, the "
        + "most accepted; is this a text file? If so, raise the limit or break its lines")
  }

  /// Fills `repaired` with the line as the policy wants it, or refuses it.
  private mutating func repair(_ line: UnsafeBufferPointer<UInt8>) throws {
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
      "\(place), byte \(index + 1): \(what) is refused; "
        + "repair the file, or let it be replaced by U+FFFD")
  }
}
