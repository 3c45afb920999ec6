import Files

/// Replaces references with a form, `<officer:plural>`, by references to inflected copies of rules.
///
/// The copy of `<x>` in form f is named `x:f`. In each alternative the word with slashes is
/// inflected, else the last word for `plural` and the first for verb forms; a reference in that
/// place hands the form on. `upper` applies to all words.
struct GrammarForms {
  private var rules: [GrammarRule]
  private let index: [String: Int]
  private var copied: Set<String> = []
  private var pending: [(name: String, form: WordForm, place: GrammarPlace)] = []

  /// The rules with plain references only, slashes gone, copies after the originals.
  ///
  /// - Throws: `Failure` of kind `badData` for an unknown rule or an alternative without the form.
  static func expand(_ rules: [GrammarRule]) throws -> [GrammarRule] {
    var forms = GrammarForms(rules)
    for position in rules.indices {
      for place in rules[position].alternatives.indices {
        let alternative = rules[position].alternatives[place]
        forms.rules[position].alternatives[place].items = forms.plain(
          alternative.items, at: alternative.place)
      }
    }
    while let request = forms.pending.popLast() { try forms.copy(request, of: rules) }
    return forms.rules
  }

  private init(_ rules: [GrammarRule]) {
    self.rules = rules
    index = Dictionary(
      rules.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  private mutating func plain(_ items: [GrammarItem], at place: GrammarPlace) -> [GrammarItem] {
    items.map { item in
      switch item {
      case .text(let text): return .text(EnglishInflection.inflect(text, nil))
      case .reference(let name, let form?):
        request(name, form, at: place)
        return .reference(name: "\(name):\(form.rawValue)", form: nil)
      case .choice(let alternatives):
        return .choice(
          alternatives.map { alternative in
            var copy = alternative
            copy.items = plain(alternative.items, at: alternative.place)
            return copy
          })
      default: return item
      }
    }
  }

  private mutating func request(_ name: String, _ form: WordForm, at place: GrammarPlace) {
    if copied.insert("\(name):\(form.rawValue)").inserted { pending.append((name, form, place)) }
  }

  private mutating func copy(
    _ request: (name: String, form: WordForm, place: GrammarPlace), of originals: [GrammarRule]
  ) throws {
    guard let position = index[request.name] else {
      throw request.place.source.failure(
        line: request.place.line, "there is no rule <\(request.name)>; add it or mend the name")
    }
    var alternatives = originals[position].alternatives
    for place in alternatives.indices {
      alternatives[place].items = try inflected(
        alternatives[place].items, request.form, at: alternatives[place].place)
    }
    rules.append(
      GrammarRule(
        name: "\(request.name):\(request.form.rawValue)", header: originals[position].header,
        origin: originals[position].origin, isDistinct: originals[position].isDistinct,
        isOnce: originals[position].isOnce, alternatives: alternatives,
        place: originals[position].place))
  }

  private mutating func inflected(
    _ items: [GrammarItem], _ form: WordForm, at place: GrammarPlace
  ) throws -> [GrammarItem] {
    let heads: [Int]
    let words = items.indices.filter { if case .space = items[$0] { false } else { true } }
    let marked = words.filter { position in
      if case .text(let text) = items[position] { text.contains("/") } else { false }
    }
    switch form {
    case .upper: heads = words
    case .plural: heads = Array((marked.isEmpty ? words : marked).suffix(1))
    default: heads = Array((marked.isEmpty ? words : marked).prefix(1))
    }
    guard !heads.isEmpty else {
      throw place.source.failure(
        line: place.line, "an empty alternative has no form `\(form.rawValue)`; add a word")
    }
    var result: [GrammarItem] = []
    for (position, item) in items.enumerated() {
      guard heads.contains(position) else {
        result += plain([item], at: place)
        continue
      }
      switch item {
      case .text(let text): result.append(.text(EnglishInflection.inflect(text, form)))
      case .reference(let name, nil):
        request(name, form, at: place)
        result.append(.reference(name: "\(name):\(form.rawValue)", form: nil))
      case .choice(let alternatives):
        result.append(
          .choice(
            try alternatives.map { alternative in
              var copy = alternative
              copy.items = try inflected(alternative.items, form, at: alternative.place)
              return copy
            }))
      default:
        throw place.source.failure(
          line: place.line,
          "the word to inflect as `\(form.rawValue)` is not text; mark another with a slash")
      }
    }
    return result
  }
}
