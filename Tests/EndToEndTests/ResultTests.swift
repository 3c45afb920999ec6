import Foundation
import Testing

/// What score, compare, describe, inspect and calibrate print, as tables and as JSON.
@Suite struct ResultTests {
  private let workshop: Workshop
  private let scratch: Scratch

  init() throws {
    workshop = try Workshop.shared
    scratch = try Scratch()
  }

  private func dgflow(_ arguments: String...) throws -> Tool.Outcome {
    try Tool.run(arguments, folder: scratch.folder)
  }

  /// The rows of a command's JSON, whose envelope is checked.
  private func rows(
    _ command: String, _ arguments: String..., at location: SourceLocation = #_sourceLocation
  ) throws -> [[String: Any]] {
    try rows(command, arguments, at: location)
  }

  private func rows(
    _ command: String, _ arguments: [String], at location: SourceLocation = #_sourceLocation
  ) throws -> [[String: Any]] {
    let outcome = try Tool.run(arguments + ["--json"], folder: scratch.folder)
    #expect(outcome.status == 0, "\(outcome.errors)", sourceLocation: location)
    let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    let envelope = try #require(object as? [String: Any])
    #expect(
      envelope.keys.sorted() == ["rows", "schema", "seed", "settings", "version"],
      sourceLocation: location)
    #expect(envelope["schema"] as? String == "dgflow.\(command)/1", sourceLocation: location)
    #expect(
      envelope["version"] as? String
        == (try dgflow("--version").output.trimmingCharacters(in: .newlines)))
    #expect(envelope["settings"] is [String: Any], sourceLocation: location)
    if command == "inspect" {
      #expect(envelope["seed"] is NSNull, sourceLocation: location)
    } else {
      #expect(envelope["seed"] as? Int == 1, sourceLocation: location)
    }
    // The same result is the same text.
    let again = try Tool.run(arguments + ["--json"], folder: scratch.folder)
    if command != "compare" { #expect(again.output == outcome.output, sourceLocation: location) }
    return try #require(envelope["rows"] as? [[String: Any]])
  }

  private func expectScoreRow(
    _ row: [String: Any], samples: Int, hasFloor: Bool,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    for key in [
      "name", "metric", "order", "value", "floor", "excess", "standardError", "samples",
      "reference",
    ] {
      #expect(row[key] != nil, "\(key) in \(row)", sourceLocation: location)
    }
    let reference = try #require(row["reference"] as? [String: Any], sourceLocation: location)
    for key in ["name", "split", "lines", "digest"] {
      #expect(reference[key] != nil, "\(key) in \(reference)", sourceLocation: location)
    }
    #expect(row["samples"] as? Int == samples, sourceLocation: location)
    let value = try #require(row["value"] as? Double, sourceLocation: location)
    #expect((0...1).contains(value), sourceLocation: location)
    guard row["metric"] as? String == "js" else { return }
    #expect((row["floor"] is Double) == hasFloor, sourceLocation: location)
    if let floor = row["floor"] as? Double, let excess = row["excess"] as? Double {
      #expect(abs(value - floor - excess) < 1e-12, sourceLocation: location)
    }
  }

  @Test("rows of any number of samples are written as they come, in the one form of all JSON")
  func rowsOfSeveralBlocks() throws {
    let generated = try rows("generate", "generate", workshop.run, "--count", "1100")
    let plain = try dgflow("generate", workshop.run, "--count", "1100").lines
    #expect(generated.compactMap { $0["text"] as? String } == plain)
    #expect(generated.compactMap { $0["sample"] as? Int } == Array(0..<1100))

    let text = try dgflow("generate", workshop.run, "--count", "2", "--json").lines
    #expect(Array(text[...3]) == ["{", "  \"rows\" : [", "    {", "      \"sample\" : 0,"])
    #expect(Array(text[5...7]) == ["    },", "    {", "      \"sample\" : 1,"])
    #expect(Array(text[9...11]) == ["    }", "  ],", "  \"schema\" : \"dgflow.generate/1\","])
  }

  @Test("generate and refine: every sample with its text, before and after")
  func samples() throws {
    let generated = try rows("generate", "generate", workshop.run, "--count", "5")
    let plain = try dgflow("generate", workshop.run, "--count", "5").lines
    #expect(generated.compactMap { $0["text"] as? String } == plain)
    #expect(generated.compactMap { $0["sample"] as? Int } == [0, 1, 2, 3, 4])

    let options = ["--count", "5", "--steps", "2", "--ratio", "raw"]
    let refined = try rows(
      "refine", "refine", workshop.run, "--count", "5", "--steps", "2", "--ratio", "raw",
      "--values-every", "1")
    #expect(refined.compactMap { $0["before"] as? String } == plain)
    #expect(
      refined.compactMap { $0["text"] as? String }
        == (try Tool.run(["refine", workshop.run] + options).lines))
    #expect(refined.allSatisfy { $0["ratioBefore"] is Double && $0["ratioAfter"] is Double })
  }

  @Test("score: JS-4 and JS-6 with floor, error, count and reference; other orders by option")
  func score() throws {
    let head = try Tool.shell("head -n 200 $text > some.txt", folder: scratch.folder)
    #expect(head.status == 0)
    let scored = try rows("score", "score", "some.txt", "--reference", workshop.corpus)
    for row in scored { try expectScoreRow(row, samples: 200, hasFloor: true) }
    let orders = scored.filter { $0["metric"] as? String == "js" }.compactMap {
      $0["order"] as? Int
    }
    #expect(orders == [4, 6])

    let third = try rows(
      "score", "score", "some.txt", "--reference", workshop.corpus, "--order", "3", "--order", "1",
      "--count", "50", "--split", "validation", "--exclude-padding")
    #expect(
      Set(third.filter { $0["metric"] as? String == "js" }.compactMap { $0["order"] as? Int })
        == [1, 3])
    for row in third { try expectScoreRow(row, samples: 50, hasFloor: true) }

    let table = try dgflow("score", "some.txt", "--reference", workshop.corpus)
    #expect(table.status == 0 && table.errors == "")
    #expect(table.output.contains("JS-4") && table.output.contains("recall-6"))
    #expect(table.lines.last?.hasPrefix("reference: corpus, test split, ") == true)
    let tokens = try dgflow(
      "score", workshop.corpus + "/test.npy", "--tokens", "--reference", workshop.corpus,
      "--count", "100")
    #expect(tokens.lines.last == "raw tokens, not decoded text")
    // Tokens of clean text and that text score the same.
    #expect(tokens.status == 0)
  }

  @Test("score against plain text: the file's own lines are the floor, or it says what is missing")
  func plainReference() throws {
    let parts = try Tool.shell(
      "head -n 100 $text > a; tail -n 2000 $text > b; tail -n 500 $text | gzip -c > c.gz",
      folder: scratch.folder)
    #expect(parts.status == 0)
    for row in try rows("score", "score", "a", "--reference", "b", "--order", "3") {
      try expectScoreRow(row, samples: 100, hasFloor: true)
    }
    for row in try rows("score", "score", "b", "--reference", "a") {
      try expectScoreRow(row, samples: 2000, hasFloor: false)
    }
    let outcome = try dgflow("score", "b", "--reference", "a")
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains(try Regex(#"floor unavailable: needs \d+ more lines"#)))
    // What it asks for is what it needs.
    let asked = try #require(outcome.errors.firstMatch(of: #/needs (\d+) more/#)?.1)
    let missing = try #require(Int(asked))
    let grown = try Tool.shell(
      "head -n \(100 + missing) <(cat a; dgflow corpus synthesize newswire --count 20000) > grown",
      folder: scratch.folder)
    #expect(grown.status == 0)
    #expect(try dgflow("score", "b", "--reference", "grown", "--draws", "5").errors == "")

    let two = try dgflow("score", "a", "c.gz", "--reference", "b", "--order", "3")
    #expect(two.status == 0 && two.errors.hasPrefix("warning: "))
    #expect(two.errors.contains("values at 100 and 500 samples are not comparable"))
    let same = try dgflow("score", "b", "--reference", "b", "--order", "2")
    #expect(same.lines.contains { $0.contains("JS-2") && $0.contains("0.0000") })
  }

  @Test("compare: a base row, a row a divergence, differences with intervals")
  func compare() throws {
    let arguments = [
      "compare", workshop.run, "--reference", workshop.corpus, "--count", "60", "--steps", "2",
      "--ratio", "raw", "--quiet",
    ]
    let table = try Tool.run(arguments)
    #expect(table.status == 0 && table.errors == "", "\(table.errors)")
    for words in ["run, base", "run, KL", "run, JS", "run, log D", "floor", "difference to base"] {
      #expect(table.output.contains(words), "\(words)")
    }
    let compared = try rows(
      "compare", "compare", workshop.run, "--reference", workshop.corpus, "--count", "60",
      "--steps", "2", "--ratio", "raw", "--sets", "3", "--quiet")
    #expect(
      compared.compactMap { $0["name"] as? String }
        == ["run, base", "run, KL", "run, JS", "run, log D"])
    for row in compared {
      let scores = try #require(row["scores"] as? [[String: Any]])
      for score in scores { try expectScoreRow(score, samples: 60, hasFloor: true) }
      let differences = try #require(row["differences"] as? [[String: Any]])
      #expect(differences.count == (row["name"] as? String == "run, base" ? 0 : 2))
      #expect(row["seconds"] is Double && row["examples"] is [String])
    }
    // A run that was not calibrated cannot be refined by JS: said at once, before any row.
    let bare = try scratch.copy(workshop.run, as: "bare")
    try FileManager.default.removeItem(atPath: bare + "/calibration.yml")
    expectError(
      try dgflow("compare", bare, "--reference", workshop.corpus, "--count", "99999999"), 64,
      "dgflow calibrate")
    expectError(
      try dgflow(
        "compare", workshop.run, "nowhere", "--reference", workshop.corpus, "--count", "99999999"),
      66, "nowhere")

    // The base row scores as generate and score do.
    let piped = try Tool.shell(
      "dgflow generate $run --count 60 | dgflow score - --reference $corpus --json",
      folder: scratch.folder)
    let envelope = try JSONSerialization.jsonObject(with: Data(piped.output.utf8))
    let first = try #require((envelope as? [String: Any])?["rows"] as? [[String: Any]]).first
    let base = try #require(compared.first?["scores"] as? [[String: Any]]).first
    #expect(first?["value"] as? Double == base?["value"] as? Double)
    #expect(first?["floor"] as? Double == base?["floor"] as? Double)

    // Refined rows score as refine and score do.
    let refined = try Tool.shell(
      """
      dgflow refine $run --count 60 --steps 2 --ratio raw --divergence js --quiet |
        dgflow score - --reference $corpus --json
      """, folder: scratch.folder)
    let other = try JSONSerialization.jsonObject(with: Data(refined.output.utf8))
    let score = try #require((other as? [String: Any])?["rows"] as? [[String: Any]]).first
    let row = try #require(compared[2]["scores"] as? [[String: Any]]).first
    #expect(score?["value"] as? Double == row?["value"] as? Double)
  }

  @Test("compare --methods: a row a method, at a budget")
  func compareMethods() throws {
    let compared = try rows(
      "compare", "compare", workshop.run, "--reference", workshop.corpus, "--count", "40",
      "--methods", "dgflow,obrs,mhgan,isir,noise-only", "--divergence", "kl", "--budget", "18",
      "--ratio", "raw", "--quiet")
    #expect(
      compared.compactMap { $0["name"] as? String } == [
        "run, base", "run, KL", "run, OBRS", "run, MH-GAN", "run, i-SIR", "run, noise only",
      ])
    for row in compared.dropFirst() {
      let refinement = try #require(row["refinement"] as? [String: Any])
      let summary = try #require(refinement["summary"] as? [String: Any])
      #expect(try #require(summary["costPerSample"] as? Double) > 0)
      #expect(refinement["fixedCost"] is [String: Any] && refinement["method"] is [String: Any])
    }
    expectError(
      try dgflow(
        "compare", workshop.run, "--reference", workshop.corpus, "--methods", "dgflow,magic"),
      64, "magic", "isir")
    expectError(
      try dgflow(
        "compare", workshop.run, "--reference", workshop.corpus, "--methods", "obrs",
        "--divergence",
        "js"), 64, "--divergence")
  }

  @Test("refine --method: text on standard output, acceptance and cost on standard error")
  func refineMethods() throws {
    let kept = try dgflow(
      "refine", workshop.run, "--count", "20", "--method", "obrs", "--proposals", "5", "--ratio",
      "raw")
    #expect(kept.status == 0 && kept.lines.count == 20)
    for words in ["refined 20 samples by OBRS, one of 5", "accepted 20 of ", "10000 once"] {
      #expect(kept.errors.contains(words), "\(kept.errors)")
    }
    let chain = try dgflow(
      "refine", workshop.run, "--count", "8", "--method", "mhgan", "--reference", workshop.corpus,
      "--budget", "18", "--ratio", "raw", "--json")
    #expect(chain.status == 0 && chain.output.contains("\"proposals\" : 18"), "\(chain.errors)")
    for (arguments, words) in [
      (["--method", "mhgan"], "--reference"), (["--method", "isir", "--divergence", "js"], "isir"),
      (["--proposals", "5"], "--proposals"), (["--method", "dot", "--values-every", "2"], "dot"),
      (["--method", "drs", "--proposals", "1"], "at least 2"),
      (["--method", "best", "--budget", "99999999999"], "at most 1000000"),
      (["--method", "isir", "--candidates", "9000", "--rounds", "999999"], "at most 111"),
      (["--method", "mhgan", "--reference", workshop.corpus, "--steps", "3"], "--steps"),
      (["--method", "ddls", "--noise", "1"], "--noise"),
    ] {
      expectError(try Tool.run(["refine", workshop.run, "--count", "2"] + arguments), 64, words)
    }
  }

  @Test("stage, then refine --method staged")
  func stages() throws {
    let run = try scratch.copy(workshop.run, as: "run")
    expectError(
      try dgflow("refine", run, "--method", "staged", "--count", "3"), 64, "dgflow stage")
    let options = [
      "stage", run, "--reference", workshop.corpus, "--count", "20", "--particles", "30", "--steps",
      "2", "--budget", "20", "--quiet",
    ]
    let fitted = try Tool.run(options, folder: scratch.folder)
    #expect(fitted.status == 0, "\(fitted.errors)")
    for words in ["OBRS", "one of 8", "KL", "AUC", "30 particles"] {
      #expect(fitted.output.contains(words), "\(words)")
    }
    let rows = try rows("stage", options + ["--no-select", "--stages", "2"])
    #expect(rows.count == 2 && rows.allSatisfy { $0["critic"] is [String: Any] })
    let refined = try dgflow("refine", run, "--method", "staged", "--count", "3")
    #expect(refined.status == 0 && refined.lines.count == 3, "\(refined.errors)")
    #expect(refined.errors.contains("refined 3 samples by staged"), "\(refined.errors)")
    let compared = try self.rows(
      "compare", "compare", run, "--reference", workshop.corpus, "--count", "20", "--methods",
      "staged,obrs-dgflow", "--ratio", "raw", "--quiet", "--markov", "3", "--integrator",
      "adaptive")
    #expect(
      compared.compactMap { $0["name"] as? String } == [
        "run, base", "run, staged", "run, OBRS, KL, adaptive", "Markov sampler, order 3",
      ])
    expectError(
      try dgflow(
        "compare", workshop.run, "--reference", workshop.corpus, "--methods", "staged"), 64,
      "dgflow stage")
    expectError(
      try dgflow("stage", run, "--reference", workshop.corpus, "--penalty", "-1"), 64, "--penalty")
  }

  @Test("refine --auto: settings are found, kept, and used where nothing else is said")
  func auto() throws {
    let run = try scratch.copy(workshop.run, as: "run")
    let options = ["--count", "5", "--auto", "--reference", workshop.corpus]
    let found = try Tool.run(
      ["refine", run] + options + ["--budget", "18", "--spend", "150000", "--divergence", "kl"])
    #expect(found.status == 0 && found.lines.count == 5, "\(found.errors)")
    #expect(found.errors.contains("kept in refinement.yml: KL"), "\(found.errors)")
    let again = try dgflow("refine", run, "--count", "5")
    #expect(again.output == found.output)
    #expect(again.errors.contains("as refinement.yml"), "\(again.errors)")
    let plain = try dgflow("refine", run, "--count", "5", "--method", "dgflow")
    #expect(plain.status == 0 && !plain.errors.contains("refinement.yml"))
    for (arguments, words) in [
      (["--auto"], "--reference"), (["--spend", "9"], "--auto"),
      (options + ["--steps", "3"], "--steps"), (options + ["--method", "obrs"], "--auto"),
      (options + ["--spend", "100"], "at least"),
    ] {
      expectError(try Tool.run(["refine", run] + arguments), 64, words)
    }
    // A new calibration makes the choice void.
    #expect(
      try dgflow("calibrate", run, "--reference", workshop.corpus, "--count", "60").status == 0)
    #expect(!scratch.names("run").contains("refinement.yml"))
  }

  @Test("compare --classifier: its log loss beside every row")
  func classifier() throws {
    let compared = try rows(
      "compare", "compare", workshop.text, "--reference", workshop.corpus, "--count", "100",
      "--classifier", "--quiet")
    let finding = try #require(compared[0]["classifier"] as? [String: Any])
    #expect(try #require(finding["logLoss"] as? Double) > 0.3)
    expectError(
      try dgflow(
        "compare", workshop.text, "--reference", workshop.corpus, "--split", "train",
        "--classifier"), 64, "--split")
  }

  @Test("toy: real, base and refined points, as a table and as JSON")
  func toy() throws {
    let options = [
      "--iterations", "3", "--width", "8", "--count", "60", "--methods", "dgflow,obrs", "--quiet",
    ]
    let table = try Tool.run(["toy", "25gaussians"] + options, folder: scratch.folder)
    #expect(table.status == 0 && table.errors == "", "\(table.errors)")
    for words in ["high quality", "real", "base", "KL", "OBRS", "AUC"] {
      #expect(table.output.contains(words), "\(words)")
    }
    let rows = try rows("toy", ["toy", "swissroll", "--seeds", "2"] + options)
    #expect(rows.count == 2 && (rows.last?["trainingSeed"] as? Int) == 2)
    let drawn = try Tool.run(
      ["toy", "swissroll", "--plot", "roll.svg", "--divergence", "logd"] + options,
      folder: scratch.folder)
    let picture = String(decoding: try scratch.bytes("roll.svg"), as: UTF8.self)
    #expect(drawn.status == 0 && picture.hasPrefix("<svg ") && picture.hasSuffix("</svg>\n"))
    for words in ["refined by log D, 25 steps", "<title>", "<desc>", "prefers-color-scheme: dark"] {
      #expect(picture.contains(words), "\(words)")
    }
    let kept = ["toy", "swissroll", "--networks", "kept", "--integrator", "adaptive"] + options
    let (trained, read) = (
      try Tool.run(kept, folder: scratch.folder), try Tool.run(kept, folder: scratch.folder)
    )
    #expect(trained.status == 0 && trained.output == read.output)
    #expect(scratch.names("kept") == ["swissroll-1.safetensors"])
    expectError(
      try Tool.run(kept + ["--rate", "0.5"], folder: scratch.folder), 65, "rate", "another folder")
    expectError(try dgflow("toy", "ring"), 64, "swissroll")
    expectError(try dgflow("toy", "swissroll", "--rate", "0"), 64, "--rate")
    expectError(try dgflow("toy", "swissroll", "--width", "1000000"), 64, "4096")
    expectError(try dgflow("toy", "swissroll", "--count", "999999999"), 64, "100000")
    expectError(try dgflow("toy", "swissroll", "--plot", "nowhere/roll.svg"), 73, "nowhere")
    #expect(
      try dgflow(
        "toy", "swissroll", "--seed", "18446744073709551615", "--seeds", "2", "--iterations", "1",
        "--width", "4", "--count", "20", "--methods", "best", "--quiet"
      ).status == 0)
  }

  @Test("compare: text files, empty lines counted as score counts them")
  func compareFiles() throws {
    let parts = try Tool.shell(
      "head -n 99 $text > a; echo >> a; tail -n 300 $text > b", folder: scratch.folder)
    #expect(parts.status == 0)
    let compared = try rows(
      "compare", "compare", "a", "b", "--reference", workshop.corpus, "--order", "3")
    #expect(compared.compactMap { $0["name"] as? String } == ["a", "b"])
    let scored = try rows(
      "score", "score", "a", "b", "--reference", workshop.corpus, "--order", "3")
    let values = try compared.map { row in
      try #require(row["scores"] as? [[String: Any]]).compactMap { $0["value"] as? Double }
    }
    #expect(values.flatMap { $0 } == scored.compactMap { $0["value"] as? Double })
    let one = try rows(
      "compare", "compare", workshop.run, "--reference", workshop.corpus, "--divergence", "js",
      "--count", "20", "--steps", "1", "--ratio", "raw", "--quiet")
    #expect(one.compactMap { $0["name"] as? String } == ["run, base", "run, JS"])
    func flow(_ options: String...) throws -> [String: Any]? {
      let rows = try rows(
        "compare",
        [
          "compare", workshop.run, "--reference", workshop.corpus, "--divergence", "kl", "--count",
          "20",
        ]
          + options)
      let refinement = rows.last?["refinement"] as? [String: Any]
      let method = refinement?["method"] as? [String: Any]
      return method?["flow"] as? [String: Any]
    }
    let given = try flow("--step-size", "0.2", "--noise", "0.02", "--steps", "2")
    #expect(
      given?["stepSize"] as? Double == 0.2 && given?["noiseWeight"] as? Double == 0.02
        && given?["steps"] as? Int == 2)
    let standard = try flow()
    #expect(
      standard?["stepSize"] as? Double == 0.01 && standard?["noiseWeight"] as? Double == 0.01
        && standard?["steps"] as? Int == 25)
  }

  @Test("describe, calibrate and inspect")
  func others() throws {
    let described = try rows(
      "corpus-describe", "corpus", "describe", workshop.corpus, "--count", "50", "--examples", "3")
    #expect(described.count == 1 && described[0]["crossEntropy"] is [String: Any])
    #expect((described[0]["examples"] as? [String])?.count == 3)
    let lines = try dgflow("corpus", "describe", workshop.corpus, "--count", "50").lines
    #expect(lines.first?.contains("3000 lines of 1 input") == true)
    #expect(lines.contains { $0.contains("order-6 cross-entropy") })
    #expect(lines.contains { $0.contains("floor of JS-4") })
    let many = try dgflow("corpus", "describe", workshop.corpus, "--count", "5000")
    #expect(many.output.contains("floor unavailable: needs"))

    let before = try fileBytes(workshop.run + "/calibration.yml")
    let calibrated = try rows(
      "calibrate", "calibrate", workshop.run, "--reference", workshop.corpus, "--count", "60",
      "--dry-run")
    #expect(
      calibrated.compactMap { $0["representation"] as? String } == ["raw", "decoded", "smoothed"])
    #expect(calibrated.allSatisfy { $0["check"] is [String: Any] })
    #expect(try fileBytes(workshop.run + "/calibration.yml") == before)

    for (path, kind) in [
      (workshop.run, "run"), (workshop.corpus, "prepared corpus"), (workshop.text, "text"),
      (workshop.corpus + "/train.npy", "token matrix"), (workshop.counts, "counts"),
      (workshop.corpus + "/vocabulary.tsv", "vocabulary"),
      (workshop.run + "/critic.safetensors", "weights"),
      (workshop.run + "/checkpoints/6/optimiser.safetensors", "weights"),
    ] {
      let inspected = try rows("inspect", "inspect", path)
      #expect(inspected.compactMap { $0["kind"] as? String } == [kind])
      #expect(try dgflow("inspect", path).lines.first == "kind: \(kind)")
    }
  }
}
