import Determinism
import Files
import Runs
import TextCoding

/// Corpora by path, or by the name of a bundled grammar.
///
/// No text comes with dgflow, so a bundled corpus is written from its grammar on first use (200,000
/// sentences, seed 1) and prepared into the user's cache folder, named by the grammar's digest.
enum BundledCorpus {
  private static let sentences = 200_000
  private static let seed: UInt64 = 1

  /// Opens a corpus directory or a bundled corpus.
  ///
  /// - Throws: `Failure` of kind `missingInput` when it is neither.
  static func open(_ pathOrName: String, talk: Talk, threads: Int) throws -> PreparedCorpus {
    let data = Environment.data
    if FileSystem.exists(pathOrName) || pathOrName.contains("/") {
      return try PreparedCorpus(opening: pathOrName)
    }
    guard let folder = data.find(pathOrName + "/grammar") else {
      throw Failure(
        .missingInput,
        "no corpus at \(pathOrName), nor a bundled one of that name; make one with "
          + "`dgflow corpus prepare`")
    }
    guard let cache = data.cache else {
      throw Failure(
        .cannotWrite,
        "no folder to prepare the bundled corpus \(pathOrName) in; set XDG_CACHE_HOME or HOME")
    }
    let grammar = try SentenceGrammar(directory: folder)
    let path = "\(cache)/\(pathOrName)-\(grammar.digest)-\(Version.current)"
    if FileSystem.exists(path) { return try PreparedCorpus(opening: path) }
    talk.say("preparing the bundled corpus \(pathOrName) once, in \(path)")
    try FileSystem.makeDirectory(cache)
    let wasNoted = Interruption.isNoted
    Interruption.isNoted = true
    defer { Interruption.isNoted = wasNoted }
    let source = CorpusSource(name: "\(pathOrName), \(sentences) sentences, seed \(seed)") {
      GrammarSourceStream(grammar, count: sentences, seed: seed)
    }
    do {
      return try PreparedCorpus.prepare([source], with: CorpusPreparation(), at: path) { _ in
        !Interruption.isRequested
      }
    } catch let failure as Failure where failure.kind == .cannotWrite {
      // Another process may have prepared it meanwhile.
      guard FileSystem.exists(path) else { throw failure }
      return try PreparedCorpus(opening: path)
    }
  }
}

/// Sentences of a grammar as the bytes of a text file.
private final class GrammarSourceStream: ByteSource {
  let name: String
  private let grammar: SentenceGrammar
  private let count: Int
  private let seed: UInt64
  private var next = 0
  private var pending: [UInt8] = []
  private var offset = 0

  init(_ grammar: SentenceGrammar, count: Int, seed: UInt64) {
    self.grammar = grammar
    self.count = count
    self.seed = seed
    name = "sentences of a grammar"
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    if offset == pending.count {
      pending.removeAll(keepingCapacity: true)
      offset = 0
      while next < count, pending.count < 1 << 16 {
        pending += grammar.sentenceBytes(index: UInt64(next), seed: seed)
        pending.append(UInt8(ascii: "\n"))
        next += 1
      }
    }
    let length = min(buffer.count, pending.count - offset)
    buffer.copyBytes(from: pending[offset..<offset + length])
    offset += length
    return length
  }
}
