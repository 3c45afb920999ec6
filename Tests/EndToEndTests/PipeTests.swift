import Foundation
import Testing

/// Commands joined by pipes, as a user joins them in a shell.
@Suite struct PipeTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func shell(_ line: String) throws -> Tool.Outcome {
    try Tool.shell(line, folder: scratch.folder)
  }

  @Test("generate and refine feed score")
  func scoring() throws {
    for command in ["generate $run", "refine $run --steps 1"] {
      let outcome = try shell("dgflow \(command) --count 100 | dgflow score - --reference $corpus")
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.lines.first?.hasPrefix("samples") == true)
      #expect(outcome.lines.contains { $0.hasPrefix("standard input  JS-4") })
      #expect(outcome.lines.contains { $0.hasPrefix("standard input  JS-6") })
    }
    #expect(
      try shell("dgflow generate $run > g; dgflow score g --reference $corpus --json").output
        .replacing("\"g\"", with: "\"standard input\"")
        == shell("dgflow generate $run | dgflow score - --reference $corpus --json").output)
  }

  @Test("synthesize feeds prepare; gzip files and several inputs read like plain text")
  func preparing() throws {
    let outcome = try shell(
      """
      dgflow corpus synthesize newswire --count 3000 | dgflow corpus prepare - --output piped
      gzip -c $text > text.gz && dgflow corpus prepare text.gz --output unpacked
      head -n 1000 $text > a; tail -n +1001 $text | gzip -c > b
      dgflow corpus prepare a b --output joined
      """)
    #expect(outcome.status == 0 && outcome.output == "", "\(outcome.errors)")
    let corpus = try Workshop.shared.corpus
    for name in ["train.npy", "validation.npy", "test.npy", "vocabulary.tsv"] {
      let expected = try fileBytes(corpus + "/" + name)
      for folder in ["piped", "unpacked", "joined"] {
        #expect(try scratch.bytes("\(folder)/\(name)") == expected, "\(folder)/\(name)")
      }
    }
  }

  @Test("synthesize: the same seed gives the same text, a smaller count its first lines")
  func sentences() throws {
    let text = try String(contentsOfFile: Workshop.shared.text, encoding: .utf8)
    #expect(try Tool.output("corpus", "synthesize", "newswire", "--count", "3000") == text)
    let few = try Tool.output("corpus", "synthesize", "newswire", "--count", "10", "--seed", "1")
    #expect(text.hasPrefix(few) && few.split(separator: "\n").count == 10)
    let others = try Tool.output("corpus", "synthesize", "newswire", "--count", "10", "--seed", "2")
    #expect(others != few)
    #expect(try Tool.output("corpus", "synthesize", "newswire", "--count", "0") == "")
    let grammar = Tool.root + "/Corpora/newswire/grammar"
    #expect(try Tool.output("corpus", "synthesize", grammar, "--count", "10") == few)
  }

  @Test("gzip samples score like plain ones")
  func packedSamples() throws {
    let outcome = try shell(
      """
      dgflow generate $run --count 200 > g && gzip -c g > g.gz
      dgflow score g --reference $corpus > plain; dgflow score g.gz --reference $corpus > packed
      sed 's/g.gz/g   /' packed | diff plain - | grep -c '^[<>]' || true
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let figures = try ["plain", "packed"].map { name in
      String(decoding: try scratch.bytes(name), as: UTF8.self).replacing("g.gz", with: "g")
        .split(separator: "\n").map { $0.split(separator: " ").dropFirst().joined(separator: " ") }
    }
    #expect(figures[0] == figures[1] && figures[0].count > 8)
  }

  @Test(
    "a reader that leaves ends the writer quietly, with status 0",
    arguments: [
      "generate $run --count 20000", "refine $run --count 20000 --steps 0 --quiet --ratio raw",
      "corpus synthesize newswire --count 200000",
    ])
  func departedReader(command: String) throws {
    let outcome = try shell("dgflow \(command) | head -n 1; echo ${PIPESTATUS[0]}")
    #expect(outcome.errors == "")
    #expect(outcome.lines.count == 2 && outcome.lines.last == "0")
  }

  @Test("latents are written whole although the reader of the text leaves")
  func latentsOutliveReader() throws {
    let outcome = try shell(
      """
      dgflow refine $run --count 3000 --steps 0 --quiet --ratio raw --latents-out z.npy | head -n 1
      echo ${PIPESTATUS[0]}
      """)
    #expect(outcome.errors == "" && outcome.lines.last == "0")
    #expect(
      try Tool.output("inspect", "z.npy", folder: scratch.folder).contains("shape: [3000, 128]"))
  }

  @Test("the tool finds its data beside itself, without DGFLOW_DATA")
  func dataBesideExecutable() throws {
    let outcome = try shell(
      """
      mkdir -p installed/bin installed/share && cp "$(readlink -f $(which dgflow))" installed/bin/dgflow
      ln -s \(Tool.root)/Corpora installed/share/dgflow
      env -u DGFLOW_DATA installed/bin/dgflow corpus synthesize newswire --count 2
      """)
    #expect(outcome.status == 0 && outcome.lines.count == 2, "\(outcome.errors)")
  }
}
