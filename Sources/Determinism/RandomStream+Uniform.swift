extension RandomStream {
  /// A uniform number in [0, 1), a multiple of 2⁻²⁴.
  ///
  /// It is ``uniformDouble(sample:step:)`` of the same arguments, rounded down.
  public func uniform(sample: UInt64, step: UInt32) -> Float {
    Float(uniformWord(sample: sample, step: step) >> 40) * 0x1p-24
  }

  /// A uniform number in [0, 1), a multiple of 2⁻⁵³.
  public func uniformDouble(sample: UInt64, step: UInt32) -> Double {
    Double(uniformWord(sample: sample, step: step) >> 11) * 0x1p-53
  }

  /// A uniform index in `0..<bound`, unbiased.
  ///
  /// Multiplies a 64-bit word by the bound and takes the high half, drawing again in the rare case
  /// that would favour some indices (Lemire, "Fast random integer generation in an interval", 2019).
  ///
  /// - Precondition: `bound ≥ 1`.
  public func index(below bound: Int, sample: UInt64, step: UInt32) -> Int {
    index(below: bound, sample: sample, step: step, firstBlock: FirstBlock.index)
  }

  func index(below bound: Int, sample: UInt64, step: UInt32, firstBlock: UInt32) -> Int {
    precondition(bound >= 1, "RandomStream.index: bound \(bound) is below 1")
    let bound = UInt64(bound)
    var block = firstBlock
    while true {
      let words = words(sample: sample, step: step, block: block)
      for half in 0..<2 {
        let word = Self.word(words[2 * half], words[2 * half + 1])
        let product = word.multipliedFullWidth(by: bound)
        // The remainder is below the bound, so the division is rarely needed.
        if product.low >= bound || product.low >= (0 &- bound) % bound { return Int(product.high) }
      }
      block &+= 1
    }
  }

  private func uniformWord(sample: UInt64, step: UInt32) -> UInt64 {
    let words = words(sample: sample, step: step, block: FirstBlock.uniform)
    return Self.word(words[0], words[1])
  }

  private static func word(_ high: UInt32, _ low: UInt32) -> UInt64 {
    UInt64(high) << 32 | UInt64(low)
  }
}
