// Whole strings: which differ, and which occur in another set.

/// An open-addressing table of the different strings of one set.
///
/// Strings are compared token by token, so the answers are exact; the hash only finds places.
/// Results do not depend on the hash.
struct StringIndex {
  private let length: Int
  private let mask: Int
  /// Row of the first occurrence of the string at each place, −1 where free.
  private var rows: [Int]
  /// How often that string occurs.
  private var repeats: [Int]
  /// Number of different strings.
  private(set) var distinct = 0

  init(of tokens: UnsafeBufferPointer<UInt16>, length: Int) {
    let count = tokens.count / length
    var places = 16
    while places < 2 * count { places *= 2 }
    self.length = length
    mask = places - 1
    rows = Array(repeating: -1, count: places)
    repeats = Array(repeating: 0, count: places)
    for row in 0..<count {
      let place = self.place(of: tokens, at: row * length, among: tokens)
      if rows[place] < 0 {
        rows[place] = row
        distinct += 1
      }
      repeats[place] += 1
    }
  }

  /// How many of the indexed strings, repeats included, occur in `others`.
  func stringsFound(
    in others: UnsafeBufferPointer<UInt16>, sampleTokens: UnsafeBufferPointer<UInt16>
  ) -> Int {
    var unseen = repeats
    var found = 0
    for start in stride(from: 0, to: others.count, by: length) {
      let place = self.place(of: others, at: start, among: sampleTokens)
      found += unseen[place]
      unseen[place] = 0
    }
    return found
  }

  /// The place of the string that starts at `start`, or the free place where it would go.
  private func place(
    of tokens: UnsafeBufferPointer<UInt16>, at start: Int,
    among indexed: UnsafeBufferPointer<UInt16>
  ) -> Int {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
    for offset in 0..<length {
      hash = (hash ^ UInt64(tokens[start + offset])) &* 0xD6E8_FEB8_6659_FD93
      hash ^= hash >> 32
    }
    var place = Int(truncatingIfNeeded: hash) & mask
    while rows[place] >= 0 {
      let other = rows[place] * length
      if (0..<length).allSatisfy({ tokens[start + $0] == indexed[other + $0] }) { return place }
      place = (place + 1) & mask
    }
    return place
  }
}
