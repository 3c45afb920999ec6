// How much of the samples is words that the reference knows.

import Files
import TextCoding

/// The share of the samples' words, repeats included, that are in the reference's list of words.
///
/// share = #{words of the samples that occur in the reference} / #{words of the samples}, in [0, 1].
///
/// What a word is: ``WordList``. Real text has words that a reference lacks, fewer the larger the
/// reference, so the share is good *near* that of held-out real strings: below it is misspelling,
/// above it a narrow choice of words. Unbiased in the number of samples. For scripts that write no
/// spaces it says nothing.
public struct WordShare: Sendable, Codable, Equatable {
  /// Words of the samples that the list holds, repeats included.
  public let found: Int
  /// Words of the samples, repeats included.
  public let words: Int

  /// The share, in [0, 1].
  public var value: Double { Double(found) / Double(words) }

  /// Looks the words of `samples` up in `list`.
  ///
  /// O(N L).
  ///
  /// - Parameters:
  ///   - samples: token strings `[N, L]` of the list's vocabulary, cut as its strings were.
  ///   - list: the words of the reference.
  /// - Throws: ``Files/Failure`` `badData` where the samples hold no whole word, or a token is
  ///   outside the vocabulary.
  public init(of samples: TokenStrings, in list: WordList) throws {
    try samples.validate(below: list.vocabularySize)
    var found = 0
    var words = 0
    samples.withUnsafeTokens { tokens in
      for row in 0..<samples.count {
        let range = row * samples.length..<(row + 1) * samples.length
        list.scanner.forEachWord(of: tokens, row: range) { word in
          words += 1
          if list.contains(tokens, word) { found += 1 }
        }
      }
    }
    guard words > 0 else {
      throw Failure(
        .badData,
        "no whole word in \(samples.count) token strings: a word share needs runs of letters that "
          + "end inside a string")
    }
    self.found = found
    self.words = words
  }
}
