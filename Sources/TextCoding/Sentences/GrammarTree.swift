/// Where something stands in a grammar, for messages.
struct GrammarPlace: Sendable {
  let source: GrammarSource
  let line: Int
}

/// A grammatical form that a reference may ask for.
enum WordForm: String, Sendable, CaseIterable {
  case plural, third, past, participle, gerund, upper
}

/// One item of an alternative, as written.
indirect enum GrammarItem: Sendable {
  /// A piece of text without blanks; slashes still in it.
  case text(String)
  case space
  case reference(name: String, form: WordForm?)
  case choice([GrammarAlternative])
  case number(NumberPattern)
  /// `<a>`
  case article
  /// `<cap>`
  case capital
}

/// A weighted sequence of items.
struct GrammarAlternative: Sendable {
  var weight: Double
  var items: [GrammarItem]
  let place: GrammarPlace
}

/// A rule after its feature variable has been filled in.
struct GrammarRule: Sendable {
  let name: String
  /// The name in the header, `@` included: a header all of whose copies are unused is an error.
  let header: String
  /// The rule that this one is an inflected copy of, or its own name.
  let origin: String
  /// Prefers alternatives that the sentence does not have yet.
  let isDistinct: Bool
  /// Writes nothing the second time.
  let isOnce: Bool
  var alternatives: [GrammarAlternative]
  let place: GrammarPlace
}
