// Distinct n-grams of one order as sorted integers, with their counts.

/// Distinct n-gram keys in strictly ascending order, each with a positive count.
struct CountedKeys<Key: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable, Equatable {
  private(set) var keys: [Key]
  private(set) var counts: [Int]

  /// - Precondition: as many counts as keys; keys strictly ascending.
  init(keys: [Key] = [], counts: [Int] = []) {
    precondition(
      keys.count == counts.count, "CountedKeys: \(keys.count) keys, \(counts.count) counts")
    self.keys = keys
    self.counts = counts
  }

  /// Appends a key above the last one, with a positive count.
  mutating func append(_ key: Key, _ count: Int) {
    keys.append(key)
    counts.append(count)
  }

}

extension Array where Element: FixedWidthInteger {
  /// In an ascending array, the first place at or after `start` that is not below `value`.
  ///
  /// Leaps ahead by doubling steps, so that walking through one list by the keys of another costs
  /// O(m log(n/m)) for few keys against many and O(m + n) for equal sizes.
  func firstIndex(notBelow value: Element, from start: Int) -> Int {
    var step = 1
    var low = start
    var high = start
    while high < count, self[high] < value {
      low = high + 1
      high += step
      step *= 2
    }
    high = Swift.min(high, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
