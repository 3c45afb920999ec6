// The help screens are golden files, Fixtures/help-<command>.txt, so that a change of any option is
// seen in review. Write them anew with
//
//   DGFLOW_REGENERATE=1 swift test --filter HelpTests
//
// and read the difference before you commit it.

import Foundation
import Testing

@Suite struct HelpTests {
  static let commands = [
    "", "corpus", "corpus synthesize", "corpus download", "corpus prepare", "corpus describe",
    "corpus count", "corpus merge-counts",
    "train", "generate", "refine", "score", "compare", "calibrate", "stage", "inspect", "toy",
    "benchmark",
  ]

  @Test("the help of each command is the one on record and fits 80 columns", arguments: commands)
  func screens(command: String) throws {
    let words = command.split(separator: " ").map(String.init)
    let outcome = try Tool.run(words + ["--help"])
    #expect(outcome.status == 0 && outcome.errors == "")
    #expect(outcome.lines.allSatisfy { $0.count <= 80 })
    #expect(try Tool.run(["help"] + words).output == outcome.output)

    let name = command.isEmpty ? "dgflow" : command.replacing(" ", with: "-")
    let golden = Tool.root + "/Tests/EndToEndTests/Fixtures/help-\(name).txt"
    if ProcessInfo.processInfo.environment["DGFLOW_REGENERATE"] != nil {
      try Data(outcome.output.utf8).write(to: URL(fileURLWithPath: golden))
    }
    #expect(
      try String(contentsOfFile: golden, encoding: .utf8) == outcome.output,
      "see the first lines of \(#fileID)")
  }

  @Test("help shows the default of every number", arguments: commands)
  func defaults(command: String) throws {
    let words = command.split(separator: " ").map(String.init)
    let help = try Tool.run(words + ["--help"]).output
    // An option's entry begins at the margin and goes on in indented lines.
    let entries = help.replacing(#/\n {4,}/#) { _ in " " }.split(separator: "\n")
    let numbers = [
      "count", "step-size", "noise", "steps", "seed", "threads", "draws", "sets", "seconds",
      "repetitions", "length", "blocks",
    ]
    for number in numbers {
      for entry in entries where entry.hasPrefix("  --\(number) ") {
        // `score --count` has none: everything is scored.
        guard command != "score" || number != "count" else { continue }
        #expect(entry.contains("default") || entry.contains("("), "\(entry)")
      }
    }
  }

  @Test("without arguments the tool shows its help; --version shows the version")
  func bare() throws {
    let help = try Tool.run(["--help"])
    #expect(try Tool.run([]).output == help.output)
    #expect(try Tool.run([]).status == 0)
    let version = try Tool.run(["--version"])
    #expect(version.status == 0)
    #expect(try version.output.wholeMatch(of: Regex(#"\d+\.\d+\.\d+\n"#)) != nil)
  }

  @Test("the first screen names every exit status and every command")
  func statuses() throws {
    let help = try Tool.run(["--help"]).output
    for status in ["64", "65", "66", "69", "70", "73", "74", "130"] {
      #expect(help.contains(status))
    }
    for command in Self.commands where !command.isEmpty && !command.contains(" ") {
      #expect(help.contains("\n  \(command) "))
    }
  }
}
