// The adjusted counts behind a character model, and its probabilities for all n-grams of a text at
// once.

/// Adjusted counts of all j-grams, j = 1…k, of a training text, and their discounts.
///
/// Keys are in some base B, the begin mark being the largest digit, B − 1, in first place only.
struct KneserNeyTables<Key: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
  private let order: Int
  private let vocabularySize: Int
  /// B.
  private let base: Key
  /// Element j − 1 holds the j-grams, the last symbol being the one predicted.
  private let grams: [CountedKeys<Key>]
  /// Element j − 1 belongs to the j-grams; nil where there is none.
  let discounts: [KneserNeyDiscounts?]

  /// Adjusts plain counts.
  ///
  /// O(k m) for m distinct n-grams, without sorting anything again.
  ///
  /// - Parameters:
  ///   - grams: element j − 1 holds the plain counts of the marked j-grams, j = 1…k: every j-gram
  ///     of the strings with their begin marks, none that ends in the begin mark.
  ///   - base: B; the begin mark is digit B − 1.
  ///   - vocabularySize: V, the symbols that share the uniform base.
  /// - Precondition: the suffix of every j-gram is among the (j − 1)-grams.
  init(grams: [CountedKeys<Key>], base: Int, vocabularySize: Int) {
    precondition(!grams.isEmpty, "KneserNeyTables: no lists of n-grams")
    order = grams.count
    self.vocabularySize = vocabularySize
    self.base = Key(base)
    var adjusted = grams
    // base^j, above every j-gram: the suffix of a (j + 1)-gram is its key % limit.
    var limit = self.base
    for length in 1..<order {
      adjusted[length - 1] = Self.continuations(
        of: grams[length - 1], in: grams[length], limit: limit, base: self.base)
      if length + 1 < order { limit *= self.base }
    }
    self.grams = adjusted
    discounts = adjusted.map { $0.keys.isEmpty ? nil : KneserNeyDiscounts(of: $0.counts) }
  }

  /// For each j-gram the number of different symbols (or the begin mark) that precede it; for those
  /// that begin with the begin mark, which nothing precedes, the plain count.
  private static func continuations(
    of list: CountedKeys<Key>, in longer: CountedKeys<Key>, limit: Key, base: Key
  ) -> CountedKeys<Key> {
    let firstMarked = list.keys.firstIndex(notBelow: limit / base * (base - 1), from: 0)
    var counts = list.counts
    for index in 0..<firstMarked { counts[index] = 0 }
    var place = 0
    for key in longer.keys {
      let suffix = key % limit
      // Suffixes ascend while the first symbol stays, and start over where it changes.
      if place >= firstMarked || list.keys[place] > suffix { place = 0 }
      place = list.keys.firstIndex(notBelow: suffix, from: place)
      precondition(
        place < firstMarked && list.keys[place] == suffix,
        "KneserNeyTables: n-gram \(key) without its suffix \(suffix)")
      counts[place] += 1
    }
    return CountedKeys(keys: list.keys, counts: counts)
  }

  /// −(1/n) Σ ln P over the predictions of a text.
  ///
  /// Works through the distinct j-grams of the text from short to long: P(w | h) needs P(w | h′),
  /// and the suffix h′ w is a (j − 1)-gram of the same text, already known. Predictions are those of
  /// the k-grams, and of the shorter j-grams that start at the begin mark.
  ///
  /// - Parameter text: plain counts of the text's marked j-grams, as in `init`; k lists.
  /// - Precondition: k lists, at least one n-gram.
  func crossEntropy(of text: [CountedKeys<Key>]) -> CrossEntropy {
    precondition(
      text.count == order, "KneserNeyTables: \(text.count) lists for a model of order \(order)")
    var shorter = CountedKeys<Key>()
    var probabilities: [Double] = []
    var sum = CompensatedSum()
    var symbols = 0
    // base^(j − 1): the first symbol of a j-gram is key / weight, its suffix key % weight.
    var weight: Key = 1
    for length in 1...order {
      let list = text[length - 1]
      probabilities = self.probabilities(
        of: list, length: length,
        lower: length > 1
          ? Self.suffixValues(of: list.keys, weight: weight, in: shorter.keys, probabilities)
          : [Double](repeating: 1 / Double(vocabularySize), count: list.keys.count))
      let firstPredicted =
        length == order
        ? 0 : list.keys.firstIndex(notBelow: weight * (base - 1), from: 0)
      for index in firstPredicted..<list.keys.count {
        sum.add(Double(list.counts[index]) * -naturalLogarithm(probabilities[index]))
        symbols += list.counts[index]
      }
      shorter = list
      if length < order { weight *= base }
    }
    return CrossEntropy(nats: max(0, sum.value / Double(symbols)), symbols: symbols)
  }

  /// P(w | h) for each j-gram h w of `list`, given P(w | h′) for each in `lower`.
  private func probabilities(
    of list: CountedKeys<Key>, length: Int, lower: [Double]
  ) -> [Double] {
    guard let discounts = discounts[length - 1] else { return lower }
    let model = grams[length - 1]
    var result = lower
    var index = 0
    var place = 0
    while index < list.keys.count {
      // All n-grams of one context, on both sides, have keys from first up to first + base − 1.
      let first = list.keys[index] / base * base
      place = model.keys.firstIndex(notBelow: first, from: place)
      var end = place
      var total = 0
      var taken = 0.0
      while end < model.keys.count, model.keys[end] - first < base {
        total += model.counts[end]
        taken += discounts[model.counts[end]]
        end += 1
      }
      while index < list.keys.count, list.keys[index] - first < base {
        if total > 0 {
          let key = list.keys[index]
          while place < end, model.keys[place] < key { place += 1 }
          let count = place < end && model.keys[place] == key ? model.counts[place] : 0
          result[index] =
            (Double(count) - discounts[count] + taken * lower[index]) / Double(total)
        }
        index += 1
      }
      place = end
    }
    return result
  }

  /// For each key, the value at its suffix, `key % weight`, which is among the sorted `suffixes`.
  private static func suffixValues(
    of keys: [Key], weight: Key, in suffixes: [Key], _ values: [Double]
  ) -> [Double] {
    var place = 0
    return keys.map { key in
      let suffix = key % weight
      if place >= suffixes.count || suffixes[place] > suffix { place = 0 }
      place = suffixes.firstIndex(notBelow: suffix, from: place)
      return values[place]
    }
  }
}
