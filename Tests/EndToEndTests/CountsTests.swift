import Foundation
import Testing

/// `corpus count` and `corpus merge-counts`: one file, byte for byte, whatever way it was made.
@Suite struct CountsTests {
  private let scratch: Scratch
  private let temporary: String

  init() throws {
    scratch = try Scratch()
    temporary = scratch.path("temporary")
    try FileManager.default.createDirectory(
      atPath: temporary, withIntermediateDirectories: false)
  }

  /// Runs shell lines that must succeed and leave no temporary file behind.
  private func shell(_ line: String, at location: SourceLocation = #_sourceLocation) throws {
    let outcome = try Tool.shell(
      "set -e; \(line)", folder: scratch.folder, environment: ["TMPDIR": temporary])
    #expect(outcome.status == 0, "\(line): \(outcome.errors)", sourceLocation: location)
    #expect(scratch.names("temporary") == [], "\(line)", sourceLocation: location)
  }

  private func expectSame(_ names: String..., at location: SourceLocation = #_sourceLocation) throws
  {
    let first = try scratch.bytes(names[0])
    for name in names.dropFirst() {
      #expect(
        try scratch.bytes(name) == first, "\(name) and \(names[0])", sourceLocation: location)
    }
  }

  /// Lines of random letters, hardly a window of them twice: much to count in little text.
  private func noise(_ count: Int, letters: String, seed: UInt64) -> String {
    var numbers = LinearNumbers(state: seed)
    let letters = Array(letters)
    return (0..<count).map { _ in
      let length = Int.random(in: 20...40, using: &numbers)
      return String(
        (0..<length).map { _ in letters[Int.random(in: 0..<letters.count, using: &numbers)] })
        + "\n"
    }.joined()
  }

  private static let letters = "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ,.éя"

  @Test("threads and memory do not change a byte, although the least memory needs the disk")
  func memory() throws {
    try scratch.write(noise(30_000, letters: Self.letters, seed: 1).utf8, to: "text")
    let least = [1: "58M", 2: "65M", 3: "79M"]
    for threads in 1...3 {
      try shell(
        """
        dgflow corpus count text --quiet --threads \(threads) --output \(threads).large
        dgflow corpus count text --quiet --threads \(threads) --memory \(least[threads] ?? "") \
          --output \(threads).small
        """)
    }
    try expectSame("1.large", "1.small", "2.large", "2.small", "3.large", "3.small")
    // The small one did need temporary files: without a place for them it fails, the large does not.
    for (memory, status) in [("58M", 73), ("1G", 0)] as [(String, Int32)] {
      let outcome = try Tool.run(
        [
          "corpus", "count", "text", "--output", "x", "--memory", memory, "--threads", "1",
          "--quiet",
        ], environment: ["TMPDIR": scratch.path("nowhere")], folder: scratch.folder)
      #expect(outcome.status == status, "\(outcome.errors)")
    }
  }

  @Test("shards with other symbols, counted apart and merged, are the file of one pass")
  func shards() throws {
    let parts = [
      noise(4_000, letters: Self.letters, seed: 2),
      noise(3_000, letters: "zyxwv 0123456789ß", seed: 3),
      noise(50, letters: "日本語", seed: 4), "one line only",
    ]
    for (index, part) in parts.enumerated() {
      try scratch.write(part.utf8, to: "\(index)")
      try shell("dgflow corpus count \(index) --output \(index).counts --quiet")
    }
    try shell(
      """
      dgflow corpus count 0 1 2 3 --output one --quiet
      dgflow corpus merge-counts 0.counts 1.counts 2.counts 3.counts --output merged --quiet
      dgflow corpus merge-counts 3.counts 1.counts 2.counts 0.counts --output turned --quiet
      dgflow corpus merge-counts 0.counts 1.counts --output first --quiet
      dgflow corpus merge-counts 2.counts 3.counts --output second --quiet
      dgflow corpus merge-counts second first --memory 60M --output nested --quiet
      dgflow corpus merge-counts one --output same --quiet
      dgflow corpus merge-counts merged --output merged --quiet
      """)
    try expectSame("one", "merged", "turned", "nested", "same")
    // Lines dealt out one by one, and other options, wide keys among them.
    for options in [
      "--order 3 --length 12", "--order 14", "--shortest 4 --exclude-padding", "--unit byte",
      "--unit grapheme --fold-case", "--vocabulary $corpus --order 4",
    ] {
      try shell(
        """
        awk 'NR % 2' 0 > odd; awk 'NR % 2 == 0' 0 > even
        dgflow corpus count 0 \(options) --output whole --quiet
        dgflow corpus count odd \(options) --output odd.counts --quiet
        dgflow corpus count even \(options) --output even.counts --quiet
        dgflow corpus merge-counts even.counts odd.counts --output both --quiet
        """)
      try expectSame("whole", "both")
    }
    expectError(
      try Tool.run(
        ["corpus", "merge-counts", "one", "whole", "--output", "x"], folder: scratch.folder), 65,
      "counted in different ways", "orders")
  }

  @Test("gzip, standard input, pipes and several inputs are counted as plain text is")
  func inputs() throws {
    try shell(
      """
      dgflow corpus count $text --output plain
      gzip -c $text > packed.gz; dgflow corpus count packed.gz --output packed --quiet
      dgflow corpus count - --output input --quiet < $text
      cat $text | dgflow corpus count - --output piped --quiet
      dgflow corpus count <(cat $text) --output substituted --quiet
      head -n 1000 $text > a; tail -n +1001 $text | gzip -c > b.gz
      dgflow corpus count a b.gz --output joined --quiet
      dgflow corpus count - b.gz --output mixed --quiet < a
      """)
    try expectSame(
      "plain", "packed", "input", "piped", "substituted", "joined", "mixed")
    #expect(try scratch.bytes("plain") == fileBytes(Workshop.shared.counts))
  }

  @Test("a prepared corpus: a split's counts score as the split does; windows go by line number")
  func preparedCorpus() throws {
    try shell(
      """
      dgflow corpus prepare $text --cut windows --stride 8 --output windows --quiet
      dgflow corpus count windows --output windows.counts --quiet
      dgflow corpus count $corpus --output test.counts --quiet
      dgflow corpus count $corpus --split train --output train.counts --quiet
      dgflow corpus count $corpus/test.npy --vocabulary $corpus --output tokens.counts --quiet
      dgflow corpus count $corpus/test.npy --vocabulary test.counts --output other.counts --quiet
      head -n 300 $text > samples
      """)
    try expectSame("test.counts", "tokens.counts", "other.counts")
    for (reference, counts, options) in [
      ("$corpus", "test.counts", ""), ("$corpus --split train", "train.counts", ""),
      ("windows", "windows.counts", ""),
    ] {
      let metrics = "--metric js --metric recall --metric cosine --metric kl --plain"
      let whole = try Scored("samples --reference \(reference) \(options) \(metrics)", in: scratch)
      let counted = try Scored("samples --reference \(counts) \(options) \(metrics)", in: scratch)
      #expect(whole.numbers == counted.numbers && whole.rows.count == 8)
    }
    let inspected = try Tool.output("inspect", "windows.counts", folder: scratch.folder)
    #expect(inspected.contains("by line number"))
    expectError(
      try Tool.run(
        ["corpus", "merge-counts", "windows.counts", "test.counts", "--output", "x"],
        folder: scratch.folder), 65, "counted in different ways")
  }

  @Test("inspect says what counts hold, as text and JSON")
  func inspect() throws {
    try scratch.write("abab\nab\n".utf8, to: "text")
    try shell("dgflow corpus count text --length 4 --order 2 --output counts --quiet")
    let lines = try Tool.output("inspect", "counts", folder: scratch.folder).split(separator: "\n")
    // Tokens: a, b and padding; ab and ba, b and padding, padding twice.
    #expect(
      lines.dropLast() == [
        "kind: counts", "strings: 2 of 4 symbols",
        "parts: 16 of 0 to 1 strings, by a hash of the line",
        "vocabulary: 4 (scalars), of the text", "padding: counted", "order 1: 3 different of 8",
        "order 2: 4 different of 6",
      ])
    #expect(try lines.last?.wholeMatch(of: Regex("digest: [0-9a-f]{16}")) != nil)
    let outcome = try Tool.run(["inspect", "counts", "--json"], folder: scratch.folder)
    let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    let row = try #require(((object as? [String: Any])?["rows"] as? [[String: Any]])?.first)
    #expect(row["kind"] as? String == "counts")
    let facts = try #require(row["facts"] as? [[String: String]])
    #expect(facts.map { "\($0["name"] ?? ""): \($0["value"] ?? "")" } == lines.map(String.init))
    // Its head can be read by eye.
    let head = try Tool.shell("head -n 6 counts", folder: scratch.folder).lines
    #expect(head[0].hasPrefix("dgflow counts\t1\t"))
    #expect(head[1...4] == ["length\t4", "orders\t1\t2", "padding\tcounted", "parts\tline"])
  }

  @Test("nothing is left in the temporary folder, nor beside the output, after scoring either")
  func cleanliness() throws {
    try scratch.write(noise(20_000, letters: Self.letters, seed: 5).utf8, to: "text")
    try shell(
      """
      head -n 500 text > samples
      dgflow score samples --reference text --memory 58M --threads 1 > table
      cat text | dgflow score samples --reference - --quiet > table
      dgflow corpus count text --memory 58M --threads 1 --output counts --quiet
      dgflow score samples --reference counts --quiet > table
      """)
    #expect(
      try Tool.shell("ls -A", folder: scratch.folder).lines
        == ["counts", "samples", "table", "temporary", "text"])
  }
}
