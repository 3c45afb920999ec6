// The n-grams that a character model is trained on and evaluated at.

import Files
import TextCoding

/// Plain counts of all j-grams, j = 1…k, of strings that begin with a mark and end with their first
/// padding token.
///
/// Each string is read as a begin mark, its symbols up to the first padding token, and that padding
/// token as the end; a string that fills all L positions was cut and has no end; what follows the
/// first padding token is not looked at. A j-gram's key is its digits in base B = V + 2, token + 1
/// and V + 1 for the begin mark, as in ``WindowLayout``; digit 0 does not occur. The begin mark stands
/// in first place only, and the 1-gram of it alone is left out, as nothing predicts it.
struct MarkedGrams: Sendable {
  /// Element j − 1 holds the j-grams.
  enum Lists: Sendable {
    case packed64([CountedKeys<UInt64>])
    case packed128([CountedKeys<UInt128>])
  }

  /// k.
  let order: Int
  /// V.
  let vocabularySize: Int
  /// N.
  let strings: Int
  let lists: Lists

  /// N-grams that were counted elsewhere.
  ///
  /// - Precondition: k lists, which fit each other as described above.
  init(order: Int, vocabularySize: Int, strings: Int, lists: Lists) {
    self.order = order
    self.vocabularySize = vocabularySize
    self.strings = strings
    self.lists = lists
  }

  /// The marked n-grams of counts that were made with every order from 1.
  ///
  /// Counts show windows, not strings, so they must be of strings with nothing but padding after
  /// the first padding token, as every codec writes them.
  ///
  /// - Throws: ``Files/Failure`` `usage` where the counts lack the begin marks or one of the orders
  ///   1…max(`order`, 2); `badData` where a file of counts is damaged.
  init(_ counts: NGramCounts, order: Int) throws {
    let layout = counts.layout
    guard
      layout.holdsBeginnings, order >= 1, order <= layout.order,
      layout.order >= min(2, layout.length)
    else {
      throw Failure(
        .usage,
        "a character model of order \(order) needs counts of every order from 1 to "
          + "\(max(order, 2)) with padding, and these are of orders \(layout.shortest) to "
          + "\(layout.order)\(layout.excludesPadding ? " without padding" : "")")
    }
    self.order = order
    vocabularySize = layout.vocabularySize
    strings = counts.strings
    lists =
      layout.isWide
      ? .packed128(try markedGrams(of: counts, order: order))
      : .packed64(try markedGrams(of: counts, order: order))
  }

  /// Counts `strings`.
  ///
  /// - Parameters:
  ///   - strings: token strings `[N, L]`; N may be 0.
  ///   - order: k, 1 ≤ k ≤ L.
  ///   - vocabularySize: V, 1 ≤ V ≤ 65,536.
  ///   - threads: at least 1; the counts do not depend on it.
  /// - Throws: ``Files/Failure`` `usage` where k is out of range or (V + 2)ᵏ exceeds 2¹²⁸; `badData`
  ///   where a token is outside the vocabulary.
  init(_ strings: TokenStrings, order: Int, vocabularySize: Int, threads: Int) throws {
    try self.init(
      countedWithBeginnings(
        strings, order: order, vocabularySize: vocabularySize, threads: threads),
      order: order)
  }
}

/// Counts of every order from 1 to max(`order`, 2), of strings with nothing after their ends.
private func countedWithBeginnings(
  _ strings: TokenStrings, order: Int, vocabularySize: Int, threads: Int
) throws -> NGramCounts {
  guard order >= 1 else {
    throw Failure(.usage, "model order \(order) is not positive: choose an order from 1 up")
  }
  let longest = max(order, min(2, strings.length))
  let counter = NGramCounter(
    layout: try WindowLayout(
      orders: 1...longest, length: strings.length, vocabularySize: vocabularySize),
    settings: NGramCounter.Settings(threads: threads))
  // Rows that are taken at once, so that a copy without what follows an end stays small.
  let rowsAtOnce = threads << 16
  for start in stride(from: 0, to: strings.count, by: rowsAtOnce) {
    let rows = start..<min(start + rowsAtOnce, strings.count)
    try counter.add(strings.ended(rows), parts: .rows(from: start))
  }
  return try counter.finish()
}

extension TokenStrings {
  /// The strings at `rows`, with padding in place of all that follows the first padding token.
  fileprivate func ended(_ rows: Range<Int>) -> TokenStrings {
    withUnsafeTokens { tokens in
      var copy = Array(tokens[rows.lowerBound * length..<rows.upperBound * length])
      for start in stride(from: 0, to: copy.count, by: length) {
        var position = start
        while position < start + length, copy[position] != 0 { position += 1 }
        while position < start + length {
          copy[position] = 0
          position += 1
        }
      }
      return TokenStrings(tokens: copy, length: length)
    }
  }
}

/// The marked j-grams, j = 1…k, in one pass over the windows of `counts`.
///
/// A window is cut after its first padding token; one that begins with padding says nothing but for
/// the first of a string, and these are counted where a window shows what stands before the end.
private func markedGrams<Key: FixedWidthInteger & UnsignedInteger & Sendable>(
  of counts: NGramCounts, order: Int
) throws -> [CountedKeys<Key>] {
  let layout = counts.layout
  guard let largest = layout.largestKey(Key.self) else {
    preconditionFailure("MarkedGrams: keys of base \(layout.base) exceed \(Key.bitWidth) bits")
  }
  let padding: Key = 1
  // Weights of a window's digits, the first digit first.
  let weights = (0..<layout.order).map { layout.weight(layout.order - 1 - $0, Key.self) }
  let unit = weights[order - 1]
  let base = Key(layout.base)
  // Windows that begin with padding come first; the end of a string takes their place.
  var keys = [padding * (weights[0] / unit)]
  var sums = [0]
  var windows = MergedWindows<Key>(counts.runs, largest: largest)
  while try windows.next() {
    let total = try windows.counts().total
    var key = windows.key
    if key / weights[0] == padding {
      if layout.order == 1 { sums[0] += total }
      continue
    }
    var rest = key
    for (position, weight) in weights.enumerated() {
      let (digit, smaller) = rest.quotientAndRemainder(dividingBy: weight)
      rest = smaller
      guard digit == padding else { continue }
      if position == 1 { sums[0] += total }
      key -= rest
      break
    }
    key /= unit
    if keys[keys.count - 1] == key {
      sums[sums.count - 1] += total
    } else {
      keys.append(key)
      sums.append(total)
    }
  }
  if sums[0] == 0 {
    keys.removeFirst()
    sums.removeFirst()
  }
  var prefixes = CountedKeys(keys: keys, counts: sums)
  var lists: [CountedKeys<Key>] = []
  for length in stride(from: order, through: 1, by: -1) {
    lists.append(
      prefixes.filtered { key in key % base != 0 && !(length == 1 && key == base - 1) })
    if length > 1 { prefixes = prefixes.prefixes(base: base) }
  }
  return lists.reversed()
}

extension CountedKeys {
  /// The keys that are `wanted`, with their counts.
  fileprivate func filtered(_ isWanted: (Key) -> Bool) -> Self {
    var kept = Self()
    for (key, count) in zip(keys, counts) where isWanted(key) { kept.append(key, count) }
    return kept
  }

  /// The counts of the keys without their last digits.
  fileprivate func prefixes(base: Key) -> Self {
    var shorter: [Key] = []
    var sums: [Int] = []
    for (key, count) in zip(keys, counts) {
      if shorter.last == key / base {
        sums[sums.count - 1] += count
      } else {
        shorter.append(key / base)
        sums.append(count)
      }
    }
    return Self(keys: shorter, counts: sums)
  }
}
