// The different words of a text.

import Files
import TextCoding

/// The different words of a set of token strings, for ``WordShare``.
///
/// A word is a maximal run of letters (Unicode letters and marks, no digits; an apostrophe, ' or ’,
/// or a zero-width joiner belongs to it between two letters). Unknown symbols, like spaces and
/// punctuation, end a word. Text ends with the first padding token. A word that touches the end of
/// a string that fills all L positions may be cut and is left out, as is one that touches the
/// beginning of a window that need not begin with a word. Case is as the codec left it: a
/// vocabulary that folds case makes a list that does.
///
/// Chinese, Japanese, Thai and other scripts that write no spaces have runs of letters that are
/// clauses, not words; a list of them says nothing.
public struct WordList: Sendable {
  let scanner: WordScanner
  /// The size of the vocabulary whose tokens these are.
  let vocabularySize: Int
  /// Number of different words.
  public private(set) var count = 0

  /// The words one after the other; word i is `tokens[starts[i]..<starts[i + 1]]`.
  private var tokens: [UInt16] = []
  private var starts = [0]
  /// Open addressing: the number of a word at each place, −1 where free.
  private var places = [Int32](repeating: -1, count: 1 << 10)

  /// The words of `strings`.
  ///
  /// O(N L); memory grows with the different words.
  ///
  /// - Parameters:
  ///   - strings: token strings `[N, L]`; N = 0 gives an empty list.
  ///   - vocabulary: the vocabulary of the strings, which says what is a letter.
  ///   - cut: how the strings, and those scored against the list, were cut from their lines.
  /// - Throws: ``Files/Failure`` `badData` where a token is outside the vocabulary.
  public init(of strings: TokenStrings, vocabulary: Vocabulary, cut: CutRule = .first) throws {
    scanner = WordScanner(vocabulary: vocabulary, cut: cut)
    vocabularySize = vocabulary.count
    try strings.validate(below: vocabularySize)
    strings.withUnsafeTokens { tokens in
      for row in 0..<strings.count {
        let range = row * strings.length..<(row + 1) * strings.length
        scanner.forEachWord(of: tokens, row: range) { insert(tokens, $0) }
      }
    }
  }

  /// Whether the list holds the word `word` of `tokens`.
  func contains(_ tokens: UnsafeBufferPointer<UInt16>, _ word: Range<Int>) -> Bool {
    places[place(of: tokens, word)] >= 0
  }

  private mutating func insert(_ tokens: UnsafeBufferPointer<UInt16>, _ word: Range<Int>) {
    let place = place(of: tokens, word)
    guard places[place] < 0 else { return }
    places[place] = Int32(count)
    self.tokens.append(contentsOf: tokens[word])
    starts.append(self.tokens.count)
    count += 1
    if 2 * count > places.count { grow() }
  }

  private mutating func grow() {
    places = Array(repeating: -1, count: 2 * places.count)
    tokens.withUnsafeBufferPointer { tokens in
      for word in 0..<count {
        places[place(of: tokens, starts[word]..<starts[word + 1])] = Int32(word)
      }
    }
  }

  /// The place of a word, or the free place where it would go.
  private func place(of others: UnsafeBufferPointer<UInt16>, _ word: Range<Int>) -> Int {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
    for position in word {
      hash = (hash ^ UInt64(others[position])) &* 0xD6E8_FEB8_6659_FD93
      hash ^= hash >> 32
    }
    let mask = places.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    while places[place] >= 0 {
      let start = starts[Int(places[place])]
      if starts[Int(places[place]) + 1] - start == word.count,
        (0..<word.count).allSatisfy({ tokens[start + $0] == others[word.lowerBound + $0] })
      {
        return place
      }
      place = (place + 1) & mask
    }
    return place
  }
}
