// Which parts of a reference stand for real text.

/// Parts of a reference that are held out together.
struct HoldOut {
  /// Bit p is set for part p.
  let parts: UInt16
  /// The strings in them.
  let strings: Int

  /// Whether samples scatter noticeably more against what is left of `all` strings than against all:
  /// where more than a quarter is held out.
  ///
  /// Where half is held out the standard error against the whole is up to 11 % too small, where a
  /// quarter is it is not (Tools/experiments/coverage).
  func isMuch(of all: Int) -> Bool { 4 * strings > all }

  /// Disjoint groups of neighbouring parts with at least `count` strings each, about half of all at
  /// most (half of their last part more); nil where there is not even one.
  ///
  /// - Parameter sizes: the strings of each of the 16 parts.
  static func groups(_ most: Int, of count: Int, among sizes: [Int]) -> [HoldOut]? {
    let all = sizes.reduce(0, +)
    var groups: [HoldOut] = []
    var mask: UInt16 = 0
    var strings = 0
    for (part, size) in sizes.enumerated() where groups.count < most {
      mask |= 1 << UInt16(part)
      strings += size
      if strings >= count {
        if 2 * strings <= all + size { groups.append(HoldOut(parts: mask, strings: strings)) }
        mask = 0
        strings = 0
      }
    }
    return groups.isEmpty ? nil : groups
  }
}
