// Two sets of counts, read side by side.

/// One pass over the n-grams of one order that samples or reference hold.
///
/// Every comparison of two sets of counts is such a pass: what differs is what is done with the two
/// counts of each n-gram. Constant memory; O(windows of both sides).
struct NGramWalk {
  let samples: NGramCounts
  let reference: NGramCounts
  let order: Int

  /// - Precondition: both count strings of one length over one vocabulary by one padding rule, at
  ///   this order among others.
  init(_ samples: NGramCounts, _ reference: NGramCounts, order: Int) {
    let left = samples.layout
    let right = reference.layout
    precondition(
      left.vocabularySize == right.vocabularySize && left.length == right.length
        && left.excludesPadding == right.excludesPadding,
      "NGramWalk: V \(left.vocabularySize), L \(left.length), padding excluded "
        + "\(left.excludesPadding) against V \(right.vocabularySize), L \(right.length), "
        + "\(right.excludesPadding)")
    samples.requireOrder(order)
    reference.requireOrder(order)
    self.samples = samples
    self.reference = reference
    self.order = order
  }

  /// Calls `body` once for each n-gram that either side holds, in ascending order, with its counts in
  /// every part; the side that lacks it counts nothing.
  ///
  /// - Throws: ``Files/Failure`` where a file of counts is damaged or cannot be read.
  @inline(__always)
  func forEach(_ body: (_ samples: PartedCount, _ reference: PartedCount) -> Void) throws {
    try forEach(PartedCount.self, body)
  }

  /// As ``forEach(_:)``, with nothing but the two counts of each n-gram.
  @inline(__always)
  func forEachTotal(_ body: (_ samples: Int, _ reference: Int) -> Void) throws {
    try forEach(TotalCount.self) { body($0.total, $1.total) }
  }

  @inline(__always)
  private func forEach<Counts: WindowCounts>(
    _: Counts.Type, _ body: (_ samples: Counts, _ reference: Counts) -> Void
  ) throws {
    // Keys of one order are the same number at every longest order; the wider of the two is used.
    if samples.layout.isWide || reference.layout.isWide {
      try forEach(UInt128.self, body)
    } else {
      try forEach(UInt64.self, body)
    }
  }

  @inline(__always)
  private func forEach<
    Key: FixedWidthInteger & UnsignedInteger & Sendable, Counts: WindowCounts
  >(
    _: Key.Type, _ body: (_ samples: Counts, _ reference: Counts) -> Void
  ) throws {
    var left = GramCursor<Key, Counts>(samples, order: order)
    var right = GramCursor<Key, Counts>(reference, order: order)
    let none = Counts()
    var hasLeft = try left.next()
    var hasRight = try right.next()
    while hasLeft && hasRight {
      if left.key < right.key {
        body(left.counts, none)
        hasLeft = try left.next()
      } else if right.key < left.key {
        body(none, right.counts)
        hasRight = try right.next()
      } else {
        body(left.counts, right.counts)
        hasLeft = try left.next()
        hasRight = try right.next()
      }
    }
    while hasLeft {
      body(left.counts, none)
      hasLeft = try left.next()
    }
    while hasRight {
      body(none, right.counts)
      hasRight = try right.next()
    }
  }
}
