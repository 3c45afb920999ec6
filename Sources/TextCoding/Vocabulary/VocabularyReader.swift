import Files

/// Takes a vocabulary file apart, line by line.
struct VocabularyReader {
  private let name: String
  private var lines: [Substring]
  private var next = 0

  init(text: String, name: String) {
    self.name = name
    lines = text.unicodeScalars.split(
      separator: "\n", omittingEmptySubsequences: false
    ).map(Substring.init)
  }

  func failure(_ what: String) -> Failure {
    Failure(.badData, "\(name), line \(next): \(what)")
  }

  private mutating func line() throws -> Substring {
    next += 1
    // After the last line feed one empty piece remains; anything before it is a whole line.
    guard next < lines.count else { throw failure("the file is truncated") }
    return lines[next - 1]
  }

  private func columns(_ line: Substring) -> [Substring] {
    line.unicodeScalars.split(separator: "\t", omittingEmptySubsequences: false)
      .map(Substring.init)
  }

  mutating func version() throws {
    let fields = columns(try line())
    guard fields.count == 2, fields[0] == "dgflow vocabulary" else {
      throw Failure(
        .badData, "\(name) is not a vocabulary file: it must begin with 'dgflow vocabulary'")
    }
    guard fields[1] == "\(Vocabulary.formatVersion)" else {
      throw failure(
        "the format version is '\(fields[1])', but this program reads version "
          + "\(Vocabulary.formatVersion); use the program that wrote the file")
    }
  }

  mutating func value(_ key: String) throws -> String {
    let fields = columns(try line())
    guard fields.count == 2, fields[0] == key else {
      throw failure("expected '\(key)', a tab and its value")
    }
    return String(fields[1])
  }

  mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ key: String, _: Choice.Type
  ) throws -> Choice {
    let value = try value(key)
    guard let choice = Choice(rawValue: value) else {
      let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw failure("\(key) is '\(value)'; expected one of \(known)")
    }
    return choice
  }

  mutating func size() throws -> Int {
    let value = try value("size")
    guard let size = Int(value), "\(size)" == value,
      (2...Vocabulary.largestCount).contains(size)
    else { throw failure("size is '\(value)'; expected 2 to \(Vocabulary.largestCount)") }
    return size
  }

  mutating func rows(size: Int) throws -> (symbols: [Symbol], counts: [Int]) {
    for expected in ["token\tsymbol\tcount", "0\t<padding>\t-", "1\t<unknown>\t-"] {
      guard try line() == expected else {
        let shown = expected.split(separator: "\t").joined(separator: ", ")
        throw failure("expected the columns \(shown)")
      }
    }
    var symbols: [Symbol] = []
    var counts: [Int] = []
    for token in 2..<max(2, size) {
      let fields = columns(try line())
      guard fields.count == 3 else {
        throw failure("expected token, symbol and count, divided by tabs")
      }
      guard fields[0] == "\(token)" else {
        throw failure("expected token \(token), found '\(fields[0])'")
      }
      guard let symbol = SymbolEscapes.unescape(String(fields[1])) else {
        throw failure("'\(fields[1])' is no spelling of a symbol")
      }
      guard let count = Int(fields[2]), count >= 0, "\(count)" == fields[2] else {
        throw failure("the count is '\(fields[2])'; expected a number from 0 up")
      }
      symbols.append(symbol)
      counts.append(count)
    }
    return (symbols, counts)
  }

  mutating func end() throws {
    guard next == lines.count - 1, lines[next].isEmpty else {
      next += 1
      throw failure("expected the end of the file")
    }
  }
}
