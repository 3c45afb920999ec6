import Files
import Foundation
import Testing

@testable import TextCoding

@Suite("Line reader")
struct LineReaderTests {
  static func read(
    _ bytes: some Sequence<UInt8>, policy: LinePolicy = LinePolicy(skipsEmptyLines: false),
    portion: Int = .max
  ) throws -> [String] {
    let reader = LineReader(
      MemorySource(bytes, name: "news.txt", portion: portion), policy: policy)
    var lines: [String] = []
    while let line = try reader.nextLine() { lines.append(line) }
    #expect(try reader.nextLine() == nil)
    return lines
  }

  @Test(
    "Lines end at LF, CR LF, a lone CR and the end of the file",
    arguments: [
      ("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\nb", ["a", "b"]), ("a\r\nb\r\n", ["a", "b"]),
      ("a\rb\r", ["a", "b"]), ("\n", [""]), ("\n\n", ["", ""]), ("\r\n\r\n", ["", ""]),
      ("\r", [""]), ("\r\r\n", ["", ""]), ("a\n\rb", ["a", "", "b"]), ("a\r\r\nb", ["a", "", "b"]),
      ("a\rb\nc\r\nd", ["a", "b", "c", "d"]), ("é\r\n日", ["é", "日"]),
    ])
  func lineEnds(_ text: String, _ expected: [String]) throws {
    for portion in [1, 2, 3, 1000] {
      #expect(try Self.read(text.utf8, portion: portion) == expected)
    }
  }

  @Test("Any mixture of line ends reads alike, however the source deals it out")
  func mixtures() throws {
    // All strings of up to seven of a, CR, LF.
    for length in 0...7 {
      for code in 0..<Int(pow(3, Double(length))) {
        var bytes: [UInt8] = []
        var rest = code
        for _ in 0..<length {
          bytes.append([0x61, 0x0D, 0x0A][rest % 3])
          rest /= 3
        }
        var expected: [String] = []
        var current: [UInt8]? = nil
        var index = 0
        while index < bytes.count {
          let byte = bytes[index]
          if byte == 0x61 {
            current = (current ?? []) + [byte]
          } else {
            expected.append(String(decoding: current ?? [], as: UTF8.self))
            current = nil
            if byte == 0x0D, index + 1 < bytes.count, bytes[index + 1] == 0x0A { index += 1 }
          }
          index += 1
        }
        if let current { expected.append(String(decoding: current, as: UTF8.self)) }
        #expect(try Self.read(bytes) == expected)
        #expect(try Self.read(bytes, portion: 1) == expected)
      }
    }
  }

  @Test("Lines across the edges of the buffer are whole")
  func bufferEdges() throws {
    for end in ["\n", "\r\n", "\r"] {
      for extra in -3...3 {
        let long = String(repeating: "x", count: 262_144 + extra)
        let lines = [long, "b", long, "", long + long]
        let text = lines.map { $0 + end }.joined()
        #expect(try Self.read(text.utf8) == lines)
        #expect(try Self.read(text.utf8, portion: 100_003) == lines)
      }
    }
  }

  @Test("Lines of megabytes are read; longer than the limit is refused")
  func longLines() throws {
    let long = String(repeating: "é", count: 3 << 20)
    #expect(try Self.read("a\n\(long)\nb".utf8) == ["a", long, "b"])
    let policy = LinePolicy(maximumLineBytes: 1000)
    let exact = String(repeating: "x", count: 1000)
    for end in ["", "\n", "\r", "\r\n"] {
      #expect(try Self.read((exact + end).utf8, policy: policy, portion: 1001) == [exact])
      let message = failureMessage {
        _ = try Self.read(("ok\nx" + exact + end).utf8, policy: policy)
      }
      #expect(message?.hasPrefix("news.txt, line 2: longer than 1000 bytes") == true)
    }
    // A file without line ends is refused long before it fills the memory.
    #expect(
      failureKind {
        _ = try Self.read(repeatElement(0x78, count: 1 << 20), policy: policy, portion: 4096)
      } == .badData)
  }

  @Test("A byte-order mark is dropped at the beginning of the file only")
  func byteOrderMark() throws {
    for portion in [1, 2, 3, 100] {
      #expect(try Self.read("\u{FEFF}a\n\u{FEFF}b".utf8, portion: portion) == ["a", "\u{FEFF}b"])
      #expect(try Self.read("\u{FEFF}".utf8, portion: portion) == [])
      #expect(try Self.read([0xEF, 0xBB], portion: portion) == ["\u{FFFD}"])
    }
    for bytes: [UInt8] in [[0xFF, 0xFE, 0x61, 0], [0xFE, 0xFF, 0, 0x61]] {
      #expect(failureMessage { _ = try Self.read(bytes) }?.contains("iconv -f UTF-16") == true)
    }
  }

  @Test(
    "Invalid UTF-8 becomes one U+FFFD for each maximal part, as Unicode recommends",
    arguments: [
      ([0x80], "\u{FFFD}"), ([0xC3], "\u{FFFD}"), ([0xC3, 0x28], "\u{FFFD}("),
      ([0xC0, 0x80], "\u{FFFD}\u{FFFD}"), ([0xE2, 0x82], "\u{FFFD}"),
      ([0xE2, 0x82, 0x41], "\u{FFFD}A"), ([0xED, 0xA0, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}"),
      ([0xF0, 0x9F, 0x98], "\u{FFFD}"),
      ([0xF4, 0x90, 0x80, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
      ([0xF5], "\u{FFFD}"), ([0x61, 0xFF, 0x62], "a\u{FFFD}b"), ([0xE0, 0x80], "\u{FFFD}\u{FFFD}"),
    ] as [([UInt8], String)])
  func invalidUTF8(_ bytes: [UInt8], _ expected: String) throws {
    #expect(try Self.read(bytes) == [expected])
    // Swift's own repair is an independent implementation of the same recommendation.
    #expect(expected == String(decoding: bytes, as: UTF8.self))
  }

  @Test("Invalid sequences of all kinds are repaired as Swift repairs them")
  func repairEqualsSwift() throws {
    var numbers = TestNumbers(seed: 5)
    let interesting: [UInt8] = [
      0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEE,
      0xEF, 0xF0, 0xF3, 0xF4, 0xF5, 0xFF,
    ]
    var text: [UInt8] = []
    var expected: [String] = []
    for _ in 0..<20_000 {
      let bytes = (0..<1 + numbers.below(12)).map { _ in numbers.element(interesting) }
      let padded = Array("12345678".utf8) + bytes
      expected.append(String(decoding: padded, as: UTF8.self))
      text += padded + [0x0A]
      let isValid = padded.withUnsafeBufferPointer {
        endOfValidText($0, from: 0) == padded.count
      }
      if isValid != (String(validating: bytes, as: UTF8.self) != nil) {
        Issue.record("validity of \(bytes)")
      }
    }
    #expect(try Self.read(text) == expected)
  }

  @Test("A refused line names file, line and byte")
  func rejects() {
    let strict = LinePolicy(invalidUTF8: .reject, nul: .reject)
    #expect(
      failureMessage { _ = try Self.read(Array("a\n\nbé".utf8) + [0xC3, 0x28], policy: strict) }
        == "news.txt, line 3, byte 4: invalid UTF-8 (0xC3) is refused; repair the file, or let it "
        + "be replaced by U+FFFD")
    #expect(
      failureMessage { _ = try Self.read("a\nb\u{0}c".utf8, policy: strict) }
        == "news.txt, line 2, byte 2: a NUL byte is refused; repair the file, or let it be "
        + "replaced by U+FFFD")
  }

  @Test("NUL bytes become U+FFFD, also where bytes are kept")
  func nul() throws {
    #expect(try Self.read([0x61, 0, 0, 0x62]) == ["a\u{FFFD}\u{FFFD}b"])
    let reader = LineReader(
      MemorySource([0xFF, 0, 0x61] as [UInt8]), policy: LinePolicy(invalidUTF8: .keep))
    #expect(try reader.next { Array($0) } == [0xFF, 0xEF, 0xBF, 0xBD, 0x61])
  }

  @Test("What was met is counted, and empty lines are skipped by default")
  func statistics() throws {
    let bytes = Array("one\n\n\r\ntwo\u{0}\n".utf8) + [0xFF, 0x0A, 0xFF, 0x00]
    let reader = LineReader(MemorySource(bytes, name: "m"))
    var numbers: [Int] = []
    while try reader.nextLine() != nil { numbers.append(reader.lineNumber) }
    #expect(numbers == [1, 4, 5, 6])
    var expected = LineStatistics()
    expected.bytes = bytes.count
    expected.lines = 6
    expected.emptyLines = 2
    expected.repairedLines = 2
    expected.nulLines = 2
    #expect(reader.statistics == expected)
  }

  @Test("Files are read plain and packed")
  func files() throws {
    let directory = try TemporaryDirectory()
    let plain = try directory.file("a.txt", "x\ny\n".utf8)
    let packer = Process()
    packer.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    packer.arguments = ["gzip", "-k", plain]
    try packer.run()
    packer.waitUntilExit()
    for path in [plain, plain + ".gz"] {
      let reader = try LineReader(path: path)
      #expect(try reader.nextLine() == "x")
      #expect(try reader.nextLine() == "y")
      #expect(try reader.nextLine() == nil)
      #expect(reader.name == path)
    }
    #expect(failureKind { _ = try LineReader(path: "\(directory.path)/no") } == .missingInput)
  }

  @Test("An error of the source and of the body passes through")
  func errors() throws {
    final class Broken: ByteSource {
      let name = "broken"
      func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        throw Failure(.inputOutput, "the disk is gone")
      }
    }
    #expect(failureMessage { _ = try LineReader(Broken()).nextLine() } == "the disk is gone")
    struct Stop: Error {}
    let reader = LineReader(MemorySource("a\nb".utf8))
    #expect(throws: Stop.self) { try reader.next { _ in throw Stop() } }
    #expect(try reader.nextLine() == "b")
  }
}
