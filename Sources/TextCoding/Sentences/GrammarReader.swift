import Files

/// Reads grammar files line by line into rules; references are not looked up yet.
struct GrammarReader {
  private(set) var rules: [GrammarRule] = []
  /// Words in a sentence.
  private(set) var length: ClosedRange<Int>?
  private var places: [String: GrammarPlace] = [:]

  private static let firstLine = "dgflow-grammar 1"

  /// Adds the rules of a file.
  ///
  /// - Throws: `Failure` of kind `badData` naming file, line and remedy.
  mutating func read(_ source: GrammarSource) throws {
    let lines = source.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard let first = lines.first, Self.trimmed(first) == Self.firstLine else {
      throw source.failure(
        line: 1,
        "the first line is not `\(Self.firstLine)`; "
          + "this is not a grammar, or one of a version that this build cannot read")
    }
    var header: Header?
    for (index, line) in lines.enumerated().dropFirst() {
      let place = GrammarPlace(source: source, line: index + 1)
      let text = Self.trimmed(line)
      if text.isEmpty || text.hasPrefix("#") { continue }
      if line.first == " " || line.first == "\t" {
        guard header != nil else {
          throw source.failure(
            line: place.line, "an indented line belongs to a rule; put a header `<name> =` above")
        }
        header?.lines.append((text, place))
      } else if text.hasPrefix("<") {
        if let header { try add(header) }
        header = try Header(text, at: place)
      } else if text.hasPrefix("length ") {
        try readLength(text, at: place)
      } else {
        throw source.failure(
          line: place.line,
          "`\(text.prefix(24))` starts no rule; "
            + "indent alternatives, start rules with `<name> =`")
      }
    }
    if let header { try add(header) }
  }

  private mutating func readLength(_ text: Substring, at place: GrammarPlace) throws {
    let words = text.split(separator: " ")
    guard words.count == 2, let range = words[1].range(ofSeparator: ".."), length == nil,
      let low = Int(range.low), let high = Int(range.high), 0 <= low, low <= high
    else {
      throw place.source.failure(
        line: place.line, "`\(text)` is not `length LOW..HIGH` in words, given once in all files")
    }
    length = low...high
  }

  private mutating func add(_ header: Header) throws {
    guard !header.lines.isEmpty else {
      throw header.failure("rule <\(header.name)> has no alternative; add one, indented")
    }
    for feature in header.features.isEmpty ? [""] : header.features {
      let name = header.name.replacing("@", with: feature)
      if let earlier = places[name] {
        throw header.failure(
          "rule <\(name)> is given twice, first at \(earlier.source.name):\(earlier.line); "
            + "rename or merge one")
      }
      places[name] = header.place
      rules.append(
        GrammarRule(
          name: name, header: header.name, origin: name, isDistinct: header.isDistinct,
          isOnce: header.isOnce,
          alternatives: try header.alternatives(feature: feature), place: header.place))
    }
  }

  /// A rule's name: starts with a lower-case letter; letters, digits, `-`, `.`.
  static func isName(_ text: Substring) -> Bool {
    guard let first = text.first, first.isASCIILowercase else { return false }
    return text.allSatisfy { $0.isASCIILowercase || $0.isASCIIDigit || $0 == "-" || $0 == "." }
  }

  /// Without blanks at both ends.
  static func trimmed(_ line: Substring) -> Substring {
    var text = line
    while let last = text.last, last.isWhitespace { text.removeLast() }
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    return text
  }
}

/// A rule's header and the lines under it.
private struct Header {
  let name: String
  let place: GrammarPlace
  var features: [String] = []
  var isDistinct = false
  var isOnce = false
  var lines: [(text: Substring, place: GrammarPlace)] = []
  private var isWordList = false
  private var zipfOffset: Double?

  init(_ text: Substring, at place: GrammarPlace) throws {
    self.place = place
    let source = place.source
    guard let close = text.firstIndex(of: ">"), let equals = text[close...].firstIndex(of: "=")
    else {
      throw source.failure(line: place.line, "a rule starts with `<name> =`")
    }
    let name = text[text.index(after: text.startIndex)..<close]
    self.name = String(name)
    guard GrammarReader.isName(name.replacing("@", with: "a")[...]),
      !["a", "cap", "number"].contains(self.name)
    else {
      throw source.failure(
        line: place.line,
        "`<\(name)>` cannot name a rule; use lower-case letters, digits, - and ., "
          + "and not a, cap or number")
    }
    try readAttributes(text[text.index(after: close)..<equals].split(separator: " "))
    guard features.isEmpty != name.contains("@") else {
      throw failure(
        "a name with `@` and the attribute `for` go together, as `<name.@> for m f =`")
    }
    let rest = GrammarReader.trimmed(text[text.index(after: equals)...])
    if !rest.isEmpty { lines.append((rest, place)) }
  }

  func failure(_ message: String) -> Failure {
    place.source.failure(line: place.line, message)
  }

  private mutating func readAttributes(_ words: [Substring]) throws {
    let keywords: Set<Substring> = ["words", "distinct", "once", "zipf", "for"]
    var rest = words[...]
    while let word = rest.popFirst() {
      switch word {
      case "words": isWordList = true
      case "distinct": isDistinct = true
      case "once": isOnce = true
      case "zipf":
        zipfOffset = 1
        if let next = rest.first, !keywords.contains(next) {
          guard let offset = Double(next), offset >= 0, offset.isFinite else {
            throw failure("`zipf \(next)`: the offset is a number, 0 or above")
          }
          zipfOffset = offset
          rest.removeFirst()
        }
      case "for":
        while let next = rest.first, !keywords.contains(next) {
          guard GrammarReader.isName(next) else {
            throw failure("`\(next)` is not a feature; use lower-case letters, as `for m f`")
          }
          features.append(String(next))
          rest.removeFirst()
        }
        if features.isEmpty { throw failure("`for` needs its features, as `for m f`") }
      default:
        throw failure("`\(word)` is not an attribute; use for, words, zipf, distinct or once")
      }
    }
  }

  func alternatives(feature: String) throws -> [GrammarAlternative] {
    var result: [GrammarAlternative] = []
    for line in lines {
      let text = feature.isEmpty ? line.text : line.text.replacing("@", with: feature)[...]
      result +=
        isWordList
        ? try words(text, at: line.place) : try PhraseReader.alternatives(text, at: line.place)
    }
    if isWordList { try refuseTwins(result) }
    if let zipfOffset {
      for rank in result.indices { result[rank].weight /= Double(rank + 1) + zipfOffset }
    }
    return result
  }

  private func words(_ text: Substring, at place: GrammarPlace) throws -> [GrammarAlternative] {
    try text.split(whereSeparator: \.isWhitespace).map { entry in
      var weight = 1.0
      var word = entry
      if let star = entry.firstIndex(of: "*") {
        weight = try PhraseReader.weight(String(entry[..<star]), at: place)
        word = entry[entry.index(after: star)...]
      }
      guard !word.isEmpty, !word.contains(where: { "<>[]{}|*#".contains($0) }) else {
        throw place.source.failure(
          line: place.line, "`\(entry)` is not plain text; leave out the attribute `words`")
      }
      var items: [GrammarItem] = []
      for part in word.split(separator: "_") {
        if !items.isEmpty { items.append(.space) }
        items.append(.text(String(part)))
      }
      return GrammarAlternative(weight: weight, items: items, place: place)
    }
  }

  private func refuseTwins(_ alternatives: [GrammarAlternative]) throws {
    var seen: Set<String> = []
    for alternative in alternatives {
      let text = alternative.items.map { item in
        if case .text(let text) = item { text } else { " " }
      }.joined()
      guard seen.insert(text).inserted else {
        throw alternative.place.source.failure(
          line: alternative.place.line,
          "`\(text)` is twice in <\(name)>; remove one, or give it a weight as `2*\(text)`")
      }
    }
  }
}
