import Determinism

/// The random numbers of one sentence, in order.
///
/// Draw k is word k mod 4 of `RandomStream.words(sample: index, step: k / 4, block: 0)`, stream
/// name `sentences`.
struct DrawSequence {
  private let stream: RandomStream
  private let sample: UInt64
  private var step: UInt32 = 0
  private var lane = 4
  private var words = SIMD4<UInt32>()

  init(seed: UInt64, sample: UInt64) {
    stream = RandomStream(seed: seed, name: "sentences")
    self.sample = sample
  }

  /// Uniform in [0, 1), 32 bits.
  mutating func uniform() -> Double {
    if lane == 4 {
      words = stream.words(sample: sample, step: step, block: 0)
      step &+= 1
      lane = 0
    }
    defer { lane += 1 }
    return Double(words[lane]) * 0x1p-32
  }
}

/// Writes one sentence: draws alternatives, joins text, mends `a`/`an` and capitals on the way.
struct SentenceWriter {
  private let rules: [GrammarChoice]
  private let depthLimit: Int
  private var draws: DrawSequence
  private var bytes: [UInt8] = []
  private var wantsSpace = false
  private var wantsCapital = true
  /// Where an `n` would go to make `an` of the article just written.
  private var articleEnd: Int?
  private var used: [(number: Int, alternative: Int)] = []

  init(rules: [GrammarChoice], draws: DrawSequence, depthLimit: Int) {
    self.rules = rules
    self.draws = draws
    self.depthLimit = depthLimit
  }

  /// A sentence of that many words; the last try is kept whatever its length.
  mutating func sentence(from start: Int, length: ClosedRange<Int>, attempts: Int) -> [UInt8] {
    for attempt in 1...attempts {
      bytes.removeAll(keepingCapacity: true)
      used.removeAll(keepingCapacity: true)
      wantsSpace = false
      wantsCapital = true
      articleEnd = nil
      write(rules[start], depth: 0)
      if attempt == attempts || length.contains(Self.wordCount(bytes)) { break }
    }
    return bytes
  }

  /// Number of blank-separated pieces that hold a letter or digit.
  static func wordCount(_ bytes: [UInt8]) -> Int {
    bytes.split(separator: 32).count { word in
      word.contains { $0 >= 128 || isASCIILetter($0) || (48...57).contains($0) }
    }
  }

  private mutating func write(_ choice: GrammarChoice, depth: Int) {
    if choice.isOnce {
      if used.contains(where: { $0.number == choice.number }) { return }
      used.append((choice.number, 0))
    }
    for piece in choice.alternatives[draw(choice, depth: depth)] {
      switch piece {
      case .text(let text): text.withUnsafeBufferPointer { write($0) }
      case .space: wantsSpace = true
      case .rule(let position): write(rules[position], depth: depth + 1)
      case .choice(let inner): write(inner, depth: depth)
      case .number(let pattern):
        pattern.spelling(pattern.index(uniform: draws.uniform())).withUnsafeBufferPointer {
          write($0)
        }
      case .article: writeArticle()
      case .capital: wantsCapital = true
      }
    }
  }

  private mutating func draw(_ choice: GrammarChoice, depth: Int) -> Int {
    if depth >= depthLimit || choice.alternatives.count == 1 { return choice.shortest }
    var alternative = pick(choice)
    guard choice.isDistinct else { return alternative }
    for _ in 0..<8 where used.contains(where: { $0 == (choice.number, alternative) }) {
      alternative = pick(choice)
    }
    used.append((choice.number, alternative))
    return alternative
  }

  /// First alternative whose running sum exceeds the draw.
  private mutating func pick(_ choice: GrammarChoice) -> Int {
    let sums = choice.cumulative
    let target = draws.uniform() * sums[sums.count - 1]
    var low = 0
    var high = sums.count - 1
    while low < high {
      let middle = (low + high) / 2
      if sums[middle] > target { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private mutating func writeSpace() {
    if wantsSpace && !bytes.isEmpty { bytes.append(32) }
    wantsSpace = false
  }

  private mutating func writeArticle() {
    writeSpace()
    bytes.append(wantsCapital ? 65 : 97)
    wantsCapital = false
    articleEnd = bytes.count
  }

  private mutating func write(_ text: UnsafeBufferPointer<UInt8>) {
    if text.isEmpty { return }
    if let end = articleEnd {
      if EnglishArticle.isAn(before: text) { bytes.insert(110, at: end) }
      articleEnd = nil
    }
    writeSpace()
    let start = bytes.count
    bytes.append(contentsOf: text)
    if wantsCapital { capitalise(from: start) }
  }

  /// Capitalises a word that starts with a letter; a number ends the wait, punctuation does not.
  private mutating func capitalise(from start: Int) {
    let first = bytes[start]
    if (97...122).contains(first) {
      bytes[start] = first - 32
    } else if first == 0xC3, start + 1 < bytes.count, (0xA0...0xBE).contains(bytes[start + 1]),
      bytes[start + 1] != 0xB7
    {
      bytes[start + 1] -= 32
    } else if first < 128 && !Self.isASCIILetter(first) && !(48...57).contains(first) {
      return
    }
    wantsCapital = false
  }

  private static func isASCIILetter(_ byte: UInt8) -> Bool {
    (97...122).contains(byte | 32)
  }
}

/// Whether "an" goes before a text, by the sound that its first letters usually have.
enum EnglishArticle {
  /// Vowel letters that sound as a consonant at the start of a word.
  private static let consonantStarts = [
    "one", "once", "uni", "use", "usu", "uto", "ura", "eu", "ubi", "unan", "uga", "ukr", "uru",
  ].map { Array($0.utf8) }
  /// Words that look like those and start with a vowel's sound all the same.
  private static let vowelStarts = [
    "unin", "unim", "unid", "hour", "honest", "honour", "honor", "heir",
  ].map { Array($0.utf8) }

  /// `text` is not empty.
  static func isAn(before text: UnsafeBufferPointer<UInt8>) -> Bool {
    let first = text[0]
    if (48...57).contains(first) { return isAnBefore(number: text) }
    let lower = text.prefix(8).map { (65...90).contains($0) ? $0 + 32 : $0 }
    if vowelStarts.contains(where: lower.starts(with:)) { return true }
    if consonantStarts.contains(where: lower.starts(with:)) { return false }
    if text.count > 1, (65...90).contains(first), text[1] == 46 || (65...90).contains(text[1]) {
      return Array("AEFHILMNORSX".utf8).contains(first)
    }
    return Array("aeiou".utf8).contains(lower[0])
  }

  /// Eight, eleven and eighteen, alone or before thousands, and eighty to eighty-nine.
  private static func isAnBefore(number text: UnsafeBufferPointer<UInt8>) -> Bool {
    if text[0] == 56 { return true }
    let digits = text.prefix { (48...57).contains($0) }
    guard digits.count == 2, digits[0] == 49 else { return false }
    return digits[1] == 49 || digits[1] == 56
  }
}
