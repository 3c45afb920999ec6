// Which windows of a token string are n-grams, and their packed keys.

/// The windows of order n over token strings of length L.
///
/// A window covers n neighbouring positions of one string; there are L − n + 1 of them a string.
/// Windows that contain the token `excluded`, where one is given, are left out.
struct NGramWindow: Sendable {
  /// Keys that are sorted at once: 2²² (two buffers of 32 MiB for 64-bit keys).
  ///
  /// Chosen here by
  /// measurement: larger chunks leave the caches, smaller ones cost more merging.
  static let keysPerChunk = 1 << 22

  let order: Int
  let length: Int
  /// Base of packed keys; every token that is not excluded is below it.
  let base: Int
  let excluded: UInt16?

  var windowsPerRow: Int { Swift.max(0, length - order + 1) }

  /// Writes the packed keys of `rows` one after the other and returns how many there were.
  func packKeys<Key: FixedWidthInteger & UnsignedInteger>(
    of tokens: UnsafeBufferPointer<UInt16>, rows: Range<Int>, into keys: UnsafeMutablePointer<Key>
  ) -> Int {
    if excluded != nil { return packKeysExcluding(of: tokens, rows: rows, into: keys) }
    let base = Key(self.base)
    // base^(n − 1), the weight of the symbol that leaves the window.
    let leaving = (1..<order).reduce(Key(1)) { power, _ in power &* base }
    var count = 0
    for row in rows {
      let start = row * length
      var key: Key = 0
      for position in 0..<order { key = key &* base &+ Key(tokens[start + position]) }
      keys[count] = key
      count += 1
      for position in order..<length {
        let first = Key(tokens[start + position - order])
        key = (key &- first &* leaving) &* base &+ Key(tokens[start + position])
        keys[count] = key
        count += 1
      }
    }
    return count
  }

  private func packKeysExcluding<Key: FixedWidthInteger & UnsignedInteger>(
    of tokens: UnsafeBufferPointer<UInt16>, rows: Range<Int>, into keys: UnsafeMutablePointer<Key>
  ) -> Int {
    let base = Key(self.base)
    let leaving = (1..<order).reduce(Key(1)) { power, _ in power &* base }
    var count = 0
    for row in rows {
      let start = row * length
      var key: Key = 0
      var run = 0
      for position in 0..<length {
        let token = tokens[start + position]
        if token == excluded {
          key = 0
          run = 0
          continue
        }
        if run >= order { key = key &- Key(tokens[start + position - order]) &* leaving }
        key = key &* base &+ Key(token)
        run += 1
        if run >= order {
          keys[count] = key
          count += 1
        }
      }
    }
    return count
  }

  /// Calls `body` with the offset into `tokens` at which each window starts.
  func forEachWindow(
    of tokens: UnsafeBufferPointer<UInt16>, rows: Range<Int>, _ body: (Int) -> Void
  ) {
    for row in rows {
      let start = row * length
      var run = 0
      for position in 0..<length {
        run = tokens[start + position] == excluded ? 0 : run + 1
        if run >= order { body(start + position - order + 1) }
      }
    }
  }
}
