// The counts behind a character model, and its probabilities for all n-grams of a text at once.

import Determinism
import TextCoding

/// Counts of all j-grams, j = 1…k, of strings that begin with a mark and end with their first
/// padding token.
///
/// Keys are base V + 1: the begin mark is digit V.
struct WittenBellTables<Key: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
  private let order: Int
  private let vocabularySize: Int
  /// Element j − 1 holds the j-grams, the last symbol being the one predicted.
  private let grams: [CountedKeys<Key>]
  /// Element j − 1 holds what follows each context of j − 1 symbols.
  private let contexts: [WittenBellContexts<Key>]

  init(_ strings: TokenStrings, order: Int, _ vocabularySize: Int, threads: Int) {
    self.order = order
    self.vocabularySize = vocabularySize
    grams = Self.count(strings, order: order, vocabularySize, threads: threads)
    contexts = grams.map { WittenBellContexts(of: $0, base: Key(vocabularySize + 1)) }
  }

  /// −(1/n) Σ ln P over the symbols of `strings`.
  ///
  /// Works through the distinct j-grams of the text from short to long. P(w | h) of a j-gram needs
  /// P(w | h′) of its suffix, which is a (j − 1)-gram of the same text, already known. Predictions
  /// are those of the k-grams, and of the shorter j-grams that start at the begin mark.
  func crossEntropy(of strings: TokenStrings, threads: Int) -> CrossEntropy {
    let base = Key(vocabularySize + 1)
    let text = Self.count(strings, order: order, vocabularySize, threads: threads)
    var shorter = CountedKeys<Key>()
    var shorterProbabilities: [Double] = []
    var sum = CompensatedSum()
    var symbols = 0
    // base^(j − 1): the first symbol of a j-gram key is key / weight, its suffix key % weight.
    var weight: Key = 1
    for length in 1...order {
      let list = text[length - 1]
      let known = list.counts(in: grams[length - 1])
      let following = contexts[length - 1]
      var probabilities = [Double](repeating: 0, count: list.keys.count)
      var place = 0
      var contextPlace = 0
      for (index, key) in list.keys.enumerated() {
        var lower = 1 / Double(vocabularySize)
        if length > 1 {
          let suffix = key % weight
          // Suffixes ascend while the first symbol stays, and start over where it changes.
          if place >= shorter.keys.count || shorter.keys[place] > suffix { place = 0 }
          place = shorter.keys.firstIndex(notBelow: suffix, from: place)
          lower = shorterProbabilities[place]
        }
        contextPlace = following.keys.firstIndex(notBelow: key / base, from: contextPlace)
        probabilities[index] = following.probability(
          count: known[index], context: key / base, at: contextPlace, lower: lower)
        if length == order || (length > 1 && key / weight == Key(vocabularySize)) {
          sum.add(Double(list.counts[index]) * -naturalLogarithm(probabilities[index]))
          symbols += list.counts[index]
        }
      }
      shorter = list
      shorterProbabilities = probabilities
      if length < order { weight *= base }
    }
    return CrossEntropy(nats: max(0, sum.value / Double(symbols)), symbols: symbols)
  }

  /// The j-grams of `strings`, j = 1…k.
  private static func count(
    _ strings: TokenStrings, order: Int, _ vocabularySize: Int, threads: Int
  ) -> [CountedKeys<Key>] {
    let marked = markedStrings(strings, begin: UInt16(vocabularySize))
    return (1...order).map { length in
      let window = NGramWindow(
        order: length, length: marked.length, base: vocabularySize + 1,
        excluded: UInt16(vocabularySize + 1))
      var list = countInShards(marked, window, threads, CountedKeys<Key>.counting)
      // The begin mark is never predicted.
      if length == 1 { list?.removeLast(ifKeyIs: Key(vocabularySize)) }
      return list ?? CountedKeys()
    }
  }

  /// Begin mark V, symbols up to and with the first padding token, then V + 1, which is not text.
  private static func markedStrings(_ strings: TokenStrings, begin: UInt16) -> TokenStrings {
    let length = strings.length
    var marked = [UInt16](repeating: begin + 1, count: strings.count * (length + 1))
    strings.withUnsafeTokens { tokens in
      for row in 0..<strings.count {
        let target = row * (length + 1)
        marked[target] = begin
        for position in 0..<length {
          let token = tokens[row * length + position]
          marked[target + 1 + position] = token
          if token == 0 { break }
        }
      }
    }
    return TokenStrings(tokens: marked, length: length + 1)
  }
}

/// For each context of one length that training showed: how many symbols followed it, and how many
/// different ones.
struct WittenBellContexts<Key: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
  private(set) var keys: [Key] = []
  private var totals: [Int] = []
  private var distinct: [Int] = []

  /// Groups sorted j-grams by all but their last symbol.
  init(of grams: CountedKeys<Key>, base: Key) {
    for (key, count) in zip(grams.keys, grams.counts) {
      let context = key / base
      if keys.last == context {
        totals[totals.count - 1] += count
        distinct[distinct.count - 1] += 1
      } else {
        keys.append(context)
        totals.append(count)
        distinct.append(1)
      }
    }
  }

  /// (c(h w) + T(h) P(w | h′)) / (c(h) + T(h)), or P(w | h′) for a context that was never seen.
  func probability(count: Int, context: Key, at place: Int, lower: Double) -> Double {
    guard place < keys.count, keys[place] == context else { return lower }
    let different = Double(distinct[place])
    return (Double(count) + different * lower) / (Double(totals[place]) + different)
  }
}

extension Array where Element: FixedWidthInteger {
  /// In an ascending array, the first place at or after `start` that is not below `value`.
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
