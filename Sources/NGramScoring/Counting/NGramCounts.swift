// The counts of all n-grams of one order in one set of token strings.

import Files
import TextCoding

/// Exact counts of the n-grams of one order, sorted by n-gram.
///
/// An n-gram is n neighbouring tokens of one token string; a string of L tokens has L − n + 1, and
/// n-grams never span two strings. Padding counts as any other token, as in the published metric,
/// unless ``excludesPadding``. Distinct n-grams are held as sorted keys (see ``NGramKeyLayout``),
/// so that two sets are compared by one walk and every sum over n-grams has a fixed order.
///
/// ```swift
/// let counts = try NGramCounts(strings, order: 4, vocabularySize: vocabulary.count)
/// counts.total            // number of windows
/// counts.distinct         // number of different n-grams
/// counts.count(of: [7, 3, 3, 9])
/// ```
public struct NGramCounts: Sendable, Equatable {
  /// n, the number of tokens in each n-gram; at least 1.
  public let order: Int
  /// L, the number of tokens in each token string.
  public let length: Int
  /// V, padding and unknown included; every token counted is below it.
  public let vocabularySize: Int
  /// Whether n-grams that contain padding (token 0) were left out.
  public let excludesPadding: Bool
  /// Number of token strings that were counted.
  public let strings: Int
  /// Number of n-grams counted, repeats included: the sum of all counts.
  public let total: Int

  var storage: Storage

  /// The sorted keys and counts under one of the three key layouts.
  enum Storage: Sendable, Equatable {
    case packed64(CountedKeys<UInt64>)
    case packed128(CountedKeys<UInt128>)
    case slices(CountedSlices)
  }

  init(
    order: Int, length: Int, vocabularySize: Int, excludesPadding: Bool, strings: Int,
    storage: Storage
  ) {
    self.order = order
    self.length = length
    self.vocabularySize = vocabularySize
    self.excludesPadding = excludesPadding
    self.strings = strings
    self.storage = storage
    self.total = storage.counts.reduce(0, +)
  }

  /// The key layout in use.
  public var layout: NGramKeyLayout {
    switch storage {
    case .packed64: .packed64
    case .packed128: .packed128
    case .slices: .slices
    }
  }

  /// Number of different n-grams.
  public var distinct: Int { storage.counts.count }

  /// The count of each distinct n-gram, in lexicographic order of n-grams; all positive.
  public var counts: [Int] { storage.counts }

  /// The distinct n-gram at `index`, in lexicographic order.
  ///
  /// - Precondition: 0 ≤ `index` < ``distinct``.
  public func ngram(at index: Int) -> [UInt16] {
    precondition(
      (0..<distinct).contains(index),
      "NGramCounts.ngram(at:): index \(index) is outside 0..<\(distinct)")
    switch storage {
    case .packed64(let list): return unpacked(list.keys[index])
    case .packed128(let list): return unpacked(list.keys[index])
    case .slices(let list): return Array(list.tokens[index * order..<(index + 1) * order])
    }
  }

  /// How often `ngram` was counted; 0 where it was not.
  ///
  /// O(log distinct). An n-gram of another length or with a token outside the vocabulary has
  /// count 0.
  public func count(of ngram: [UInt16]) -> Int {
    guard ngram.count == order else { return 0 }
    var low = 0
    var high = distinct
    while low < high {
      let middle = (low + high) / 2
      let candidate = self.ngram(at: middle)
      if candidate == ngram { return storage.counts[middle] }
      if candidate.lexicographicallyPrecedes(ngram) { low = middle + 1 } else { high = middle }
    }
    return 0
  }

  private func unpacked<Key: FixedWidthInteger & UnsignedInteger>(_ key: Key) -> [UInt16] {
    var tokens = [UInt16](repeating: 0, count: order)
    var rest = key
    for position in stride(from: order - 1, through: 0, by: -1) {
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: Key(vocabularySize))
      tokens[position] = UInt16(truncatingIfNeeded: remainder)
      rest = quotient
    }
    return tokens
  }
}

extension NGramCounts.Storage {
  var counts: [Int] {
    switch self {
    case .packed64(let list): list.counts
    case .packed128(let list): list.counts
    case .slices(let list): list.counts
    }
  }
}
