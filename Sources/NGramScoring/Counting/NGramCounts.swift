// The counts of all n-grams of a range of orders in one set of strings, divided in sixteen parts.

import Files

/// Exact counts of the n-grams of one set of token strings, for every order from shortest to longest.
///
/// An n-gram is n neighbouring tokens of one token string; a string of L tokens has L − n + 1, and
/// n-grams never span two strings. Padding counts as any other token, as in the published metric,
/// unless it is excluded. What is stored are the windows of the longest order (``WindowLayout``),
/// sorted, with their counts in each of 16 parts of the strings, in memory or on the disk; every
/// order is read from them in one pass, in constant memory.
///
/// ```swift
/// let counts = try NGramCounts(strings, orders: 1...6, vocabularySize: vocabulary.count)
/// try counts.distinct(order: 4)         // number of different 4-grams
/// counts.totals(order: 4).allNGrams     // number of 4-grams
/// ```
public struct NGramCounts: Sendable {
  /// Orders, string length, vocabulary size and padding rule.
  public let layout: WindowLayout
  /// Number of token strings in each of the 16 parts.
  public let stringsOfParts: [Int]
  /// `[order − shortest][part]`: n-grams, repeats included.
  let ngramsOfParts: [[Int]]
  /// Sorted windows; together they are the counts.
  let runs: [WindowRun]
  /// The orders of which n-grams are listed, where only those that given samples hold are, as a
  /// ``SupportCounter`` counts them; nil where all n-grams of all orders are.
  ///
  /// Totals are those of the whole text; what is listed suffices for JS-n, recall, precision and the
  /// share seen of those samples. A smoothed divergence, a cosine or a character model means nothing.
  let listedOrders: [Int]?
  /// Whether counts are known part by part, as intervals and floors need them; else the parts mean
  /// nothing.
  public let hasParts: Bool

  init(
    layout: WindowLayout, stringsOfParts: [Int], ngramsOfParts: [[Int]], runs: [WindowRun],
    listedOrders: [Int]? = nil, hasParts: Bool = true
  ) {
    precondition(
      stringsOfParts.count == StringParts.count && ngramsOfParts.count == layout.orders.count,
      "NGramCounts: \(stringsOfParts.count) parts, \(ngramsOfParts.count) orders")
    self.layout = layout
    self.stringsOfParts = stringsOfParts
    self.ngramsOfParts = ngramsOfParts
    self.runs = runs
    self.listedOrders = listedOrders
    self.hasParts = hasParts
  }

  /// Whether only n-grams that given samples hold are listed.
  public var isRestricted: Bool { listedOrders != nil }

  /// Number of token strings that were counted.
  public var strings: Int { stringsOfParts.reduce(0, +) }

  /// Strings and n-grams of one order, part by part.
  ///
  /// - Precondition: `order` is one of `layout.orders`.
  public func totals(order: Int) -> PartedTotals {
    requireOrder(order)
    return PartedTotals(
      order: order, strings: stringsOfParts, ngrams: ngramsOfParts[order - layout.shortest])
  }

  /// A number that identifies the counts: the same for equal counts, in practice for no others.
  ///
  /// - Throws: ``Files/Failure`` where runs on the disk cannot be read.
  public func digest() throws -> UInt64 {
    layout.isWide ? try digest(UInt128.self) : try digest(UInt64.self)
  }

  private func digest<Key: FixedWidthInteger & UnsignedInteger & Sendable>(
    _: Key.Type
  ) throws -> UInt64 {
    guard let largest = layout.largestKey(Key.self) else {
      preconditionFailure("NGramCounts: keys exceed \(Key.bitWidth) bits")
    }
    var digest = WordDigest()
    if runs.count == 1, case .memory(let bytes) = runs[0].storage {
      bytes.withUnsafeBytes { digest.combine($0) }
      return digest.value
    }
    var windows = MergedWindows<Key>(runs, largest: largest)
    var writer = WindowRunWriter<Key>(.sink { digest.combine($0) })
    while try windows.next() { try writer.append(windows.key, windows.counts()) }
    _ = try writer.finish()
    return digest.value
  }

  /// Number of distinct windows, at most.
  var windows: Int { runs.reduce(0) { $0 + $1.windows } }

  /// Bytes that the counts take, in memory or on the disk.
  public var size: Int { runs.reduce(0) { $0 + $1.size } }

  /// The counts of the strings in some of the parts.
  ///
  /// - Parameter parts: bit p keeps part p.
  /// - Precondition: ``hasParts``.
  /// - Throws: ``Files/Failure`` where a file of counts is damaged or cannot be read.
  func limited(to parts: UInt16) throws -> NGramCounts {
    precondition(hasParts, "NGramCounts.limited: the counts were not kept part by part")
    func kept(_ values: [Int]) -> [Int] {
      values.indices.map { parts & (1 << UInt16($0)) != 0 ? values[$0] : 0 }
    }
    let run = layout.isWide ? try run(of: parts, UInt128.self) : try run(of: parts, UInt64.self)
    return NGramCounts(
      layout: layout, stringsOfParts: kept(stringsOfParts),
      ngramsOfParts: ngramsOfParts.map(kept), runs: run.map { [$0] } ?? [])
  }

  private func run<Key: FixedWidthInteger & UnsignedInteger & Sendable>(
    of parts: UInt16, _: Key.Type
  ) throws -> WindowRun? {
    guard let largest = layout.largestKey(Key.self) else {
      preconditionFailure("NGramCounts: keys exceed \(Key.bitWidth) bits")
    }
    var windows = MergedWindows<Key>(runs, largest: largest)
    var writer = WindowRunWriter<Key>(.memory)
    while try windows.next() {
      let counts = try windows.counts().limited(to: parts)
      if counts.support != 0 { try writer.append(windows.key, counts) }
    }
    return try writer.finish()
  }

  func requireOrder(_ order: Int) {
    precondition(
      layout.orders.contains(order),
      "NGramCounts: order \(order) is not among the orders \(layout.orders) that were counted")
    precondition(
      listedOrders?.contains(order) ?? true,
      "NGramCounts: n-grams of order \(order) are not listed, \(listedOrders ?? []) are")
  }

  /// Calls `body` with each distinct n-gram of one order, in lexicographic order, and its counts.
  ///
  /// - Precondition: `order` is one of `layout.orders`.
  /// - Throws: ``Files/Failure`` where a file of counts is damaged or cannot be read; what `body`
  ///   throws.
  public func forEach(
    order: Int, _ body: (_ ngram: [UInt16], _ counts: PartedCount) throws -> Void
  ) throws {
    if layout.isWide {
      try forEach(order: order, UInt128.self, body)
    } else {
      try forEach(order: order, UInt64.self, body)
    }
  }

  private func forEach<Key: FixedWidthInteger & UnsignedInteger & Sendable>(
    order: Int, _: Key.Type, _ body: (_ ngram: [UInt16], _ counts: PartedCount) throws -> Void
  ) throws {
    var grams = GramCursor<Key, PartedCount>(self, order: order)
    var ngram = [UInt16](repeating: 0, count: order)
    while try grams.next() {
      var rest = grams.key
      for position in stride(from: order - 1, through: 0, by: -1) {
        let (quotient, digit) = rest.quotientAndRemainder(dividingBy: Key(layout.base))
        ngram[position] = UInt16(truncatingIfNeeded: digit &- 1)
        rest = quotient
      }
      try body(ngram, grams.counts)
    }
  }

  /// Number of different n-grams of one order; one pass.
  public func distinct(order: Int) throws -> Int {
    var count = 0
    try forEach(order: order) { _, _ in count += 1 }
    return count
  }

  /// How often one n-gram was counted; one pass, so for single questions only.
  ///
  /// - Precondition: its length is one of `layout.orders`.
  public func count(of ngram: [UInt16]) throws -> Int {
    var found = 0
    try forEach(order: ngram.count) { other, counts in
      if other == ngram { found = counts.total }
    }
    return found
  }
}
