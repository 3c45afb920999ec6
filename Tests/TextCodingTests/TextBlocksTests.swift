import Files
import Synchronization
import Testing

@testable import TextCoding

@Suite("Text blocks")
struct TextBlocksTests {
  static let normalisations = [
    TextNormalisation(), TextNormalisation(form: .nfkc, foldsCase: true),
    TextNormalisation(form: .none), TextNormalisation(controls: .reject),
  ]

  static let policies = [
    LinePolicy(), LinePolicy(skipsEmptyLines: false), LinePolicy(invalidUTF8: .reject),
    LinePolicy(nul: .reject, skipsEmptyLines: false),
    LinePolicy(invalidUTF8: .keep, skipsEmptyLines: false), LinePolicy(maximumLineBytes: 90),
  ]

  static func codec(
    _ unit: SymbolUnit, _ normalisation: TextNormalisation, length: Int
  ) throws -> TextCodec {
    var counts = SymbolCounts(unit: unit, normalisation: normalisation)
    // Without a part of what the texts hold, so that there are unknown symbols.
    for line in ["the quick brown fox ZE0123é", "e\u{301}x\u{323}\u{301}", "日नमस्तेд각🇩🇪", "~fiss"] {
      try counts.add(line)
    }
    return TextCodec(vocabulary: try counts.vocabulary(), length: length)
  }

  @Test("Blocks read, encode and count as the plain path does", arguments: SymbolUnit.allCases)
  func agreement(_ unit: SymbolUnit) throws {
    var numbers = TestNumbers(seed: 31)
    for round in 0..<150 {
      let normalisation = numbers.element(Self.normalisations)
      let policy = numbers.element(Self.policies)
      // Many texts that are refused are refused in their first lines: some are short.
      let text = adversarialText(numbers.element([3, 12, 60, 400]), &numbers)
      let length = numbers.element([1, 2, 5, 8, 32])
      let codec = try Self.codec(unit, normalisation, length: length)
      let plain = PlainText(text, name: "t.txt", policy: policy)
      let limit = numbers.element([.max, .max, 0, 1, 7, plain.lines.count])
      let expected = plain.encoded(codec, name: "t.txt", limit: limit)
      let ranking = plain.ranking(
        unit: unit, normalisation: normalisation, symbolsPerLine: length, name: "t.txt")
      for threads in 1...3 {
        let portion = numbers.element([1, 3, 100, .max])
        let blockBytes = numbers.element([1, 7, 40, 64, 1000, 1 << 18])
        func source() -> MemorySource { MemorySource(text, name: "t.txt", portion: portion) }
        let comment: Comment =
          "round \(round): \(threads) threads, blocks of \(blockBytes), portions of \(portion)"

        let blocks = TextBlocks(source(), policy: policy, blockBytes: blockBytes)
        let encoded = PlainText.Outcome {
          try Self.tokens(of: blocks, codec, threads: threads, limit: limit)
        }
        #expect(encoded == expected, comment)
        if limit == .max, case .value = encoded {
          #expect(blocks.statistics == plain.statistics, comment)
        }
        let read = PlainText.Outcome {
          try codec.encode(LineReader(source(), policy: policy), limit: limit)
            .withUnsafeTokens { Array($0) }
        }
        #expect(read == expected, comment)
        // Also where nobody says how much of a line is plain.
        if case .value(let tokens) = expected {
          #expect(
            try plain.lines.prefix(limit).flatMap { try codec.encode(bytes: $0.bytes) } == tokens,
            comment)
        }
        let counted = PlainText.Outcome {
          try TextBlocks(source(), policy: policy, blockBytes: blockBytes).countSymbols(
            unit: unit, normalisation: normalisation, symbolsPerLine: length, threads: threads
          ).described
        }
        // A control character may be refused beyond the symbols looked at, or not be reached.
        if normalisation.controls == .replace { #expect(counted == ranking, comment) }
      }
    }
  }

  /// All tokens that are handed out, after checking that the blocks are in order.
  static func tokens(
    of blocks: TextBlocks, _ codec: TextCodec, threads: Int, limit: Int = .max
  ) throws -> [UInt16] {
    var tokens: [UInt16] = []
    try blocks.encode(with: codec, threads: threads, limit: limit) { blocks in
      for block in blocks {
        #expect(block.firstRow * codec.length == tokens.count)
        #expect(block.length == codec.length)
        block.withUnsafeTokens {
          #expect($0.count == block.count * codec.length)
          tokens += $0
        }
      }
    }
    return tokens
  }

  @Test("Line hashes are those of whole lines as read, for any threads and blocks")
  func lineHashes() throws {
    var numbers = TestNumbers(seed: 47)
    for round in 0..<60 {
      let policy = numbers.element(Self.policies)
      let text = adversarialText(numbers.element([3, 60, 400]), &numbers)
      let plain = PlainText(text, name: "t.txt", policy: policy)
      let codec = try Self.codec(.scalar, .standard, length: numbers.element([1, 5, 32]))
      guard case .value = plain.encoded(codec, name: "t.txt", limit: .max) else { continue }
      let expected = plain.lines.map { $0.bytes.withUnsafeBufferPointer { lineHash($0) } }
      for threads in 1...3 {
        let blockBytes = numbers.element([1, 7, 64, 1000, 1 << 18])
        let blocks = TextBlocks(MemorySource(text), policy: policy, blockBytes: blockBytes)
        var hashes: [UInt64] = []
        try blocks.encode(with: codec, threads: threads, hashingLines: true) { blocks in
          for block in blocks {
            #expect(block.lineHashes.count == block.count)
            hashes += block.lineHashes
          }
        }
        #expect(hashes == expected, "round \(round): \(threads) threads, \(blockBytes)")
      }
    }
    // Nobody asked.
    try TextBlocks(MemorySource("the\nfox".utf8)).encode(
      with: try Self.codec(.scalar, .standard, length: 4), threads: 1
    ) { for block in $0 { #expect(block.lineHashes.isEmpty) } }
  }

  @Test("Every block is worked on once, on a thread whose number is known", arguments: 1...3)
  func workOnThreads(threads: Int) throws {
    var numbers = TestNumbers(seed: 51)
    let text = adversarialText(4000, &numbers)
    let codec = try Self.codec(.scalar, .standard, length: 5)
    let seen = Mutex<(tokens: [UInt16: Int], threads: Set<Int>)>(([:], []))
    var expected: [UInt16: Int] = [:]
    try TextBlocks(MemorySource(text), blockBytes: 64).encode(
      with: codec, threads: threads,
      onThread: { block, thread in
        seen.withLock { seen in
          seen.threads.insert(thread)
          block.withUnsafeTokens { for token in $0 { seen.tokens[token, default: 0] += 1 } }
        }
      }
    ) { blocks in
      for block in blocks {
        block.withUnsafeTokens { for token in $0 { expected[token, default: 0] += 1 } }
      }
    }
    #expect(expected.count > 2)
    seen.withLock {
      #expect($0.tokens == expected)
      #expect($0.threads.isSubset(of: 0..<threads))
    }
  }

  @Test("A line hash depends on every byte and the length, and its top bits divide lines evenly")
  func lineHashValues() {
    func hash(_ text: String) -> UInt64 {
      Array(text.utf8).withUnsafeBufferPointer { lineHash($0) }
    }
    // Counts files hold parts by these bits: the values must never change.
    #expect(hash("") == 0x0000_0000_0000_0000)
    #expect(hash("the quick brown fox") == 0xD374_BAF4_48AD_E56C)
    #expect(hash("é") == 0xA662_1DBC_EB0D_187D)
    let line = [UInt8]("jumps over the lazy dog".utf8)
    var seen: Set<UInt64> = [line.withUnsafeBufferPointer { lineHash($0) }]
    for index in line.indices {
      for bit in 0..<8 {
        var other = line
        other[index] ^= 1 << bit
        seen.insert(other.withUnsafeBufferPointer { lineHash($0) })
      }
    }
    for count in line.indices {
      seen.insert(line[..<count].withUnsafeBufferPointer { lineHash($0) })
    }
    for zeros in 1...9 {
      seen.insert(
        (line + [UInt8](repeating: 0, count: zeros)).withUnsafeBufferPointer { lineHash($0) })
    }
    #expect(seen.count == 1 + 9 * line.count + 9)
    var parts = [Int](repeating: 0, count: 16)
    for number in 0..<16_000 { parts[Int(hash("line \(number)") >> 60)] += 1 }
    // 1,000 each, deviation 31.
    #expect(parts.allSatisfy { abs($0 - 1000) < 160 }, "\(parts)")
  }

  @Test("Lines far longer than a block are whole")
  func longLines() throws {
    let codec = try Self.codec(.scalar, .standard, length: 32)
    for end in ["\n", "\r", "\r\n"] {
      let lines = [
        "the", String(repeating: "é", count: 50_000), "fox", String(repeating: "x", count: 9999),
      ]
      let text = lines.map { $0 + end }.joined()
      for blockBytes in [1, 64, 4096, 100_001] {
        let blocks = TextBlocks(
          MemorySource(text.utf8, portion: 4099), blockBytes: blockBytes)
        #expect(try blocks.encode(with: codec, threads: 2) == codec.encode(lines))
        #expect(blocks.statistics.lines == 4)
      }
    }
  }

  @Test("Counts and strings of whole lines are those of the text", arguments: [1, 2])
  func wholeLines(_ threads: Int) throws {
    let lines = sampleLines(3000)
    let text = lines.joined(separator: "\n")
    let counts = try TextBlocks(MemorySource(text.utf8), blockBytes: 1000)
      .countSymbols(threads: threads)
    #expect(counts.described == (try VocabularyTests.counted(lines)).described)
    let codec = TextCodec(vocabulary: try counts.vocabulary())
    let strings = try TextBlocks(MemorySource(text.utf8), blockBytes: 1000)
      .encode(with: codec, threads: threads)
    #expect(try strings == codec.encode(lines))
  }

  @Test("What follows the cut is neither symbol nor error, unless the policy refuses it")
  func beyondTheCut() throws {
    let codec = try Self.codec(.grapheme, TextNormalisation(controls: .reject), length: 3)
    let line: [UInt8] = Array("the ".utf8) + [0x09, 0xFF, 0x00]
    for threads in [1, 2] {
      let tokens = try Self.tokens(of: TextBlocks(MemorySource(line)), codec, threads: threads)
      #expect(tokens == (try codec.encode("the")))
      let blocks = TextBlocks(MemorySource(line), policy: LinePolicy(invalidUTF8: .reject))
      #expect(
        failureMessage { _ = try blocks.encode(with: codec, threads: threads) }?
          .hasPrefix("memory, line 1, byte 6: invalid UTF-8 (0xFF)") == true)
    }
    // The mark after the last symbol belongs to it.
    let marked = try Self.codec(.scalar, .standard, length: 1)
    #expect(
      try Self.tokens(of: TextBlocks(MemorySource("e\u{301}e".utf8)), marked, threads: 1)
        == marked.encode("é"))
  }

  @Test("A limit ends the reading before what stands wrong behind it")
  func limits() throws {
    let codec = try Self.codec(.scalar, .standard, length: 4)
    let text = Array("the\n\nfox\nbrown\n".utf8) + [0xFF, 0x0A]
    let policy = LinePolicy(invalidUTF8: .reject)
    for blockBytes in [1, 5, 1000] {
      let blocks = TextBlocks(MemorySource(text), policy: policy, blockBytes: blockBytes)
      #expect(
        try blocks.encode(with: codec, threads: 2, limit: 2) == codec.encode(["the", "fox"]))
      #expect(blocks.statistics.lines == 3 && blocks.statistics.emptyLines == 1)
      let whole = TextBlocks(MemorySource(text), policy: policy, blockBytes: blockBytes)
      #expect(
        failureMessage { _ = try whole.encode(with: codec, threads: 2) }?
          .hasPrefix("memory, line 5, byte 1: ") == true)
    }
  }

  @Test("An error of the source comes after the lines that were read whole")
  func brokenSource() throws {
    final class Broken: ByteSource {
      let name = "broken"
      private var parts: [String]
      init(_ parts: [String]) { self.parts = parts }
      func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard !parts.isEmpty else { throw Failure(.inputOutput, "the disk is gone") }
        let part = Array(parts.removeFirst().utf8)
        buffer.copyBytes(from: part)
        return part.count
      }
    }
    let codec = try Self.codec(.scalar, .standard, length: 4)
    for threads in [1, 2] {
      var rows = 0
      let blocks = TextBlocks(Broken(["the\nf", "ox\nbro"]), blockBytes: 3)
      #expect(
        failureMessage {
          try blocks.encode(with: codec, threads: threads) {
            for block in $0 { rows += block.count }
          }
        } == "the disk is gone")
      #expect(rows == 2)
      // A line refused before is the first error.
      let policy = LinePolicy(nul: .reject)
      let refused = TextBlocks(Broken(["the\nf\u{0}", "ox\nbro"]), policy: policy, blockBytes: 3)
      #expect(
        failureMessage { _ = try refused.encode(with: codec, threads: threads) }?
          .hasPrefix("broken, line 2, byte 2: a NUL byte") == true)
    }
    let reader = LineReader(Broken(["the\nf", "ox\nbro"]))
    #expect(try reader.nextLine() == "the")
    #expect(try reader.nextLine() == "fox")
    #expect(failureMessage { _ = try reader.nextLine() } == "the disk is gone")
  }

  @Test("An error of the body ends the reading")
  func bodyThrows() throws {
    struct Stop: Error {}
    let codec = try Self.codec(.scalar, .standard, length: 4)
    let blocks = TextBlocks(MemorySource("the\nfox\n".utf8), blockBytes: 1)
    #expect(throws: Stop.self) {
      try blocks.encode(with: codec, threads: 2) { _ in throw Stop() }
    }
  }

  @Test("A line is given out before the next one is there")
  func prompt() throws {
    final class Slow: ByteSource {
      let name = "slow"
      private(set) var reads = 0
      func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        reads += 1
        let line = Array("line \(reads)\n".utf8)
        buffer.copyBytes(from: line)
        return line.count
      }
    }
    let source = Slow()
    let reader = LineReader(source)
    for number in 1...5 {
      #expect(try reader.nextLine() == "line \(number)")
      #expect(source.reads == number)
    }
  }

  @Test("Printable ASCII ends at the first other byte, at every place in a word")
  func printableASCII() {
    for length in 0...40 {
      for place in 0..<length {
        for byte in UInt8.min...UInt8.max {
          var bytes = [UInt8](repeating: numbersOrTilde(place), count: length)
          bytes[place] = byte
          let isPrintable = byte >= 0x20 && byte < 0x7F
          let end = bytes.withUnsafeBufferPointer {
            endOfPrintableASCII($0, from: 0, to: length)
          }
          if end != (isPrintable ? length : place) { Issue.record("\(bytes): \(end)") }
        }
      }
    }
  }

  private func numbersOrTilde(_ place: Int) -> UInt8 { place.isMultiple(of: 2) ? 0x20 : 0x7E }
}
