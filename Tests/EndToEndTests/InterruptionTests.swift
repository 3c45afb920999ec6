import Foundation
import Testing

/// Ctrl-C: status 130, one line where there is something to say, nothing half-written.
@Suite struct InterruptionTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func interrupt(
    _ arguments: [String], keepsInputOpen: Bool = false
  ) throws -> Tool.Outcome {
    let running = try Tool.start(
      arguments, folder: scratch.folder, keepsInputOpen: keepsInputOpen)
    #expect(running.waitsUntilListening(), "\(arguments)")
    running.signal(SIGINT)
    let outcome = try running.finish()
    #expect(outcome.status == 130, "\(arguments): \(outcome.errors)")
    return outcome
  }

  @Test("long work stops at the first signal and says how far it came")
  func longWork() throws {
    let workshop = try Workshop.shared
    let many = ["--count", "10000000"]
    for (arguments, words) in [
      (["generate", workshop.run] + many, "of 10000000 samples"),
      (["refine", workshop.run, "--quiet", "--ratio", "raw"] + many, "of 10000000 samples"),
      (["corpus", "synthesize", "newswire"] + many, "of 10000000 sentences"),
      (
        ["compare", workshop.run, "--reference", workshop.corpus, "--ratio", "raw"] + many,
        "stopped in the row"
      ),
    ] {
      let outcome = try interrupt(arguments)
      #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
      #expect(outcome.errors.hasPrefix("dgflow: stopped"))
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
  }

  @Test("what waits for input ends at the first signal")
  func waiting() throws {
    let corpus = try Workshop.shared.corpus
    let scored = try interrupt(["score", "-", "--reference", corpus], keepsInputOpen: true)
    #expect(scored.output == "" && scored.errors == "")
  }

  @Test("latents and corpora that were not finished leave nothing behind")
  func nothingHalf() throws {
    let workshop = try Workshop.shared
    _ = try interrupt([
      "refine", workshop.run, "--count", "1000000", "--latents-out", "z.npy", "--ratio", "raw",
    ])
    #expect(scratch.names() == [])
    let text = try String(contentsOfFile: workshop.text, encoding: .utf8)
    try scratch.write(String(repeating: text, count: 300).utf8, to: "long.txt")
    let outcome = try interrupt(["corpus", "prepare", "long.txt", "--output", "corpus"])
    #expect(outcome.errors.contains("nothing was written"))
    #expect(scratch.names() == ["long.txt"])
  }

  @Test("counting that was not finished leaves neither output nor temporary files")
  func counting() throws {
    let text = try String(contentsOfFile: Workshop.shared.text, encoding: .utf8)
    let long = try scratch.write(String(repeating: text, count: 400).utf8, to: "long.txt")
    let temporary = try emptyFolder("temporary")
    for (arguments, pause) in [
      // In the first pass, in the second, and waiting for input.
      ([long], 0), ([long], 400_000),
      ([long, "--vocabulary", try Workshop.shared.corpus], 100_000),
      (["-"], 0),
    ] as [([String], UInt32)] {
      func interrupted(after pause: UInt32) throws -> Tool.Outcome {
        let running = try Tool.start(
          ["corpus", "count"] + arguments + ["--output", "x.counts", "--threads", "1"]
            + ["--order", "12", "--memory", "58M"],
          folder: scratch.folder, keepsInputOpen: arguments == ["-"],
          environment: ["TMPDIR": temporary])
        #expect(running.waitsUntilListening(), "\(arguments)")
        usleep(pause)
        running.signal(SIGINT)
        return try running.finish()
      }
      // On a quick or a busy machine all may be counted before the signal comes: then sooner.
      var (outcome, pause) = (try interrupted(after: pause), pause)
      while outcome.status == 0 && pause > 0 {
        try FileManager.default.removeItem(atPath: scratch.path("x.counts"))
        pause /= 2
        outcome = try interrupted(after: pause)
      }
      #expect(outcome.status == 130, "\(arguments), \(pause): \(outcome.errors)")
      #expect(outcome.output == "")
      #expect(
        outcome.errors.isEmpty || outcome.errors.contains("nothing was written"),
        "\(outcome.errors)")
      #expect(scratch.names() == ["long.txt", "temporary"])
      #expect(scratch.names("temporary") == [])
    }
  }

  @Test("counts that are being written end at the first signal, and leave nothing behind")
  func writingCounts() throws {
    var numbers = LinearNumbers(state: 7)
    for name in ["a", "b"] {
      var text: [UInt8] = []
      for _ in 0..<200_000 {
        text += (0..<32).map { _ in UInt8.random(in: 97...122, using: &numbers) } + [10]
      }
      try scratch.write(text, to: name)
      try Tool.output(
        "corpus", "count", name, "--order", "12", "--output", "\(name).counts", "--quiet",
        folder: scratch.folder)
    }
    let whole = scratch.names()
    for arguments in [["count", "a", "--order", "12"], ["merge-counts", "a.counts", "b.counts"]] {
      for output in ["new", "a.counts"] {
        let before = try? scratch.bytes(output)
        // On a busy machine the file may be there before the signal is: then once more.
        var outcome = try interruptWriting(["corpus"] + arguments + ["--output", output])
        for _ in 0..<20 where outcome.status == 0 {
          try? FileManager.default.removeItem(atPath: scratch.path(output))
          if let before { try scratch.write(before, to: output) }
          outcome = try interruptWriting(["corpus"] + arguments + ["--output", output])
        }
        #expect(outcome.status == 130, "\(arguments): \(outcome.errors)")
        #expect(
          outcome.errors
            == "dgflow: stopped before \(output) was written; nothing was written\n")
        #expect(scratch.names() == whole)
        #expect((try? scratch.bytes(output)) == before)
      }
    }
  }

  /// Sends a signal as soon as there are bytes under a temporary name.
  private func interruptWriting(_ arguments: [String]) throws -> Tool.Outcome {
    let running = try Tool.start(arguments, folder: scratch.folder)
    _ = running.waits {
      scratch.names().contains { name in
        guard name.contains(".partial-") else { return false }
        var status = stat()
        return stat(scratch.path(name), &status) == 0 && status.st_size > 0
      }
    }
    running.signal(SIGINT)
    return try running.finish()
  }

  private func emptyFolder(_ name: String) throws -> String {
    try FileManager.default.createDirectory(
      atPath: scratch.path(name), withIntermediateDirectories: false)
    return scratch.path(name)
  }

  @Test(
    "a signal that ends gzip or curl as well is an interruption, not their failure",
    arguments: ["gzip", "curl"])
  func children(program: String) throws {
    // A program of that name that waits; Ctrl-C reaches the whole group of processes.
    try FileManager.default.createDirectory(
      atPath: scratch.path("bin"), withIntermediateDirectories: false)
    try scratch.write(
      "#!/bin/sh\ntouch \(scratch.path("started"))\nexec sleep 60\n".utf8, to: "bin/\(program)")
    chmod(scratch.path("bin/\(program)"), 0o755)
    try scratch.write([0x1F, 0x8B, 8, 0] + Array(repeating: 0, count: 40), to: "text.gz")
    let manifest = """
      version: 1
      corpora: [{name: w, title: W, address: "http://127.0.0.1:9/w", bytes: 9, licence: L, \
      sha256: \(String(repeating: "0", count: 64))}]
      """
    try scratch.write(manifest.utf8, to: "manifest.yml")
    let command =
      program == "gzip"
      ? "corpus prepare text.gz --output corpus"
      : "corpus download w --manifest manifest.yml --quiet"
    let outcome = try Tool.shell(
      """
      set -m
      PATH=\(scratch.path("bin")):$PATH dgflow \(command) &
      for i in $(seq 500); do [ -e started ] && break; sleep 0.02; done
      kill -INT -$!
      wait $!
      """, folder: scratch.folder)
    #expect(outcome.status == 130, "\(outcome.errors)")
    #expect(outcome.errorLines.filter { $0.hasPrefix("dgflow: stopped") }.count == 1)
    #expect(!outcome.errors.contains("error"))
    #expect(Set(scratch.names()) == ["bin", "manifest.yml", "started", "text.gz"])
  }
}
