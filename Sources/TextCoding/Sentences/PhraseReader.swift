import Files

/// Reads alternatives: the text after a header and on the indented lines under it.
struct PhraseReader {
  private let place: GrammarPlace
  private let characters: [Character]
  private var position = 0

  init(_ text: Substring, at place: GrammarPlace) {
    self.place = place
    characters = Array(text)
  }

  /// All alternatives of a line, separated by `|`.
  ///
  /// - Throws: `Failure` of kind `badData`.
  static func alternatives(
    _ text: Substring, at place: GrammarPlace
  ) throws -> [GrammarAlternative] {
    var reader = PhraseReader(text, at: place)
    let result = try reader.alternatives(until: nil)
    return result
  }

  private var next: Character? { position < characters.count ? characters[position] : nil }

  private func failure(_ message: String) -> Failure {
    place.source.failure(line: place.line, message)
  }

  private mutating func alternatives(until closing: Character?) throws -> [GrammarAlternative] {
    var result = [try alternative()]
    while next == "|" {
      position += 1
      result.append(try alternative())
    }
    if let closing {
      guard next == closing else {
        throw failure("a bracket is not closed; add `\(closing)` on the same line")
      }
      position += 1
    } else if let stray = next {
      throw failure("`\(stray)` closes nothing; remove it or open a bracket before it")
    }
    return result
  }

  private mutating func alternative() throws -> GrammarAlternative {
    skipBlanks()
    let weight = try weightPrefix()
    return GrammarAlternative(weight: weight, items: try items(), place: place)
  }

  private mutating func skipBlanks() {
    while next == " " || next == "\t" { position += 1 }
  }

  private mutating func weightPrefix() throws -> Double {
    var end = position
    while end < characters.count, characters[end].isASCIIDigit || characters[end] == "." {
      end += 1
    }
    guard end < characters.count, characters[end] == "*" else { return 1 }
    let text = String(characters[position..<end])
    position = end + 1
    skipBlanks()
    return try Self.weight(text, at: place)
  }

  /// A weight: a decimal above zero.
  static func weight(_ text: String, at place: GrammarPlace) throws -> Double {
    guard let weight = Double(text), weight > 0, weight.isFinite else {
      throw place.source.failure(
        line: place.line, "`\(text)*` is not a weight; write a number above 0, as `2.5*`")
    }
    return weight
  }

  private mutating func items() throws -> [GrammarItem] {
    var result: [GrammarItem] = []
    var text = ""
    func isText(_ character: Character) -> Bool { !"<>[]{}|*_# \t".contains(character) }
    while let character = next {
      if isText(character) {
        text.append(character)
        position += 1
        continue
      }
      if !text.isEmpty { result.append(.text(text)) }
      text = ""
      switch character {
      case " ", "\t":
        skipBlanks()
        if !result.isEmpty { result.append(.space) }
      case "<": result.append(try angle())
      case "[": result.append(try optional())
      case "{":
        position += 1
        result.append(.choice(try alternatives(until: "}")))
      case "|", "]", "}": return Self.trimmed(result)
      default:
        throw failure(
          "`\(character)` has a meaning of its own and cannot be text here; write it in words")
      }
    }
    if !text.isEmpty { result.append(.text(text)) }
    return Self.trimmed(result)
  }

  private static func trimmed(_ items: [GrammarItem]) -> [GrammarItem] {
    if case .space? = items.last { return Array(items.dropLast()) }
    return items
  }

  private mutating func optional() throws -> GrammarItem {
    position += 1
    let start = position
    while let character = next, character.isASCIIDigit || character == "." { position += 1 }
    let text = String(characters[start..<position])
    guard next == "%", let percent = Double(text), percent > 0, percent < 100 else {
      throw failure("an optional part starts with its probability, as `[40% in <city>]`")
    }
    position += 1
    skipBlanks()
    let items = try items()
    guard next == "]" else { throw failure("`[` is not closed; add `]` on the same line") }
    position += 1
    return .choice([
      GrammarAlternative(weight: percent, items: items, place: place),
      GrammarAlternative(weight: 100 - percent, items: [], place: place),
    ])
  }

  private mutating func angle() throws -> GrammarItem {
    guard let end = characters[position...].firstIndex(of: ">") else {
      throw failure("`<` is not closed; add `>` after the rule's name")
    }
    let content = String(characters[(position + 1)..<end])
    position = end + 1
    let words = content.split(separator: " ")
    if content == "a" { return .article }
    if content == "cap" { return .capital }
    if words.first == "number" {
      switch NumberPattern.read(Array(words.dropFirst())) {
      case .success(let pattern): return .number(pattern)
      case .failure(let error): throw failure("\(error.reason), in `<\(content)>`")
      }
    }
    let parts = content.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 2, let name = parts.first, GrammarReader.isName(name) else {
      throw failure(
        "`<\(content)>` is not a name of a rule; use lower-case letters, digits, - and .")
    }
    guard parts.count == 2 else { return .reference(name: String(name), form: nil) }
    guard let form = WordForm(rawValue: String(parts[1])) else {
      let known = WordForm.allCases.map(\.rawValue).joined(separator: ", ")
      throw failure("`\(parts[1])` in `<\(content)>` is not a form; use one of \(known)")
    }
    return .reference(name: String(name), form: form)
  }
}
