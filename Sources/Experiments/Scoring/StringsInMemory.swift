import TextCoding

/// Token strings as they come, kept as long as they fit.
struct StringsInMemory {
  private let mostTokens: Int
  private let length: Int
  private var tokens: [UInt16] = []
  private var isWhole: Bool

  init(mostBytes: Int, length: Int) {
    mostTokens = mostBytes / MemoryLayout<UInt16>.size
    self.length = length
    isWhole = mostBytes > 0
  }

  mutating func append(_ more: UnsafeBufferPointer<UInt16>) {
    guard isWhole else { return }
    if tokens.count + more.count > mostTokens {
      isWhole = false
      tokens = []
    } else {
      // Growing would hold the tokens twice; what is reserved and not used takes no memory.
      if tokens.isEmpty { tokens.reserveCapacity(mostTokens) }
      tokens.append(contentsOf: more)
    }
  }

  /// All strings; nil where they were too many or nobody wants them.
  var strings: TokenStrings? {
    isWhole ? TokenStrings(tokens: tokens, length: length) : nil
  }
}
