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
