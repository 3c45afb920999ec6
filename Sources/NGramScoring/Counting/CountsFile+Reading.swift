import Files
import TextCoding

extension CountsFile {
  /// Opens a file; the windows stay on the disk and are read when they are asked for.
  ///
  /// Everything is checked: version, every heading, ranges, the vocabulary, the digest of the whole
  /// file; and every window again when it is read.
  ///
  /// - Returns: the counts, and the digits that identify them.
  /// - Throws: `Failure` of kind `missingInput`, or `badData` naming the file.
  public static func open(_ path: String) throws -> (file: CountsFile, digest: String) {
    let file = try RandomAccessFile(path: path)
    let size = try file.size()
    var reader = CountsHeadReader(path: path)
    let headSize = try reader.headSize(
      of: try bytes(of: file, 0..<min(64, size)), fileSize: size)
    let head = try bytes(of: file, 0..<headSize)
    try reader.begin(head)
    let length = try reader.number("length")
    let orders = try reader.numbers("orders", count: 2)
    let padding = try reader.choice("padding", ["counted", "left out"])
    let parts = try reader.choice("parts", Parts.allCases.map(\.rawValue))
    let source = try reader.choice("vocabulary", VocabularySource.allCases.map(\.rawValue))
    let strings = try reader.numbers("strings", count: StringParts.count)
    guard length >= 1, orders[0] >= 1, orders[0] <= orders[1], orders[1] <= length else {
      throw reader.failure("orders \(orders[0]) to \(orders[1]) of strings of \(length)")
    }
    var ngrams: [[Int]] = []
    for _ in orders[0]...orders[1] {
      ngrams.append(try reader.numbers("ngrams", count: StringParts.count))
    }
    let vocabulary = try Vocabulary(fileText: reader.rest, name: path)
    let layout: WindowLayout
    do {
      layout = try WindowLayout(
        orders: orders[0]...orders[1], length: length, vocabularySize: vocabulary.count,
        excludingPadding: padding == "left out")
      try layout.requireRoom(forStringsOfParts: strings)
    } catch let failure as Failure {
      throw Failure(.badData, "\(path): \(failure.message)", cause: failure.cause)
    }
    let end = try bytes(of: file, size - endSize..<size)
    let (windows, digest) = try reader.end(end)
    try check(file, size - endSize, windows: windows, digest: digest, reader: reader)
    let run = WindowRun(
      storage: .file(file, offset: headSize), size: size - endSize - headSize, windows: windows)
    guard let parts = Parts(rawValue: parts), let source = VocabularySource(rawValue: source) else {
      throw reader.failure("unknown parts or vocabulary")
    }
    let counts = NGramCounts(
      layout: layout, stringsOfParts: strings, ngramsOfParts: ngrams, runs: [run])
    return (
      CountsFile(
        codec: TextCodec(vocabulary: vocabulary, length: length), vocabularySource: source,
        parts: parts, counts: counts), digest
    )
  }

  private static func bytes(of file: RandomAccessFile, _ range: Range<Int>) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count)
    let read = try bytes.withUnsafeMutableBytes {
      try file.read(into: $0, at: range.lowerBound)
    }
    bytes.removeSubrange(read...)
    return bytes
  }

  /// Compares the digest of everything before it with the one in the last line.
  private static func check(
    _ file: RandomAccessFile, _ size: Int, windows: Int, digest: String, reader: CountsHeadReader
  ) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    defer { buffer.deallocate() }
    var found = WordDigest()
    var place = 0
    while place < size {
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, size - place)])
      let count = try file.read(into: part, at: place)
      guard count > 0 else { break }
      found.combine(UnsafeRawBufferPointer(rebasing: part[..<count]))
      place += count
    }
    found.combine(endBegin(windows: windows))
    guard found.hex == digest else {
      throw reader.failure("its digest is \(digest), its content has \(found.hex)")
    }
  }
}

/// Takes the head of a counts file apart, line by line.
struct CountsHeadReader {
  private let path: String
  private var lines: ArraySlice<Substring> = []
  private var lineNumber = 0

  init(path: String) { self.path = path }

  func failure(_ what: String) -> Failure {
    Failure(
      .badData,
      "\(path)\(lineNumber > 0 ? ", line \(lineNumber)" : ""): \(what); the counts are damaged, make "
        + "them again with `dgflow corpus count`")
  }

  /// The length that the first line tells.
  mutating func headSize(of begin: [UInt8], fileSize: Int) throws -> Int {
    let text = String(decoding: begin, as: UTF8.self)
    let fields = text.prefix { $0 != "\n" }.split(separator: "\t")
    guard text.hasPrefix(CountsFile.magic), fields.count == 3 else {
      throw Failure(.badData, "\(path) is not a file of counts: it must begin with 'dgflow counts'")
    }
    guard fields[1] == "\(CountsFile.formatVersion)" else {
      throw Failure(
        .badData,
        "\(path): the format version is '\(fields[1])', but this program reads version "
          + "\(CountsFile.formatVersion); use the program that wrote the file")
    }
    guard let size = Int(fields[2]), size >= 64, size <= fileSize - CountsFile.endSize else {
      throw failure("a head of '\(fields[2])' bytes in a file of \(fileSize): it is truncated")
    }
    return size
  }

  /// Begins with the line after the first.
  mutating func begin(_ head: [UInt8]) throws {
    guard let text = String(validating: head, as: UTF8.self) else {
      throw failure("the head is not UTF-8 text")
    }
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
    lineNumber = 1
  }

  private mutating func fields(_ name: String) throws -> [Substring] {
    lineNumber += 1
    guard let line = lines.popFirst() else { throw failure("the head ends early") }
    let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
    guard fields.count >= 2, fields[0] == name else {
      throw failure("expected '\(name)', a tab and its value")
    }
    return Array(fields.dropFirst())
  }

  mutating func numbers(_ name: String, count: Int) throws -> [Int] {
    let values = try fields(name).map { Int($0) ?? -1 }
    guard values.count == count, values.allSatisfy({ $0 >= 0 && $0 < 1 << 48 }) else {
      throw failure("\(name) needs \(count) numbers from 0 up")
    }
    return values
  }

  mutating func number(_ name: String) throws -> Int { try numbers(name, count: 1)[0] }

  mutating func choice(_ name: String, _ known: [String]) throws -> String {
    let value = String(try fields(name).joined(separator: "\t"))
    guard known.contains(value) else {
      throw failure("\(name) is '\(value)'; expected one of \(known.joined(separator: ", "))")
    }
    return value
  }

  /// What is left of the head: the vocabulary file.
  var rest: String { lines.joined(separator: "\n") }

  /// The last line's number of windows and digest.
  func end(_ bytes: [UInt8]) throws -> (windows: Int, digest: String) {
    let text = String(decoding: bytes, as: UTF8.self)
    let fields = text.split(whereSeparator: { "\n\t ".contains($0) })
    guard fields.count == 4, fields[0] == "windows", fields[2] == "digest",
      let windows = Int(fields[1]), windows >= 0,
      CountsFile.endText(windows: windows, digest: String(fields[3])) == text
    else { throw failure("the last line is not there: the file is truncated") }
    return (windows, String(fields[3]))
  }
}
