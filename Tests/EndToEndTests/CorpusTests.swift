import Foundation
import Testing

/// Text that is not clean, and corpora that come with dgflow.
@Suite struct CorpusTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write(Array("good line one\nbad ".utf8) + [0xFF, 0xFE, 10], to: "invalid.txt")
    try scratch.write("fine\nnul\u{0}here\n".utf8, to: "nul.txt")
    try scratch.write("\u{FEFF}marked\r\nreturn\r\n\r\nlast".utf8, to: "marks.txt")
    try scratch.write("tab\there\n".utf8, to: "control.txt")
    try scratch.write(String(repeating: "long ", count: 50_000).utf8, to: "long.txt")
  }

  private func prepare(_ options: String...) throws -> Tool.Outcome {
    try Tool.run(
      ["corpus", "prepare"] + options + ["--output", "corpus", "--validation", "0", "--test", "0"],
      folder: scratch.folder)
  }

  @Test(
    "a reject names file, line and byte",
    arguments: [
      (["invalid.txt", "--unclean", "reject"], "invalid.txt, line 2, byte 5", "0xFF"),
      (["nul.txt", "--unclean", "reject"], "nul.txt, line 2, byte 4", "NUL"),
      (
        ["marks.txt", "invalid.txt", "--unclean", "reject"], "invalid.txt, line 2, byte 5", "UTF-8"
      ),
      (["control.txt", "--controls", "reject"], "control.txt, line 1, byte 4", "U+0009"),
      (["long.txt", "--maximum-line-bytes", "1000"], "long.txt, line 1", "1000"),
    ])
  func rejected(options: [String], place: String, what: String) throws {
    let outcome = try Tool.run(
      ["corpus", "prepare"] + options + ["--output", "corpus"], folder: scratch.folder)
    expectError(outcome, 65, place, what)
    #expect(!scratch.names().contains { $0.hasPrefix("corpus") })
  }

  @Test("a reject on standard input says so")
  func rejectedInput() throws {
    let outcome = try Tool.run(
      ["corpus", "prepare", "-", "--unclean", "reject", "--output", "x"], input: "a\u{0}b\n")
    expectError(outcome, 65, "standard input, line 1, byte 2")
  }

  @Test("repaired text is counted and told")
  func repaired() throws {
    let outcome = try prepare("invalid.txt", "nul.txt", "marks.txt", "control.txt", "long.txt")
    #expect(outcome.status == 0 && outcome.output == "", "\(outcome.errors)")
    #expect(outcome.errors.contains("2 lines were repaired"))
    #expect(outcome.errors.contains("5 inputs"))
    let examples = try Tool.run(
      ["corpus", "prepare", "marks.txt", "--output", "marks", "--validation", "0", "--test", "0"],
      folder: scratch.folder)
    #expect(examples.status == 0)
    expectError(
      try Tool.run(["corpus", "describe", "marks"], folder: scratch.folder), 65, "no test strings")
  }

  @Test("gzip files that are cut or followed by garbage are refused")
  func damagedGzip() throws {
    let made = try Tool.shell(
      "gzip -c $text > whole.gz; head -c 9000 whole.gz > cut.gz; (cat whole.gz; echo x) > tail.gz",
      folder: scratch.folder)
    #expect(made.status == 0)
    for name in ["cut.gz", "tail.gz"] {
      expectError(try prepare(name), 65, name, "gzip")
      expectError(
        try Tool.run(
          ["score", name, "--reference", Workshop.shared.corpus], folder: scratch.folder), 65, name)
    }
    expectError(
      try Tool.shell("dgflow corpus prepare - --output x < whole.gz", folder: scratch.folder), 65,
      "standard input is packed by gzip")
  }

  @Test("a corpus can take the vocabulary of a run, a corpus or a file")
  func vocabularies() throws {
    let workshop = try Workshop.shared
    let expected = try fileBytes(workshop.corpus + "/vocabulary.tsv")
    for (index, source) in [
      workshop.corpus, workshop.run, workshop.run + "/vocabulary.tsv",
    ].enumerated() {
      let outcome = try Tool.run(
        ["corpus", "prepare", workshop.text, "--vocabulary", source, "--output", "c\(index)"],
        folder: scratch.folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try scratch.bytes("c\(index)/vocabulary.tsv") == expected)
    }
  }

  @Test("the bundled corpus is prepared once, on first use, in the cache")
  func bundled() throws {
    let arguments = ["score", try Workshop.shared.text, "--reference", "newswire", "--order", "3"]
    let cache = ["XDG_CACHE_HOME": scratch.path("cache")]
    let first = try Tool.run(arguments, environment: cache)
    #expect(first.status == 0, "\(first.errors)")
    #expect(first.errors.hasPrefix("preparing the bundled corpus newswire once, in "))
    let second = try Tool.run(arguments, environment: cache)
    #expect(second.errors == "" && second.output == first.output)
    #expect(scratch.names("cache/dgflow").count == 1)

    expectError(
      try Tool.run(arguments, environment: ["XDG_CACHE_HOME": "", "HOME": ""]), 73,
      "XDG_CACHE_HOME")
    let closed = try Tool.run(arguments, environment: ["XDG_CACHE_HOME": "/dev/null"])
    #expect(closed.status == 73)
    expectErrorLine(closed, ["/dev/null"], onlyLine: false)
  }

  @Test(
    "a run that comes with dgflow generates, refines by its calibrated critic and cannot be resumed",
    arguments: ["newswire", "news"])
  func shipped(name: String) throws {
    let generated = try Tool.run(["generate", name, "--count", "5"])
    #expect(generated.status == 0 && generated.lines.count == 5, "\(generated.errors)")
    let unmoved = try Tool.run(["refine", name, "--count", "5", "--steps", "0", "--quiet"])
    #expect(unmoved.lines == generated.lines)
    let refined = try Tool.run(["refine", name, "--count", "5", "--steps", "5"])
    #expect(refined.status == 0 && refined.lines.count == 5 && refined.lines != generated.lines)
    #expect(refined.errors.contains("critic calibrated on decoded text"), "\(refined.errors)")
    let continued = try Tool.run(
      ["refine", name, "--count", "2", "--steps", "1", "--ratio", "continued"])
    #expect(continued.status == 0, "\(continued.errors)")
    let inspected = try Tool.output("inspect", name)
    #expect(inspected.contains("cannot be resumed"))
    #expect(inspected.contains(#/findings: +none/#), "\(inspected)")
    _ = try scratch.copy(Tool.root + "/Corpora/\(name)/run", as: "run")
    expectError(
      try Tool.run(
        ["train", Workshop.shared.corpus, "--output", "run", "--resume"], folder: scratch.folder),
      66, "no checkpoints")
  }
}
