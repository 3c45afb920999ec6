// A set of counts as a file that needs nothing else.

import Files
import TextCoding

/// Counts together with what encodes text as the counted text was encoded.
///
/// The file, format 1, begins with lines of text, so that `head` shows what it holds:
///
/// ```
/// dgflow counts⇥1⇥1822 (bytes of this head)
/// length⇥32
/// orders⇥1⇥6
/// padding⇥counted
/// parts⇥line
/// vocabulary⇥of the text
/// strings⇥62412⇥62611⇥… (16 parts)
/// ngrams⇥1809948⇥… (16 parts; one line for each order)
/// … the vocabulary file
/// ```
///
/// then the windows' bytes (``WindowRun``), and a last line with the number of windows and a digest
/// of all that stands before it, by which damage and truncation are noticed. The same strings give the same
/// bytes, however they were cut into shards, and for any threads and memory.
public struct CountsFile: Sendable {
  /// The version of the file format that this code writes and reads.
  public static let formatVersion = 1

  /// Which part a string was counted in.
  public enum Parts: String, Sendable, CaseIterable {
    /// By a hash of the line of text that the string was cut from.
    case line
    /// By a hash of the string itself, where no line is at hand: token matrices, uncut corpora.
    case string
    /// By the number of the line that the string was cut from, in a prepared corpus.
    case number
  }

  /// Where the vocabulary comes from.
  public enum VocabularySource: String, Sendable, CaseIterable {
    /// All symbols of the counted strings: merging makes it anew.
    case text = "of the text"
    /// Given beforehand: merged files must agree in it.
    case given
  }

  /// How text becomes the token strings that were counted.
  public let codec: TextCodec
  /// Where the vocabulary comes from.
  public let vocabularySource: VocabularySource
  /// Which part a string was counted in.
  public let parts: Parts
  /// The counts.
  public let counts: NGramCounts

  /// Counts that were made with a codec.
  ///
  /// - Precondition: the codec's length and vocabulary size are those of the counts.
  public init(
    codec: TextCodec, vocabularySource: VocabularySource, parts: Parts, counts: NGramCounts
  ) {
    precondition(
      codec.length == counts.layout.length
        && codec.vocabulary.count == counts.layout.vocabularySize,
      "CountsFile: a codec of \(codec.length), \(codec.vocabulary.count) for counts of "
        + "\(counts.layout.length), \(counts.layout.vocabularySize)")
    self.codec = codec
    self.vocabularySource = vocabularySource
    self.parts = parts
    self.counts = counts
  }

  /// Whether the file at a path begins as a file of counts.
  public static func isCounts(_ path: String) -> Bool {
    guard path != "-", FileSystem.isRegularFile(path), let file = try? RandomAccessFile(path: path)
    else {
      return false
    }
    var begin = [UInt8](repeating: 0, count: magic.utf8.count)
    let count = try? begin.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
    return count == begin.count && begin == Array(magic.utf8)
  }

  static let magic = "dgflow counts\t"
  /// Bytes of the last line.
  static let endSize = 64
}
