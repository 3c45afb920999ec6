extension RandomStream {
  /// The items in random order; each order is equally likely.
  ///
  /// - Parameters:
  ///   - items: what to shuffle.
  ///   - step: which of the stream's permutations, for example the epoch.
  /// - Complexity: O(*n*).
  public func shuffled<Item>(_ items: [Item], step: UInt32 = 0) -> [Item] {
    var items = items
    for position in 0..<max(items.count - 1, 0) {
      items.swapAt(position, partner(of: position, below: items.count, step: step))
    }
    return items
  }

  /// `count` different indices in `0..<bound`, in random order; each choice is equally likely.
  ///
  /// Fewer indices are the front of more: they are the first items of `shuffled(0..<bound)`.
  ///
  /// - Precondition: `0 ≤ count ≤ bound`.
  /// - Complexity: O(`count`) time and memory, if hashing is good.
  public func distinctIndices(count: Int, below bound: Int, step: UInt32 = 0) -> [Int] {
    precondition(
      count >= 0 && count <= bound,
      "RandomStream.distinctIndices: \(count) different indices below \(bound)")
    var moved: [Int: Int] = [:]
    return (0..<count).map { position in
      let here = moved.removeValue(forKey: position) ?? position
      let other = partner(of: position, below: bound, step: step)
      guard other != position else { return here }
      return moved.updateValue(here, forKey: other) ?? other
    }
  }

  /// The position that changes places with `position` in the shuffle (Fisher and Yates, forward).
  private func partner(of position: Int, below bound: Int, step: UInt32) -> Int {
    position
      + index(
        below: bound - position, sample: UInt64(position), step: step,
        firstBlock: FirstBlock.permutation)
  }
}
