import Files
import Foundation
import GenerativeModels
import Tensors
import Testing
import TextCoding

@testable import Runs

@Suite("Run directories")
struct RunTests {
  private let folder: TemporaryFolder
  private let model: TextModel

  init() throws {
    folder = try TemporaryFolder()
    model = Small.model(codec: try Small.codec())
  }

  private func makeRun() throws -> Run { try Small.run(at: folder.file("run"), model: model) }

  @Test("a run that is opened again is the one that was written")
  func roundTrip() throws {
    let run = try makeRun()
    #expect(run.configuration == Small.configuration(of: model))
    #expect(run.codec == model.codec)
    #expect(try run.generator() == model.generator)
    #expect(try run.critic() == model.critic)
    #expect(try run.calibration() == nil)
    let read = try TextModel(run)
    #expect(read.generator == model.generator && read.critic == model.critic)
  }

  @Test(
    "convolutions are computed as in training", arguments: ConvolutionAlgorithm.allCases)
  func convolution(algorithm: ConvolutionAlgorithm) throws {
    let path = try makeRun().path
    var configuration = Small.configuration(of: model)
    configuration.training.convolution = algorithm
    try configuration.write(to: path + "/run.yml")
    let read = try TextModel(Run(opening: path))
    #expect(read.generator.convolution == algorithm && read.critic.convolution == algorithm)
  }

  @Test("what is no run is named as what it is")
  func notARun() throws {
    expectFailure(.missingInput, "no run directory at \(folder.file("absent"))") {
      _ = try Run(opening: folder.file("absent"))
    }
    expectFailure(.missingInput, "run.yml is missing", "dgflow train") {
      _ = try Run(opening: folder.path)
    }
    _ = try Small.corpus(at: folder.file("corpus"))
    expectFailure(.missingInput, "it is a prepared corpus") {
      _ = try Run(opening: folder.file("corpus"))
    }
  }

  @Test("files of other runs and absent files are noticed, by name")
  func foreignParts() throws {
    let run = try makeRun()
    let other = Small.model(codec: try Small.codec(), width: 6)
    try other.generator.write(to: folder.file("run/generator.safetensors"))
    expectFailure(
      .badData, "run/generator.safetensors", "width 6", "width 8", "another run"
    ) { _ = try run.generator() }
    try other.critic.write(to: folder.file("run/critic.safetensors"))
    expectFailure(.badData, "run/critic.safetensors", "width 6", "another run") {
      _ = try run.critic()
    }
    try model.critic.write(to: folder.file("run/generator.safetensors"))
    expectFailure(.badData, "run/generator.safetensors", "something else") {
      _ = try run.generator()
    }
    try truncate(folder.file("run/critic.safetensors"), to: 100)
    expectFailure(.badData, "run/critic.safetensors") { _ = try run.critic() }
    try FileManager.default.removeItem(atPath: folder.file("run/generator.safetensors"))
    expectFailure(.missingInput, "run/generator.safetensors") { _ = try run.generator() }
    expectFailure(.missingInput, "run/generator.safetensors") { _ = try TextModel(run) }

    try Small.codec(symbols: "abcdefghj").vocabulary.write(to: folder.file("run/vocabulary.tsv"))
    expectFailure(
      .badData, "run/vocabulary.tsv", model.codec.vocabulary.digest, "another run"
    ) { _ = try Run(opening: run.path) }
    try FileManager.default.removeItem(atPath: folder.file("run/vocabulary.tsv"))
    expectFailure(.missingInput, "run/vocabulary.tsv") { _ = try Run(opening: run.path) }
  }

  @Test("weights of two iterations are no model; weights that state none are taken")
  func mixedWeights() throws {
    let run = try makeRun()
    let critic = folder.file("run/critic.safetensors")
    try model.critic.write(to: critic, metadata: ["iteration": "6"])
    expectFailure(.badData, "iteration 7", "of 6", "--resume") { _ = try TextModel(run) }
    try model.critic.write(to: critic)
    _ = try TextModel(run)
  }

  @Test(
    "a damaged or hostile run.yml is refused with the place",
    arguments: [
      ("format: 1", "format: 7", "format 7"),
      ("length: 8", "length: 0", "`generator.length` is 0"),
      ("width: 8", "width: -8", "`generator.width` is -8"),
      ("latentWidth: 16", "latentWidth: 9223372036854775807", "`generator.latentWidth`"),
      ("blocks: 1", "blocks: -1", "`generator.blocks` is -1"),
      ("iterations: 7", "iterations: -7", "-7 iterations"),
      ("seconds: 1.25", "seconds: .nan", "nan seconds"),
      ("seconds: 1.25", "seconds: 1e300", "1e+300 seconds"),
      ("batch: 8", "batch: 0", "batch is 0"),
      ("seed: 5", "seed: -5", "`seed` is not a whole number of at least 0"),
      ("preset: tiny", "present: tiny", "`preset` is missing"),
      ("corpus:", "corpus: [", "not readable as YAML"),
    ])
  func badConfiguration(old: String, new: String, part: String) throws {
    _ = try makeRun()
    let file = folder.file("run/run.yml")
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let range = try #require(text.range(of: old), "run.yml lacks \(old)")
    try text.replacingCharacters(in: range, with: new)
      .write(toFile: file, atomically: false, encoding: .utf8)
    expectFailure(.badData, file, part) { _ = try Run(opening: folder.file("run")) }
  }

  @Test("networks that do not fit each other or the vocabulary are refused")
  func misfits() throws {
    _ = try makeRun()
    let file = folder.file("run/run.yml")
    var configuration = Small.configuration(of: model)
    configuration.critic.length = 9
    try configuration.write(to: file)
    expectFailure(.badData, file, "8 positions of 11", "reads 9 of 11") {
      _ = try Run(opening: folder.file("run"))
    }
    configuration = Small.configuration(of: model)
    configuration.generator.vocabulary = 12
    configuration.critic.vocabulary = 12
    try configuration.write(to: file)
    expectFailure(.badData, "12 symbols", "vocabulary 11") {
      _ = try Run(opening: folder.file("run"))
    }
  }

  @Test("a corpus of another vocabulary or length is refused with the way to prepare a fitting one")
  func foreignCorpus() throws {
    let run = try makeRun()
    let corpus = try Small.corpus(at: folder.file("corpus"))
    expectFailure(
      .badData, corpus.path, run.path, corpus.codec.vocabulary.digest, "length 12", "length 8",
      "--vocabulary \(run.path)/vocabulary.tsv --length 8"
    ) { try run.requireSameVocabulary(as: corpus) }
    let fitting = try Small.corpus(at: folder.file("fitting"), length: 8) {
      $0.vocabulary = run.codec.vocabulary
    }
    try run.requireSameVocabulary(as: fitting)
  }

  @Test("the card says what the run is, how good it is and that it may lack checkpoints")
  func card() throws {
    let run = try makeRun()
    let record = TrainingRecord(
      iteration: 6, seconds: 1, criticLoss: 0, penalty: 0, slope: 1, wasserstein: 0,
      criticGradientNorm: 1, generatorGradientNorm: 1,
      scores: [.init(order: 4, value: 0.81234, floor: 0.1, samples: 2000, referenceStrings: 70)])
    try (try RecordLog.line(record) + "\n").write(
      toFile: folder.file("run/records.jsonl"), atomically: false, encoding: .utf8)
    try RunCard.write(run: run.path)
    let text = try TextFile.read(folder.file("run/CARD.md"))
    for part in [
      "digest 00000000000000c0", "seed 5", "7 iterations",
      "JS-4 on validation text at iteration 6: 0.8123 (floor 0.1000); 2000 samples against 70",
      "not calibrated", "cannot be",
    ] { #expect(text.contains(part), "the card lacks \(part)") }
  }
}
