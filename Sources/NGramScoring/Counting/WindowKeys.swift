// The keys of one string's windows, rolled from one to the next.

/// Makes the keys of all windows of a string.
struct WindowKeys<Key: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
  let layout: WindowLayout
  private let base: Key
  /// The weight of a window's first digit.
  private let leading: Key
  /// What the digit that leaves a window weighs, modulo 2^bits, once the others have moved up.
  private let leaving: Key
  private let beginDigit: Key

  /// - Precondition: the layout's keys fit `Key`.
  init(_ layout: WindowLayout) {
    precondition(
      layout.largestKey(Key.self) != nil,
      "WindowKeys: base \(layout.base), order \(layout.order) in \(Key.bitWidth) bits")
    self.layout = layout
    base = Key(layout.base)
    leading = layout.weight(layout.order - 1, Key.self)
    leaving = leading &* base
    beginDigit = Key(layout.beginDigit)
  }

  /// Writes the keys of `string`'s windows and returns how many there are.
  ///
  /// - Parameters:
  ///   - string: L tokens below V.
  ///   - keys: room for `layout.mostWindows`.
  @inline(__always)
  func write(_ string: UnsafePointer<UInt16>, into keys: UnsafeMutablePointer<Key>) -> Int {
    guard layout.excludesPadding else {
      return writeRun(string, layout.length, begins: layout.holdsBeginnings, into: keys)
    }
    // Stretches between paddings are strings of their own.
    var count = 0
    var start = 0
    while start < layout.length {
      if string[start] == 0 {
        start += 1
        continue
      }
      var end = start + 1
      while end < layout.length && string[end] != 0 { end += 1 }
      count += writeRun(string + start, end - start, begins: false, into: keys + count)
      start = end
    }
    return count
  }

  /// The windows of `length` tokens, cut short at their end.
  @inline(__always)
  private func writeRun(
    _ tokens: UnsafePointer<UInt16>, _ length: Int, begins: Bool,
    into keys: UnsafeMutablePointer<Key>
  ) -> Int {
    let order = layout.order
    let windows = length - layout.shortest + 1 + (begins ? 1 : 0)
    guard windows > 0 else { return 0 }
    var key: Key = begins ? beginDigit : 0
    var entering = 0
    for _ in (begins ? 1 : 0)..<order {
      key = key &* base
      if entering < length { key = key &+ Key(truncatingIfNeeded: tokens[entering]) &+ 1 }
      entering += 1
    }
    keys[0] = key
    var count = 1
    var left = 0
    if begins, windows > 1 {
      key = (key &- beginDigit &* leading) &* base
      if entering < length { key = key &+ Key(truncatingIfNeeded: tokens[entering]) &+ 1 }
      entering += 1
      keys[1] = key
      count = 2
    }
    // What does not wait for the key before is put together first: only one product does.
    let (base, leaving) = (base, leaving)
    let whole = Swift.min(windows, count &+ Swift.max(length &- entering, 0))
    while count < whole {
      let out = Key(truncatingIfNeeded: tokens[left]) &+ 1
      let change = Key(truncatingIfNeeded: tokens[entering]) &+ 1 &- out &* leaving
      key = key &* base &+ change
      keys[count] = key
      left &+= 1
      entering &+= 1
      count &+= 1
    }
    while count < windows {
      let out = Key(truncatingIfNeeded: tokens[left]) &+ 1
      key = key &* base &- out &* leaving
      keys[count] = key
      left &+= 1
      count &+= 1
    }
    return count
  }
}
