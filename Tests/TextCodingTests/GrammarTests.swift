import Files
import Testing

@testable import TextCoding

/// What a grammar writes: small grammars whose sentences can be listed.
@Suite("Sentence grammar")
struct GrammarTests {
  /// Sentences 0 ..< count of a grammar given without its first line.
  private func sentences(
    _ rules: String, count: Int = 200, seed: UInt64 = 1
  ) throws -> [String] {
    let grammar = try SentenceGrammar(text: "dgflow-grammar 1\n" + rules)
    return (0..<UInt64(count)).map { grammar.sentence(index: $0, seed: seed) }
  }

  @Test("all alternatives of a small grammar appear, and nothing else")
  func coverage() throws {
    let found = Set(
      try sentences(
        """
        <sentence> = <who> {ran | sat} [50% down] .
        <who> = it
          the <animal>
        <animal> words = cat old_dog
        """))
    let starts = ["It", "The cat", "The old dog"]
    let ends = ["ran .", "ran down .", "sat .", "sat down ."]
    #expect(found == Set(starts.flatMap { start in ends.map { "\(start) \($0)" } }))
  }

  @Test("weights are probabilities up to a factor")
  func weights() throws {
    let drawn = try sentences("<sentence> = 6* red | 3* green | blue", count: 20_000)
    for (word, share) in [("Red", 0.6), ("Green", 0.3), ("Blue", 0.1)] {
      let count = Double(drawn.count { $0 == word })
      let deviation = (20_000 * share * (1 - share)).squareRoot()
      #expect(abs(count - 20_000 * share) < 5 * deviation, "\(word): \(count)")
    }
  }

  @Test("zipf weights are 1/(rank + offset)")
  func zipf() throws {
    let drawn = try sentences("<sentence> words zipf 1 = one two three", count: 26_000)
    // Weights 1/2, 1/3, 1/4: shares 6/13, 4/13, 3/13.
    for (word, expected) in [("One", 12_000.0), ("Two", 8_000), ("Three", 6_000)] {
      #expect(abs(Double(drawn.count { $0 == word }) - expected) < 450)
    }
  }

  @Test("an optional part is there with its probability")
  func optional() throws {
    let drawn = try sentences("<sentence> = go [20% now]", count: 20_000)
    #expect(abs(drawn.count { $0 == "Go now" } - 4_000) < 300)
    #expect(Set(drawn) == ["Go", "Go now"])
  }

  @Test(
    "a and an follow the sound of the next word",
    arguments: [
      ("apple", "An apple"), ("pear", "A pear"), ("hour", "An hour"), ("house", "A house"),
      ("union", "A union"), ("unusual day", "An unusual day"), ("one-year plan", "A one-year plan"),
      ("8-year-old", "An 8-year-old"), ("80-year-old", "An 80-year-old"), ("18", "An 18"),
      ("11,000", "An 11,000"), ("118", "A 118"), ("1,100", "A 1,100"), ("MRI scan", "An MRI scan"),
      ("U.N. envoy", "A U.N. envoy"), ("European", "A European"), ("honest man", "An honest man"),
    ])
  func article(word: String, expected: String) throws {
    #expect(try sentences("<sentence> = <a> \(word)", count: 1) == [expected])
    #expect(
      try sentences("<sentence> = <a> <x>\n<x> = \(word)", count: 1) == [expected])
  }

  @Test("the sentence, and what follows <cap>, starts with a capital")
  func capitals() throws {
    #expect(
      try sentences("<sentence> = \" we are , \" he said . \" <cap>it is . \"", count: 1)
        == ["\" We are , \" he said . \" It is . \""])
    #expect(try sentences("<sentence> = éclair", count: 1) == ["Éclair"])
    #expect(try sentences("<sentence> = 12 men", count: 1) == ["12 men"])
  }

  @Test("numbers stay in their range and keep their spelling")
  func numbers() throws {
    let spelled = Set(try sentences("<sentence> = <number 998..1001>", count: 400))
    #expect(spelled == ["998", "999", "1,000", "1,001"])
    #expect(
      Set(try sentences("<sentence> = <number 1999..2001 plain>")) == ["1999", "2000", "2001"])
    #expect(
      Set(try sentences("<sentence> = <number 0.5..2 by 0.5>")) == ["0.5", "1.0", "1.5", "2.0"])
    #expect(Set(try sentences("<sentence> = <number 00..15 by 5>")) == ["00", "05", "10", "15"])
    #expect(
      Set(try sentences("<sentence> = <number 7..9>-year-old"))
        == ["7-year-old", "8-year-old", "9-year-old"])
    #expect(
      Set(try sentences("<sentence> = <number 0.01..0.03>")) == ["0.01", "0.02", "0.03"])
    let skewed = try sentences("<sentence> = <number 1..100 skewed>", count: 4_000)
    let low = skewed.compactMap(Int.init).count { $0 <= 13 }
    #expect(abs(low - 2_000) < 300)  // (13/100)^(1/3) ≈ 0.507
  }

  @Test("a feature variable makes one rule a feature")
  func features() throws {
    let drawn = Set(
      try sentences(
        """
        <sentence> = <tale.m> | <tale.f>
        <tale.@> for m f = <he.@> lost <his.@> hat
        <he.m> = he
        <he.f> = she
        <his.m> = his
        <his.f> = her
        """))
    #expect(drawn == ["He lost his hat", "She lost her hat"])
  }

  @Test("a distinct rule does not repeat itself while it can choose")
  func distinct() throws {
    for sentence in try sentences(
      "<sentence> = <x> <x>\n<x> words distinct = A B C", count: 500)
    {
      let words = sentence.split(separator: " ")
      #expect(words[0] != words[1])
    }
    #expect(
      try sentences("<sentence> = <x> <x>\n<x> distinct = A", count: 1) == ["A A"])
  }

  @Test("a rule marked once writes nothing the second time")
  func once() throws {
    #expect(
      Set(
        try sentences(
          "<sentence> = go <day> [50% again] <day> .\n<day> words once = today tomorrow"))
        == ["Go today .", "Go today again .", "Go tomorrow .", "Go tomorrow again ."])
  }

  @Test("recursion ends")
  func recursion() throws {
    let drawn = try sentences("<sentence> = 50* again <sentence> | stop", count: 50)
    for sentence in drawn {
      #expect(sentence.hasSuffix("top"))
      #expect(sentence.split(separator: " ").count <= 42)
    }
    #expect(Set(drawn).count > 5)
  }

  @Test("sentences keep to the length where the grammar can")
  func length() throws {
    for sentence in try sentences(
      "length 3..5\n<sentence> = 4* a <sentence> | b .", count: 300)
    {
      let words = sentence.split(separator: " ").count { $0 != "." && $0 != "," }
      #expect((3...5).contains(words), "\(sentence)")
    }
  }

  @Test("sentence i depends on seed and i only")
  func determinism() throws {
    let text = """
      dgflow-grammar 1
      <sentence> = <x> <x> <x> <x> <number 1..1000000>
      <x> words = a b c d e f g h
      """
    let first = try SentenceGrammar(text: text)
    let second = try SentenceGrammar(text: text)
    let forward = (0..<50).map { first.sentence(index: $0, seed: 7) }
    let backward = (0..<50).reversed().map { second.sentence(index: $0, seed: 7) }
    #expect(forward == backward.reversed())
    #expect(Set(forward).count == 50)
    #expect(forward != (0..<50).map { first.sentence(index: $0, seed: 8) })
    #expect(first.sentence(index: 1 << 40, seed: 7) != first.sentence(index: 0, seed: 7))
    #expect(Array(first.sentence(index: 3, seed: 7).utf8) == first.sentenceBytes(index: 3, seed: 7))
  }

  @Test("the digest follows the text")
  func digest() throws {
    let first = try SentenceGrammar(text: "dgflow-grammar 1\n<sentence> = a")
    let same = try SentenceGrammar(text: "dgflow-grammar 1\n<sentence> = a")
    let other = try SentenceGrammar(text: "dgflow-grammar 1\n<sentence> = b")
    #expect(first.digest == same.digest)
    #expect(first.digest != other.digest)
    #expect(first.digest.count == 16)
  }
}
