// A second, plain implementation of reading, encoding and counting, for tests to compare with.
import Files

@testable import TextCoding

/// A text in memory, read line by line as the documentation says and without any fast path.
struct PlainText {
  var lines: [(bytes: [UInt8], number: Int)] = []
  var statistics = LineStatistics()
  /// What ended the reading early.
  var failure: String?

  init(_ text: [UInt8], name: String, policy: LinePolicy) {
    statistics.bytes = text.count
    if policy.invalidUTF8 != .keep,
      text.starts(with: [0xFF, 0xFE]) || text.starts(with: [0xFE, 0xFF])
    {
      failure = "\(name) is UTF-16 text; convert it first: iconv -f UTF-16 -t UTF-8 FILE"
      return
    }
    var index = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while index < text.count {
      let end = text[index...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? text.count
      let line = Array(text[index..<end])
      index = end + (text[end...].starts(with: [0x0D, 0x0A]) ? 2 : 1)
      if line.count > policy.maximumLineBytes {
        failure =
          "\(name), line \(statistics.lines + 1): longer than \(policy.maximumLineBytes) bytes, "
          + "the most accepted; is this a text file? If so, raise the limit or break its lines"
        return
      }
      statistics.lines += 1
      if line.isEmpty {
        statistics.emptyLines += 1
        if policy.skipsEmptyLines { continue }
      }
      if let fault = Self.fault(of: line, policy) {
        failure =
          "\(name), line \(statistics.lines), byte \(fault.offset + 1): \(fault.what) is refused; "
          + "repair the file, or let it be replaced by U+FFFD"
        return
      }
      lines.append((repaired(line, policy), statistics.lines))
    }
  }

  /// The first byte that the policy refuses.
  private static func fault(
    of line: [UInt8], _ policy: LinePolicy
  ) -> (offset: Int, what: String)? {
    var index = 0
    while index < line.count {
      if line[index] == 0, policy.nul == .reject { return (index, "a NUL byte") }
      let (scalar, length) = line.withUnsafeBufferPointer { decodeScalar($0, at: index) }
      if scalar == nil, policy.invalidUTF8 == .reject {
        let hex = line[index..<index + length].map {
          "0x" + ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true)
        }
        return (index, "invalid UTF-8 (\(hex.joined(separator: " ")))")
      }
      index += policy.invalidUTF8 == .keep ? 1 : length
    }
    return nil
  }

  private mutating func repaired(_ line: [UInt8], _ policy: LinePolicy) -> [UInt8] {
    var line = line
    if policy.invalidUTF8 == .repair, String(validating: line, as: UTF8.self) == nil {
      statistics.repairedLines += 1
      line = Array(String(decoding: line, as: UTF8.self).utf8)
    }
    if line.contains(0) {
      statistics.nulLines += 1
      line = line.flatMap { $0 == 0 ? [0xEF, 0xBF, 0xBD] : [$0] }
    }
    return line
  }

  /// The tokens of the first `limit` lines, by the scanner of symbols alone; or what is wrong.
  func encoded(_ codec: TextCodec, name: String, limit: Int = .max) -> Outcome<[UInt16]> {
    var encoder = TextEncoder(codec)
    var tokens: [UInt16] = []
    for line in lines.prefix(limit) {
      do {
        try line.bytes.withUnsafeBufferPointer {
          try encoder.append($0, plain: -1, to: &tokens, place: "\(name), line \(line.number)")
        }
      } catch {
        return .failure((error as? Failure)?.message ?? "\(error)")
      }
    }
    if let failure, lines.count < limit { return .failure(failure) }
    return .value(tokens)
  }

  /// The ranking of the first symbols of all lines, by the scanner of symbols alone.
  func ranking(
    unit: SymbolUnit, normalisation: TextNormalisation, symbolsPerLine: Int, name: String
  ) -> Outcome<[String]> {
    var counts = SymbolCounts(unit: unit, normalisation: normalisation)
    var scanner = SymbolScanner(unit: unit, normalisation: normalisation)
    for line in lines {
      do {
        try line.bytes.withUnsafeBufferPointer { try scanner.scan($0) }
      } catch {
        let place = "\(name), line \(line.number)"
        return .failure((error as? ControlCharacter)?.failure(in: place).message ?? "\(error)")
      }
      scanner.withCodes(limit: symbolsPerLine, cluster: { counts.code($0) }) { counts.add($0) }
    }
    if let failure { return .failure(failure) }
    return .value(counts.described)
  }

  /// A result, or the message of the failure in its place.
  enum Outcome<Value: Equatable>: Equatable {
    case value(Value)
    case failure(String)

    init(_ body: () throws -> Value) {
      do {
        self = .value(try body())
      } catch {
        self = .failure((error as? Failure)?.message ?? "\(error)")
      }
    }
  }
}

extension SymbolCounts {
  /// Everything that is counted, in a form to compare.
  var described: [String] {
    ["\(total) \(distinct)"] + ranking.map { "\($0.symbol) \($0.count)" }
  }
}

/// Text that is hard to read: `count` pieces of all kinds, at random.
func adversarialText(_ count: Int, _ numbers: inout TestNumbers) -> [UInt8] {
  let pieces: [[UInt8]] = [
    "a", "Zebra", "the quick brown fox ", " ", "0123456789 and more letters", "e\u{301}", "\u{301}",
    "x\u{323}\u{301}", "é", "日本語", "नमस्ते", "д", "ﬁ", "ß", "각", "\u{1100}\u{1161}", "👩‍👩‍👧", "🇩🇪🇫🇷",
    "\u{2028}", "\u{85}", "\u{FEFF}", "\u{FFFD}", "\t", "\u{1}", "\u{7F}", "~", "\u{10FFFF}", "\r",
    "\r\n", "\n", "\n\n", "\n", "\r\n",
  ].map { Array($0.utf8) }
  var text: [UInt8] = []
  // Plain text first, now and then: the fast path must meet its end in the middle.
  for _ in 0..<count {
    switch numbers.below(20) {
    case 0: text.append(UInt8(numbers.below(256)))
    case 1: text.append(0)
    case 2: text += (0..<1 + numbers.below(12)).map { _ in UInt8(numbers.below(256)) }
    case 3: text += [UInt8](repeating: 0x78, count: numbers.below(80)) + Array("\u{301}\n".utf8)
    case 4...9:
      text += (0..<numbers.below(50)).map { _ in UInt8(0x20 + numbers.below(95)) } + [0x0A]
    default: text += numbers.element(pieces)
    }
  }
  return text
}
