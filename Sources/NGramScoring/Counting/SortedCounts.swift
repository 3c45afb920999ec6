// What every key layout can do: list keys in order with their counts, and compare two lists.

/// Distinct keys in strictly ascending order, each with a positive count.
protocol SortedCounts: Sendable, Equatable {
  /// The count of each key, in key order; all positive.
  var counts: [Int] { get }
  /// A negative number, zero or a positive number as key `index` is below, equal to or above key
  /// `otherIndex` of `other`.
  func compareKey(at index: Int, to other: Self, at otherIndex: Int) -> Int
  /// An empty list of keys of the same kind.
  func emptyCopy(capacity: Int) -> Self
  /// Appends key `index` of `other`, which must be above the last key, with a positive count.
  mutating func append(keyAt index: Int, of other: Self, count: Int)
}

extension SortedCounts {
  /// For each key of `self`, in order, its count in `other`; 0 where `other` lacks it.
  ///
  /// Walks both lists once, leaping ahead in `other` by doubling steps, so that few keys against
  /// many cost O(m log(n/m)) and equal sizes O(m + n).
  func counts(in other: Self) -> [Int] {
    let size = counts.count
    let otherSize = other.counts.count
    var result = [Int](repeating: 0, count: size)
    var place = 0
    for index in 0..<size {
      place = other.firstIndex(notBelow: index, of: self, from: place)
      if place == otherSize { break }
      if compareKey(at: index, to: other, at: place) == 0 {
        result[index] = other.counts[place]
        place += 1
      }
    }
    return result
  }

  /// The first place at or after `start` whose key is not below key `index` of `other`.
  @inline(__always)
  func firstIndex(notBelow index: Int, of other: Self, from start: Int) -> Int {
    let size = counts.count
    var step = 1
    var low = start
    var high = start
    while high < size, compareKey(at: high, to: other, at: index) < 0 {
      low = high + 1
      high += step
      step *= 2
    }
    high = Swift.min(high, size)
    while low < high {
      let middle = (low + high) / 2
      if compareKey(at: middle, to: other, at: index) < 0 {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  /// The counts of both lists added.
  func merged(with other: Self) -> Self {
    let size = counts.count
    let otherSize = other.counts.count
    if size == 0 { return other }
    if otherSize == 0 { return self }
    var result = emptyCopy(capacity: size + otherSize)
    var index = 0
    var otherIndex = 0
    while index < size && otherIndex < otherSize {
      let comparison = compareKey(at: index, to: other, at: otherIndex)
      if comparison < 0 {
        result.append(keyAt: index, of: self, count: counts[index])
        index += 1
      } else if comparison > 0 {
        result.append(keyAt: otherIndex, of: other, count: other.counts[otherIndex])
        otherIndex += 1
      } else {
        result.append(
          keyAt: index, of: self, count: counts[index] + other.counts[otherIndex])
        index += 1
        otherIndex += 1
      }
    }
    while index < size {
      result.append(keyAt: index, of: self, count: counts[index])
      index += 1
    }
    while otherIndex < otherSize {
      result.append(keyAt: otherIndex, of: other, count: other.counts[otherIndex])
      otherIndex += 1
    }
    return result
  }

  /// The counts of `other` taken away; keys whose count becomes 0 go.
  ///
  /// Nil where `other` holds more of some key than `self`.
  func subtracting(_ other: Self) -> Self? {
    let taken = counts(in: other)
    guard taken.reduce(0, +) == other.counts.reduce(0, +) else { return nil }
    var result = emptyCopy(capacity: counts.count)
    for index in taken.indices {
      let left = counts[index] - taken[index]
      if left < 0 { return nil }
      if left > 0 { result.append(keyAt: index, of: self, count: left) }
    }
    return result
  }
}

/// Merges runs as they arrive, always the two most recent of equal weight, so that each count is
/// moved O(log runs) times and the order of merging is fixed by the order of arrival.
struct RunMerger<Counts: SortedCounts> {
  private var runs: [(counts: Counts, weight: Int)] = []

  mutating func add(_ run: Counts) {
    var merged = (counts: run, weight: 1)
    while let last = runs.last, last.weight <= merged.weight {
      runs.removeLast()
      merged = (last.counts.merged(with: merged.counts), last.weight + merged.weight)
    }
    runs.append(merged)
  }

  /// All runs merged into one; nil where none came.
  mutating func finish() -> Counts? {
    guard var result = runs.popLast()?.counts else { return nil }
    while let next = runs.popLast() { result = next.counts.merged(with: result) }
    return result
  }
}
