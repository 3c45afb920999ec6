import Files

/// The vocabulary file, `vocabulary.tsv`: readable text, one symbol a line.
///
/// ```
/// dgflow vocabulary⇥1
/// unit⇥scalar
/// normalisation⇥nfc
/// case folding⇥no
/// control characters⇥replace
/// size⇥4
/// token⇥symbol⇥count
/// 0⇥<padding>⇥-
/// 1⇥<unknown>⇥-
/// 2⇥\s⇥1822
/// 3⇥e⇥1200
/// digest⇥4f0c…
/// ```
///
/// UTF-8, lines end in a line feed, columns are divided by one tab. Spellings of symbols: `\s` is a
/// space, `\\` a backslash, `\u{301}` a scalar that does not print alone, `\xE2` a byte that is not
/// UTF-8. The last line is the ``digest``, by which damage and truncation are noticed.
extension Vocabulary {
  /// The version of the file format that this code writes and reads.
  public static let formatVersion = 1

  /// The file's text.
  public var fileText: String {
    var text = """
      dgflow vocabulary\t\(Self.formatVersion)
      unit\t\(unit.rawValue)
      normalisation\t\(normalisation.form.rawValue)
      case folding\t\(normalisation.foldsCase ? "yes" : "no")
      control characters\t\(normalisation.controls.rawValue)
      size\t\(count)
      token\tsymbol\tcount
      0\t<padding>\t-
      1\t<unknown>\t-

      """
    for (index, symbol) in symbols.enumerated() {
      text += "\(index + 2)\t\(symbol)\t\(counts[index])\n"
    }
    return text + "digest\t\(digest)\n"
  }

  /// Writes the file, atomically.
  ///
  /// - Throws: `Failure` of kind `cannotWrite`.
  public func write(to path: String) throws {
    try AtomicFile.write(fileText, to: path)
  }

  /// Reads a file.
  ///
  /// Everything is checked: version, every heading, token order, spellings, legality and
  /// uniqueness of symbols, falling counts, size, digest, end of file.
  ///
  /// - Throws: `Failure` of kind `missingInput` or `badData`, naming the file and the line.
  public init(contentsOf path: String) throws {
    let bytes = try FileSource(path: path).readAll(limit: 1 << 26)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure(.badData, "\(path) is not a vocabulary file: it is not UTF-8 text")
    }
    try self.init(fileText: text, name: path)
  }

  /// Reads a file's text; `name` is what messages call it.
  ///
  /// - Throws: `Failure` of kind `badData`, naming the line.
  public init(fileText text: String, name: String = "vocabulary") throws {
    var reader = VocabularyReader(text: text, name: name)
    try reader.version()
    let unit = try reader.choice("unit", SymbolUnit.self)
    let form = try reader.choice("normalisation", TextNormalisation.Form.self)
    let folds = try reader.value("case folding")
    guard folds == "yes" || folds == "no" else {
      throw reader.failure("case folding is '\(folds)'; expected yes or no")
    }
    let controls = try reader.choice("control characters", TextNormalisation.ControlPolicy.self)
    let size = try reader.size()
    let (symbols, counts) = try reader.rows(size: size)
    let digest = try reader.value("digest")
    try reader.end()
    let normalisation = TextNormalisation(
      form: form, foldsCase: folds == "yes", controls: controls)
    do {
      try self.init(unit: unit, normalisation: normalisation, symbols: symbols, counts: counts)
    } catch let error as Failure {
      throw Failure(.badData, "\(name): \(error.message)", cause: error)
    }
    guard digest == self.digest else {
      throw Failure(
        .badData,
        "\(name) was changed after it was written: its digest is \(digest), its content has "
          + "\(self.digest); restore the file or prepare the corpus again")
    }
  }
}

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
