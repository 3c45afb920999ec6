// Counts under packed base-V keys of 64 or 128 bits.

/// Distinct packed n-gram keys in ascending order, with their counts.
struct CountedKeys<Key: FixedWidthInteger & UnsignedInteger & Sendable>: SortedCounts {
  private(set) var keys: [Key]
  private(set) var counts: [Int]

  /// - Precondition: as many counts as keys; keys strictly ascending.
  init(keys: [Key] = [], counts: [Int] = []) {
    precondition(
      keys.count == counts.count, "CountedKeys: \(keys.count) keys, \(counts.count) counts")
    self.keys = keys
    self.counts = counts
  }

  @inline(__always)
  func compareKey(at index: Int, to other: Self, at otherIndex: Int) -> Int {
    let left = keys[index]
    let right = other.keys[otherIndex]
    return (left > right ? 1 : 0) - (left < right ? 1 : 0)
  }

  func emptyCopy(capacity: Int) -> Self {
    var copy = Self()
    copy.keys.reserveCapacity(capacity)
    copy.counts.reserveCapacity(capacity)
    return copy
  }

  @inline(__always)
  mutating func append(keyAt index: Int, of other: Self, count: Int) {
    keys.append(other.keys[index])
    counts.append(count)
  }

  /// Removes the last key if it is `key`.
  mutating func removeLast(ifKeyIs key: Key) {
    guard keys.last == key else { return }
    keys.removeLast()
    counts.removeLast()
  }
}

extension CountedKeys {
  /// Counts the windows of `rows`, sorting a bounded chunk of keys at a time.
  ///
  /// Memory: two chunks of keys besides the distinct keys found so far.
  ///
  /// - Precondition: every token is below `window.base`, and base^order fits `Key`.
  static func counting(
    _ tokens: UnsafeBufferPointer<UInt16>, rows: Range<Int>, window: NGramWindow
  ) -> Self {
    guard
      let largest = NGramKeyLayout.largestKey(Key.self, order: window.order, base: window.base)
    else {
      preconditionFailure(
        "CountedKeys: \(window.base)^\(window.order) does not fit \(Key.bitWidth) bits")
    }
    let perRow = window.windowsPerRow
    guard perRow > 0, !rows.isEmpty else { return Self() }
    let chunkRows = Swift.max(1, Swift.min(rows.count, NGramWindow.keysPerChunk / perRow))
    let keys = UnsafeMutablePointer<Key>.allocate(capacity: chunkRows * perRow)
    let scratch = UnsafeMutablePointer<Key>.allocate(capacity: chunkRows * perRow)
    defer {
      keys.deallocate()
      scratch.deallocate()
    }
    var merger = RunMerger<Self>()
    var start = rows.lowerBound
    while start < rows.upperBound {
      let end = Swift.min(start + chunkRows, rows.upperBound)
      let count = window.packKeys(of: tokens, rows: start..<end, into: keys)
      let sorted = RadixSort.sort(keys, scratch: scratch, count: count, largest: largest)
      merger.add(Self(runLengthsOf: sorted, count: count))
      start = end
    }
    return merger.finish() ?? Self()
  }

  /// Distinct keys and run lengths of `count` sorted keys.
  private init(runLengthsOf sorted: UnsafeMutablePointer<Key>, count: Int) {
    self.init()
    guard count > 0 else { return }
    var distinct = 1
    for index in 1..<count { distinct &+= sorted[index] == sorted[index - 1] ? 0 : 1 }
    counts.reserveCapacity(distinct)
    keys = [Key](unsafeUninitializedCapacity: distinct) { buffer, initialized in
      var runStart = 0
      var place = 0
      while runStart < count {
        let key = sorted[runStart]
        var runEnd = runStart + 1
        while runEnd < count && sorted[runEnd] == key { runEnd += 1 }
        buffer.initializeElement(at: place, to: key)
        counts.append(runEnd - runStart)
        place += 1
        runStart = runEnd
      }
      initialized = place
    }
  }
}
