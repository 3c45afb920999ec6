import Foundation
import Testing

/// Training as a user sees it: the same bits whatever happens in between.
@Suite struct TrainingTests {
  private let scratch: Scratch
  private let corpus: String

  init() throws {
    scratch = try Scratch()
    corpus = try Workshop.shared.corpus
  }

  /// A training of 40 iterations with checkpoints every 4 and an averaged generator.
  private func arguments(_ name: String, _ more: String...) -> [String] {
    let pace = ["--evaluate-every", "10", "--checkpoint-every", "4", "--evaluation-samples", "50"]
    let recipe = ["--width", "8", "--iterations", "40", "--average-decay", "0.9"]
    let resumes = more.contains("--resume")
    return ["train", corpus, "--output", name] + pace
      + (resumes ? ["--iterations", "40"] : recipe) + more
  }

  private func train(_ name: String, _ more: String...) throws -> Tool.Outcome {
    try Tool.run(arguments(name) + more, folder: scratch.folder)
  }

  private func resume(_ name: String) throws -> Tool.Outcome {
    try Tool.run(arguments(name, "--resume"), folder: scratch.folder)
  }

  /// Everything that a training decides: weights, averages, optimiser, and the evaluations. (Losses
  /// are means since the last record, so they depend on where a training was stopped.)
  private func result(_ name: String) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for file in ["generator.safetensors", "critic.safetensors", "vocabulary.tsv"] {
      files[file] = try scratch.bytes("\(name)/\(file)")
    }
    for file in ["generator.safetensors", "critic.safetensors", "optimiser.safetensors"] {
      files["checkpoint " + file] = try scratch.bytes("\(name)/checkpoints/40/\(file)")
    }
    files["evaluations"] = try records(name).filter { $0["scores"] != nil }.flatMap { record in
      let kept = record.filter {
        ["iteration", "scores", "heldOutGap", "trainingGap"].contains($0.key)
      }
      return Array(try JSONSerialization.data(withJSONObject: kept, options: .sortedKeys))
    }
    return files
  }

  private func records(_ name: String) throws -> [[String: Any]] {
    try String(decoding: scratch.bytes("\(name)/records.jsonl"), as: UTF8.self)
      .split(separator: "\n").map {
        try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
  }

  private func expectSame(
    _ name: String, _ expected: [String: [UInt8]], at location: SourceLocation = #_sourceLocation
  ) throws {
    let found = try result(name)
    for (file, bytes) in expected {
      #expect(found[file] == bytes, "\(name): \(file)", sourceLocation: location)
    }
  }

  @Test("a training interrupted or killed, then resumed, ends with the same bits")
  func resumed() throws {
    let whole = try train("whole")
    #expect(whole.status == 0 && whole.output == "", "\(whole.errors)")
    let expected = try result("whole")
    #expect(try records("whole").compactMap { $0["iteration"] as? Int }.suffix(1) == [40])

    // Ctrl-C: saves, says so, exits with 130.
    let running = try Tool.start(arguments("interrupted"), folder: scratch.folder)
    #expect(running.waits { scratch.names("interrupted/checkpoints").contains("4") })
    running.signal(SIGINT)
    let interrupted = try running.finish()
    #expect(interrupted.status == 130, "\(interrupted.errors)")
    #expect(interrupted.errors.contains("dgflow: stopped at iteration"))
    #expect(interrupted.errors.contains("--resume"))
    let saved = try #require(scratch.names("interrupted/checkpoints").compactMap { Int($0) }.max())
    #expect(interrupted.errors.contains("stopped at iteration \(saved);"))
    #expect(saved < 40)
    #expect(
      try Tool.run(["generate", scratch.path("interrupted"), "--count", "1"]).status == 0)
    #expect(try resume("interrupted").status == 0)
    try expectSame("interrupted", expected)

    // Killed twice, where nothing can be saved.
    for (name, argument) in [("4", arguments("killed")), ("20", arguments("killed", "--resume"))] {
      let running = try Tool.start(argument, folder: scratch.folder)
      #expect(running.waits { scratch.names("killed/checkpoints").contains(name) })
      running.signal(SIGKILL)
      #expect(try running.finish().status == 128 + SIGKILL)
    }
    // What a kill in the middle of writing leaves behind does not matter.
    let folder = scratch.path("killed/checkpoints/36.partial-0000000a")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    let log = try #require(FileHandle(forWritingAtPath: scratch.path("killed/records.jsonl")))
    try log.seekToEnd()
    try log.write(contentsOf: Data("{\"iteration\": 39, \"sec".utf8))
    try log.close()
    #expect(try resume("killed").status == 0)
    try expectSame("killed", expected)

    // A second resumption finds nothing left to do and changes nothing.
    let again = try resume("killed")
    #expect(again.status == 0 && again.errors.contains("all 40 iterations are done"))
    try expectSame("killed", expected)
  }

  @Test("the number of threads changes no bit; a seed does")
  func threads() throws {
    func weights(_ name: String, _ options: String...) throws -> [[UInt8]] {
      let outcome = try Tool.run(
        ["train", corpus, "--output", name] + Workshop.recipe + options, folder: scratch.folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      return try ["generator", "critic"].map { try scratch.bytes("\(name)/\($0).safetensors") }
    }
    let one = try weights("one", "--threads", "1")
    #expect(try weights("two", "--threads", "2") == one)
    #expect(try weights("three", "--threads", "3") == one)
    let shared = try Workshop.shared.run
    #expect(try fileBytes(shared + "/generator.safetensors") == one[0])
    #expect(try weights("seeded", "--seed", "2") != one)
  }

  @Test("what a recipe may have beyond the published one is in run.yml, on resuming and in use")
  func departing() throws {
    let parts = [
      ("--blocks", "1", "blocks: 1"), ("--temperature", "0.7", "temperature: 0.7"),
      ("--penalty-form", "oneSided", "penaltyForm: oneSided"),
      ("--spectral-bound", "1.5", "spectralBound: 1.5"),
      ("--initialisation", "closedBranches", "initialisation: closedBranches"),
      ("--warm-start", "2", "warmStart: 2"), ("--rate-half-life", "3", "rateHalfLife: 3"),
      ("--rate-form", "harmonic", "rateForm: harmonic"),
    ]
    let options = parts.flatMap { [$0.0, $0.1] } + ["--straight-through"]
    func train(_ name: String, _ more: [String]) throws {
      let outcome = try Tool.run(
        ["train", corpus, "--output", name] + more, folder: scratch.folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    try train("whole", Workshop.recipe + options)
    try train("half", Workshop.recipe + options + ["--iterations", "4"])
    try train(
      "half",
      ["--resume", "--iterations", "6", "--evaluate-every", "3", "--evaluation-samples", "50"])
    let settings = String(decoding: try scratch.bytes("whole/run.yml"), as: UTF8.self)
    for line in parts.map(\.2) + ["straightThrough: true"] {
      #expect(settings.contains("  \(line)\n"), "\(line)")
    }
    for file in ["generator.safetensors", "critic.safetensors"] {
      #expect(try scratch.bytes("half/\(file)") == scratch.bytes("whole/\(file)"))
    }
    let words = try Tool.output("inspect", "whole", folder: scratch.folder)
    #expect(words.contains("temperature 0.7") && words.contains("warm start of 2 steps"))
    #expect(words.contains("rates falling as 1/(1 + t/3) at iteration t"))
    let samples = try Tool.output("generate", "whole", "--count", "5", folder: scratch.folder)
    #expect(samples.split(separator: "\n", omittingEmptySubsequences: false).count == 6)
    let refined = try Tool.output(
      "refine", "whole", "--count", "2", "--steps", "1", "--json", folder: scratch.folder)
    #expect(refined.contains("\"isSurrogate\" : true"))
  }

  @Test("an existing run is refused without --resume and stays as it is")
  func refused() throws {
    let run = try scratch.copy(Workshop.shared.run, as: "run")
    let before = try Tool.shell(
      "cat $(find run -type f | sort) | sha256sum", folder: scratch.folder)
    expectError(
      try Tool.run(["train", corpus, "--output", run, "--iterations", "7"]), 73, "--resume")
    #expect(
      try Tool.shell("cat $(find run -type f | sort) | sha256sum", folder: scratch.folder).output
        == before.output)
  }

  @Test("more iterations continue a finished run; fewer are refused")
  func prolonged() throws {
    _ = try scratch.copy(Workshop.shared.run, as: "run")
    let more = try Tool.run(
      [
        "train", corpus, "--output", "run", "--resume", "--iterations", "8",
        "--evaluation-samples", "50",
      ], folder: scratch.folder)
    #expect(more.status == 0 && more.errors.contains("iteration 8"), "\(more.errors)")
    let inspected = try Tool.output("inspect", "run", folder: scratch.folder)
    #expect(inspected.contains("trained: 8 iterations"))
    // A calibration belongs to the weights that it was made for.
    #expect(inspected.contains("calibration: none"))
    let card = try scratch.bytes("run/CARD.md")
    #expect(
      try Tool.run(["refine", "run", "--count", "1"], folder: scratch.folder).errors
        .contains("raw critic"))
    let calibrated = try Tool.run(
      ["calibrate", "run", "--reference", corpus, "--count", "50"], folder: scratch.folder)
    #expect(calibrated.status == 0, "\(calibrated.errors)")
    #expect(try scratch.bytes("run/CARD.md") != card)
    expectError(
      try Tool.run(
        ["train", corpus, "--output", "run", "--resume", "--iterations", "7"],
        folder: scratch.folder), 64, "iteration 8", "7")
  }

  @Test("--minutes ends a training by the clock, fractions included")
  func minutes() throws {
    let clock = ContinuousClock()
    let begin = clock.now
    let outcome = try Tool.run(
      [
        "train", corpus, "--output", "run", "--width", "8", "--minutes", "0.01",
        "--warm-start", "0", "--evaluation-samples", "50",
      ], folder: scratch.folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(clock.now - begin < .seconds(20))
    let configuration = String(decoding: try scratch.bytes("run/run.yml"), as: UTF8.self)
    let seconds = try #require(configuration.firstMatch(of: #/\n  seconds: (.*)\n/#)?.1)
    #expect(try #require(Double(seconds)) >= 0.6)
    #expect(try records("run").last?["scores"] != nil)
    // It is no shorter for being resumed: the time is that of all parts.
    let again = try Tool.run(
      [
        "train", corpus, "--output", "run", "--resume", "--minutes", "0.01",
        "--evaluation-samples", "50",
      ], folder: scratch.folder)
    #expect(again.status == 0, "\(again.errors)")
  }

  @Test("preset, file and option: the later wins, and run.yml has the outcome")
  func configuration() throws {
    try scratch.write(
      "preset: tiny\nwidth: 6\nbatch: 32\nseed: 3\nstraightThrough: true\n".utf8, to: "train.yml")
    let outcome = try Tool.run(
      [
        "train", corpus, "--output", "run", "--config", "train.yml", "--batch", "16",
        "--no-straight-through", "--iterations", "1", "--evaluation-samples", "50",
      ], folder: scratch.folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let text = String(decoding: try scratch.bytes("run/run.yml"), as: UTF8.self)
    for line in [
      "preset: tiny", "seed: 3", "  width: 6", "  batch: 16", "  straightThrough: false",
      "  iterations: 1",
    ] {
      #expect(text.contains("\n\(line)\n"), "\(line)")
    }
  }

  @Test("a corpus of bytes with strings of 8 goes all the way")
  func otherCorpus() throws {
    let outcome = try Tool.shell(
      """
      dgflow corpus prepare $text --unit byte --length 8 --cut windows --word-start --output bytes &&
      dgflow train bytes --output run --width 4 --iterations 2 --batch 8 --evaluation-samples 20 &&
      dgflow calibrate run --reference bytes --count 40 > table &&
      dgflow refine run --count 30 --steps 2 | dgflow score - --reference bytes --order 8
      """, folder: scratch.folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("JS-8"))
    #expect(
      try Tool.output("generate", "run", "--count", "30", folder: scratch.folder)
        .split(separator: "\n").allSatisfy { $0.unicodeScalars.count <= 8 })
  }
}
