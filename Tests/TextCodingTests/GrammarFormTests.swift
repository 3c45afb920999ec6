import Testing

@testable import TextCoding

/// Inflected forms of words and of rules.
@Suite("English forms in grammars")
struct GrammarFormTests {
  @Test(
    "regular and irregular plurals",
    arguments: [
      ("cat", "cats"), ("church", "churches"), ("city", "cities"), ("boy", "boys"),
      ("box", "boxes"),
      ("tornado", "tornadoes"), ("video", "videos"), ("man/men", "men"), ("day", "days"),
    ])
  func plural(word: String, expected: String) {
    #expect(EnglishInflection.inflect(word, .plural) == expected)
  }

  @Test(
    "forms of verbs",
    arguments: [
      ("walk", "walks", "walked", "walked", "walking"),
      ("ban", "bans", "banned", "banned", "banning"),
      ("admit/admitted", "admits", "admitted", "admitted", "admitting"),
      ("deny", "denies", "denied", "denied", "denying"),
      ("close", "closes", "closed", "closed", "closing"),
      ("take/took/taken", "takes", "took", "taken", "taking"),
      ("win/won", "wins", "won", "won", "winning"), ("die", "dies", "died", "died", "dying"),
      ("agree", "agrees", "agreed", "agreed", "agreeing"),
      ("visit", "visits", "visited", "visited", "visiting"),
      ("cut/cut", "cuts", "cut", "cut", "cutting"),
      ("go/went/gone", "goes", "went", "gone", "going"),
      ("call", "calls", "called", "called", "calling"),
      ("play", "plays", "played", "played", "playing"),
      ("fix", "fixes", "fixed", "fixed", "fixing"),
      ("join", "joins", "joined", "joined", "joining"),
    ])
  func verbs(
    word: String, third: String, past: String, participle: String, gerund: String
  ) {
    #expect(EnglishInflection.inflect(word, .third) == third)
    #expect(EnglishInflection.inflect(word, .past) == past)
    #expect(EnglishInflection.inflect(word, .participle) == participle)
    #expect(EnglishInflection.inflect(word, .gerund) == gerund)
  }

  @Test(
    "a form inflects the marked word, else the last of a noun and the first of a verb",
    arguments: [
      ("plural", "taxi driver", "Taxi drivers"),
      ("plural", "member/members of parliament", "Members of parliament"),
      ("plural", "civil_servant", "Civil servants"), ("past", "call for help", "Called for help"),
      ("past", "quietly leave/left <x>", "Quietly left town"),
      ("gerund", "{take/took | give/gave} part", nil), ("upper", "new york", "NEW YORK"),
      ("plural", "<x>", "Towns"), ("plural", "old <x>", "Old towns"),
    ] as [(String, String, String?)])
  func phrases(form: String, phrase: String, expected: String?) throws {
    let isWord = phrase.contains("_")
    let grammar = try SentenceGrammar(
      text: """
        dgflow-grammar 1
        <sentence> = <y:\(form)> | <z>
        <y>\(isWord ? " words" : "") = \(phrase)
        <z> = <x>
        <x> = town
        """)
    let drawn = Set((0..<100).map { grammar.sentence(index: $0, seed: 1) })
    #expect(drawn == Set(expected.map { [$0] } ?? ["Taking part", "Giving part"]).union(["Town"]))
  }

  @Test("a distinct rule and its inflected copy do not repeat each other")
  func distinctCopies() throws {
    let grammar = try SentenceGrammar(
      text: "dgflow-grammar 1\n<sentence> = <x> , <x:plural>\n<x> words distinct = cat dog")
    let drawn = Set((0..<100).map { grammar.sentence(index: $0, seed: 1) })
    #expect(drawn == ["Cat , dogs", "Dog , cats"])
  }
}
