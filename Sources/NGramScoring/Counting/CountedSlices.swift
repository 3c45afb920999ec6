// Counts under the n-grams themselves: the general path, for any order and vocabulary.

/// Distinct n-grams in lexicographic order as one flat list of tokens, with their counts.
struct CountedSlices: SortedCounts {
  let order: Int
  /// `[distinct, order]`, row-major.
  private(set) var tokens: [UInt16] = []
  private(set) var counts: [Int] = []

  init(order: Int) { self.order = order }

  func compareKey(at index: Int, to other: Self, at otherIndex: Int) -> Int {
    let start = index * order
    let otherStart = otherIndex * order
    for offset in 0..<order {
      let left = tokens[start + offset]
      let right = other.tokens[otherStart + offset]
      if left != right { return left < right ? -1 : 1 }
    }
    return 0
  }

  func emptyCopy(capacity: Int) -> Self {
    var copy = Self(order: order)
    copy.tokens.reserveCapacity(capacity * order)
    copy.counts.reserveCapacity(capacity)
    return copy
  }

  mutating func append(keyAt index: Int, of other: Self, count: Int) {
    tokens.append(contentsOf: other.tokens[index * order..<(index + 1) * order])
    counts.append(count)
  }
}

extension CountedSlices {
  /// Counts the windows of `rows` by sorting where they start, a bounded chunk at a time.
  static func counting(
    _ tokens: UnsafeBufferPointer<UInt16>, rows: Range<Int>, window: NGramWindow
  ) -> Self {
    let perRow = window.windowsPerRow
    guard perRow > 0, !rows.isEmpty else { return Self(order: window.order) }
    let chunkRows = Swift.max(1, NGramWindow.keysPerChunk / perRow)
    var merger = RunMerger<Self>()
    var start = rows.lowerBound
    while start < rows.upperBound {
      let end = Swift.min(start + chunkRows, rows.upperBound)
      var starts: [Int] = []
      starts.reserveCapacity((end - start) * perRow)
      window.forEachWindow(of: tokens, rows: start..<end) { starts.append($0) }
      merger.add(Self(countingWindowsAt: starts, of: tokens, order: window.order))
      start = end
    }
    return merger.finish() ?? Self(order: window.order)
  }

  private init(
    countingWindowsAt starts: [Int], of tokens: UnsafeBufferPointer<UInt16>, order: Int
  ) {
    self.init(order: order)
    let sorted = starts.sorted { left, right in
      for offset in 0..<order where tokens[left + offset] != tokens[right + offset] {
        return tokens[left + offset] < tokens[right + offset]
      }
      return false
    }
    for (place, start) in sorted.enumerated() {
      let repeats =
        place > 0
        && (0..<order).allSatisfy { tokens[sorted[place - 1] + $0] == tokens[start + $0] }
      if repeats {
        counts[counts.count - 1] += 1
      } else {
        self.tokens.append(contentsOf: tokens[start..<start + order])
        counts.append(1)
      }
    }
  }
}
