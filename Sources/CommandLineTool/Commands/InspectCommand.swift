import ArgumentParser
import Experiments
import Files
import GenerativeModels
import NGramScoring
import NeuralNetworks
import Reporting
import Runs
import TextCoding

/// `dgflow inspect PATH`: what a run, corpus or file is.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Say what a run, a corpus or a file is.",
    discussion: """
      Reads run and corpus directories, counts, vocabularies (.tsv), token and latent matrices (.npy), \
      weights (.safetensors) and text files, and checks them on the way. Of a run it also says what in \
      its records commonly goes wrong: overfitting of the critic, divergence, collapse, saturation.

        dgflow inspect newswire
        dgflow inspect corpus/train.npy
      """)

  @Argument(help: "Run, corpus, bundled name (newswire, news) or file.")
  var path: String

  @Flag(name: .long, help: "Print JSON on standard output.")
  var json = false

  @OptionGroup var talkOptions: TalkOptions

  func run() throws {
    let subject = try Inspection.subject(path, data: Environment.data)
    let output = StandardOutput()
    if json {
      try output.line(
        JSONOutput(
          command: "inspect", version: Version.current, seed: nil,
          settings: ["path": path], rows: [subject]
        ).text())
    } else {
      for fact in subject.facts { try output.line("\(fact.name): \(fact.value)") }
      for line in subject.lines { try output.line(line) }
    }
    try output.flush()
  }
}

/// What was found at a path.
private struct Inspection: Encodable {
  /// One thing known about it.
  struct Fact: Encodable {
    let name: String
    let value: String
  }

  let kind: String
  let facts: [Fact]
  let lines: [String]

  private init(_ kind: String, _ facts: [(String, String)], lines: [String] = []) {
    self.kind = kind
    self.facts = [Fact(name: "kind", value: kind)] + facts.map { Fact(name: $0.0, value: $0.1) }
    self.lines = lines
  }

  static func subject(_ path: String, data: DataLocations) throws -> Inspection {
    if FileSystem.isDirectory(path), FileSystem.exists(path + "/corpus.yml") {
      return try corpus(path)
    }
    if FileSystem.isDirectory(path) || !FileSystem.exists(path) {
      return try run(try data.run(path))
    }
    if CountsFile.isCounts(path) { return try counts(path) }
    if path.hasSuffix(".npy") { return try matrix(path) }
    if path.hasSuffix(".safetensors") { return try weights(path) }
    if path.hasSuffix(".tsv") { return try vocabulary(path) }
    return try text(path)
  }

  private static func corpus(_ path: String) throws -> Inspection {
    let corpus = try PreparedCorpus(opening: path)
    for split in CorpusSplit.allCases { _ = try corpus.strings(split) }
    let sources = corpus.description.report.sources.map(\.name).joined(separator: ", ")
    return Inspection(
      "prepared corpus",
      [("made by", "dgflow \(corpus.description.version)"), ("sources", sources)],
      lines: CorpusWords.describe(corpus))
  }

  private static func run(_ path: String) throws -> Inspection {
    let run = try Run(opening: path)
    let configuration = run.configuration
    let (generator, critic) = (try run.generator(), try run.critic())
    let checkpoints = try Checkpoint.iterations(run: path)
    let recipe = configuration.training
    let corpus = configuration.corpus
    let progress = configuration.progress
    var facts: [(String, String)] = []
    func state(_ name: String, _ value: String) { facts.append((name, value)) }
    state("path", path)
    state("made by", "dgflow \(configuration.version), preset \(configuration.preset)")
    state(
      "corpus",
      "\(corpus.name), digest \(corpus.digest), \(corpus.trainingStrings) training strings")
    state("vocabulary", "\(configuration.vocabulary.size) symbols")
    state("length", "\(configuration.generator.length) symbols a string")
    let generatorParameters = generator.network.parameterCount
    state(
      "generator",
      "width \(configuration.generator.width), \(configuration.generator.blocks) blocks"
        + (configuration.generator.temperature.map { ", temperature \($0)" } ?? "")
        + ", \(generatorParameters) parameters")
    let criticParameters = critic.network.parameterCount
    state(
      "critic",
      "width \(configuration.critic.width), \(configuration.critic.blocks) blocks, "
        + "\(criticParameters) parameters")
    state("recipe", RecipeWords.line(recipe))
    state(
      "trained",
      "\(progress.iterations) iterations in \(Figures.duration(progress.seconds)) "
        + "(\(progress.instructionSet))")
    state(
      "checkpoints",
      checkpoints.isEmpty
        ? "none: weights only, cannot be resumed"
        : checkpoints.map(String.init).joined(separator: ", "))
    let records = try RecordLog.read(run: path)
    let words = TrainingWords(iterations: recipe.iterations, minutes: nil)
    state("records", String(records.count))
    var lines = records.filter { $0.scores != nil }.suffix(3).flatMap {
      words.evaluation($0, samples: [])
    }
    let findings = TrainingFinding.all(in: records, penaltyForm: recipe.penaltyForm)
      .map(FindingWords.line)
    state("findings", findings.isEmpty ? "none" : String(findings.count))
    lines += findings
    if let calibration = try run.calibration() {
      lines += ["calibration:"] + CalibrationTable.lines(calibration)
    } else {
      lines.append("calibration: none; make one with `dgflow calibrate`")
    }
    if let stages = try run.stages() { lines += ["stages:"] + StageTable.lines(stages) }
    if let refinement = try run.refinement() {
      lines += ["refinement:"] + TuningTable.lines(refinement)
    }
    return Inspection("run", facts, lines: lines)
  }

  private static func counts(_ path: String) throws -> Inspection {
    let (file, digest) = try CountsFile.open(path)
    let counts = file.counts
    let parts = counts.stringsOfParts
    var facts = [
      ("strings", "\(counts.strings) of \(file.codec.length) symbols"),
      (
        "parts",
        "\(parts.count) of \(parts.min() ?? 0) to \(parts.max() ?? 0) strings, by "
          + file.parts.inWords
      ),
      (
        "vocabulary",
        "\(file.codec.vocabulary.count) (\(file.codec.vocabulary.unit.rawValue)s), "
          + file.vocabularySource.rawValue
      ), ("padding", counts.layout.excludesPadding ? "left out" : "counted"),
    ]
    for order in counts.layout.orders {
      facts.append(
        (
          "order \(order)",
          "\(try counts.distinct(order: order)) different of \(counts.totals(order: order).allNGrams)"
        ))
    }
    return Inspection("counts", facts + [("digest", digest)])
  }

  private static func matrix(_ path: String) throws -> Inspection {
    switch try NumPyFile.elementType(of: path) {
    case UInt16.numPyDescription:
      let tokens = try NumPyMatrix<UInt16>(contentsOf: path)
      let largest = tokens.withUnsafeElements { $0.max() } ?? 0
      return Inspection(
        "token matrix",
        [("shape", "[\(tokens.rows), \(tokens.columns)] uint16"), ("largest token", "\(largest)")])
    case UInt32.numPyDescription:
      let lines = try NumPyMatrix<UInt32>(contentsOf: path)
      return Inspection(
        "line numbers", [("shape", "[\(lines.rows), \(lines.columns)] uint32")])
    case Float.numPyDescription:
      return latents(try NumPyMatrix<Float>(contentsOf: path))
    case let type:
      throw Failure(
        .badData,
        "\(path) holds elements of type \(type); expected tokens (<u2), line numbers (<u4) or "
          + "latents (<f4)")
    }
  }

  private static func latents(_ latents: NumPyMatrix<Float>) -> Inspection {
    let mean = latents.withUnsafeElements { values -> Double in
      guard latents.rows > 0 else { return 0 }
      var sum = 0.0
      for row in 0..<latents.rows {
        var square = 0.0
        for value in values[row * latents.columns..<(row + 1) * latents.columns] {
          square += Double(value) * Double(value)
        }
        sum += square.squareRoot()
      }
      return sum / Double(latents.rows)
    }
    return Inspection(
      "latents",
      [
        ("shape", "[\(latents.rows), \(latents.columns)] float32"),
        ("mean norm", Figures.fixed(mean, 4)),
      ])
  }

  private static func weights(_ path: String) throws -> Inspection {
    let file = try SafetensorsFile(contentsOf: path)
    let lines = try file.names.map { name in
      "  \(name) \(try file.elementType(of: name)) \(try file.shape(of: name))"
    }
    let metadata = file.metadata.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    return Inspection(
      "weights",
      [("tensors", "\(file.names.count)"), ("metadata", metadata.joined(separator: ", "))],
      lines: lines)
  }

  private static func vocabulary(_ path: String) throws -> Inspection {
    let vocabulary = try Vocabulary(contentsOf: path)
    return Inspection(
      "vocabulary",
      [
        ("symbols", "\(vocabulary.count) (\(vocabulary.unit.rawValue)s)"),
        ("digest", vocabulary.digest),
      ])
  }

  private static func text(_ path: String) throws -> Inspection {
    let reader = try LineReader(path: path)
    while let _: Void = try reader.next({ _ in () }) {}
    let statistics = reader.statistics
    return Inspection(
      "text",
      [
        ("bytes", "\(statistics.bytes)"), ("lines", "\(statistics.lines)"),
        ("empty lines", "\(statistics.emptyLines)"),
        ("lines with invalid UTF-8 or NUL", "\(statistics.repairedLines + statistics.nulLines)"),
      ])
  }
}

extension CountsFile.Parts {
  /// What strings were divided by.
  fileprivate var inWords: String {
    switch self {
    case .line: "a hash of the line"
    case .string: "a hash of the string"
    case .number: "line number"
    }
  }
}
