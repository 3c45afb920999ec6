import Files
import Foundation
import GenerativeModels
import Glibc
import Runs
import Testing
import TextCoding

@testable import Experiments

@Suite("What goes wrong while training, and what is left then")
struct TrainingFailureTests {
  private let folder: TemporaryFolder
  private let corpus: PreparedCorpus
  private var path: String { folder.file("run") }

  init() throws {
    folder = try TemporaryFolder()
    corpus = try Small.corpus(at: folder.file("corpus"))
  }

  private func resume() throws -> TrainingSession {
    try TrainingSession(
      resuming: path, corpus: corpus, iterations: nil, pace: Small.pace, threads: 1)
  }

  private func newest(_ path: String) throws -> AdversarialState {
    try Checkpoint.newest(of: try Run(opening: path)).1
  }

  @Test(
    "a loss that is not finite stops with the last good checkpoint, and no bad weights are saved")
  func notFinite() throws {
    // 1e30 makes the next loss infinite; 1e39 overflows the weights themselves.
    for (name, rate) in [("large", 1e30), ("huge", 1e39)] {
      let path = folder.file(name)
      var recipe = Small.recipe()
      recipe.criticRate = rate
      recipe.generatorRate = rate
      var pace = Small.pace
      pace.checkpointEvery = 1
      pace.evaluateEvery = 1
      let session = try Small.session(at: path, corpus: corpus, recipe: recipe, pace: pace)
      expectFailure(.internalFault, "iteration", "not finite", "\(path)/checkpoints/") {
        _ = try session.run { _ in .proceed }
      }
      let run = try Run(opening: path)
      _ = try TextModel(run)
      _ = try Checkpoint.newest(of: run)
    }
  }

  @Test("records that cannot be written stop with the last good checkpoint; nothing is lost")
  func fullDisk() throws {
    let session = try Small.session(at: path, corpus: corpus)
    try replaceDescriptor(of: path + "/records.jsonl", by: "/dev/full")
    expectFailure(.cannotWrite, "records.jsonl", "\(path)/checkpoints/0") {
      _ = try session.run { _ in .proceed }
    }
    let other = folder.file("straight")
    _ = try resume().run { _ in .proceed }
    _ = try Small.session(at: other, corpus: corpus).run { _ in .proceed }
    #expect(try newest(path) == newest(other))
  }

  @Test("a checkpoint that cannot be written stops with the last good one")
  func checkpointNotWritable() throws {
    let session = try Small.session(at: path, corpus: corpus)
    try "".write(toFile: path + "/checkpoints/4", atomically: false, encoding: .utf8)
    expectFailure(.cannotWrite, "\(path)/checkpoints/4", "is \(path)/checkpoints/0") {
      _ = try session.run { _ in .proceed }
    }
    #expect(try FileSystem.names(in: path + "/checkpoints") == ["0", "4"])
  }

  @Test("corpora that cannot be trained on are refused before anything is made")
  func badCorpora() throws {
    let few = try Small.corpus(at: folder.file("few"), lines: Small.lines(8))
    expectFailure(.badData, few.path, "fewer than a batch of 8", "--batch") {
      _ = try Small.session(at: path, corpus: few)
    }
    let blind = try Small.corpus(at: folder.file("blind")) {
      $0.split = try SplitRule(validation: 0, test: 0.1)
    }
    expectFailure(.badData, blind.path, "no validation strings", "--validation") {
      _ = try Small.session(at: path, corpus: blind)
    }
    var pace = Small.pace
    pace.sampleCount = 0
    expectFailure(.usage, "samples of an evaluation is 0") {
      _ = try Small.session(at: path, corpus: corpus, pace: pace)
    }
    expectFailure(.usage, "batch is 0") {
      var recipe = Small.recipe()
      recipe.batch = 0
      _ = try Small.session(at: path, corpus: corpus, recipe: recipe)
    }
    #expect(try FileSystem.names(in: folder.path) == ["blind", "corpus", "few"])
  }

  @Test("only the corpus of the beginning resumes a run")
  func foreignCorpora() throws {
    _ = try Small.session(at: path, corpus: corpus).run { _ in .stop }
    let records = try contents(path + "/records.jsonl")
    let other = try Small.corpus(
      at: folder.file("other"), lines: Small.lines(600).map { $0.uppercased() })
    expectFailure(.badData, "vocabulary", other.path, path) {
      _ = try TrainingSession(
        resuming: path, corpus: other, iterations: nil, pace: Small.pace, threads: 1)
    }
    let salted = try Small.corpus(at: folder.file("salted")) {
      $0.split.salt = "x"
      $0.vocabulary = corpus.codec.vocabulary
    }
    expectFailure(
      .badData, corpus.description.digest, salted.description.digest, "the same corpus"
    ) {
      _ = try TrainingSession(
        resuming: path, corpus: salted, iterations: nil, pace: Small.pace, threads: 1)
    }
    #expect(try contents(path + "/records.jsonl") == records)
  }

  @Test("one training at a time: a second one in the same directory is refused")
  func lock() throws {
    let session = try Small.session(at: path, corpus: corpus)
    expectFailure(.cannotWrite, "records.jsonl", "another process") { _ = try resume() }
    #expect(session.iteration == 0)
  }

  /// Makes writing to an open file fail as on a full disk.
  private func replaceDescriptor(of path: String, by device: String) throws {
    let full = open(device, O_WRONLY)
    #expect(full >= 0)
    defer { close(full) }
    // The unique folder, the run and the file: the temporary folder itself may be a link.
    let place = path.split(separator: "/").suffix(3).joined(separator: "/")
    let names = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
    let number = names.compactMap(Int32.init).first {
      let target = try? FileManager.default.destinationOfSymbolicLink(
        atPath: "/proc/self/fd/\($0)")
      return target?.hasSuffix(place) == true
    }
    #expect(dup2(full, try #require(number)) >= 0)
  }
}
