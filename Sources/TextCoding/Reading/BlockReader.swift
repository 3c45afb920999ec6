import Files

/// Deals out a source in blocks of whole lines.
struct BlockReader {
  let name: String
  let policy: LinePolicy
  /// Bytes read so far.
  private(set) var bytesRead = 0
  /// What ended the reading before the end of the source.
  private(set) var failure: (any Error)?

  private let source: any ByteSource
  private var isAtBeginning = true
  private var isAtEnd = false
  /// The beginning of a line whose end was not yet read.
  private var rest: [UInt8] = []

  init(_ source: any ByteSource, name: String?, policy: LinePolicy) {
    self.source = source
    self.name = name ?? source.name
    self.policy = policy
  }

  /// Fills a block with whole lines, of `least` bytes or more before the end of the source.
  ///
  /// A line without an end that is longer than the policy's maximum comes as it is, for the
  /// ``LineScanner`` to refuse.
  ///
  /// - Parameter portion: how many bytes to ask the source for.
  /// - Returns: whether there is a line; where not, the source is at its end or ``failure`` says why.
  mutating func fill(_ block: LineBlock, least: Int, portion: Int) -> Bool {
    block.set(rest)
    rest.removeAll(keepingCapacity: true)
    guard failure == nil else { return false }
    // What the rest holds was searched before but for a carriage return at its end.
    var searched = max(0, block.count - 1)
    while !isAtEnd {
      if isAtBeginning, block.count >= 3, !dropByteOrderMark(block) { return false }
      if !isAtBeginning, block.count >= least {
        if let end = block.endOfLastLine(from: searched) {
          rest = block.cut(at: end)
          return true
        }
        searched = max(0, block.count - 1)
        if block.count - 1 > policy.maximumLineBytes { return true }
      }
      do {
        let count = try block.append(room: portion) { try source.read(into: $0) }
        bytesRead += count
        isAtEnd = count == 0
      } catch {
        failure = error
        guard !isAtBeginning, let end = block.endOfLastLine(from: searched) else { return false }
        _ = block.cut(at: end)
        return true
      }
    }
    if isAtBeginning, !dropByteOrderMark(block) { return false }
    return block.count > 0
  }

  /// Drops a UTF-8 byte-order mark; text in UTF-16 is refused with the remedy.
  private mutating func dropByteOrderMark(_ block: LineBlock) -> Bool {
    isAtBeginning = false
    let bytes = block.bytes
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { block.start = 3 }
    guard policy.invalidUTF8 != .keep, bytes.count >= 2 else { return true }
    if (bytes[0] == 0xFF && bytes[1] == 0xFE) || (bytes[0] == 0xFE && bytes[1] == 0xFF) {
      failure = Failure(
        .badData,
        "\(name) is UTF-16 text; convert it first: iconv -f UTF-16 -t UTF-8 FILE")
      return false
    }
    return true
  }
}
