import Files
import Foundation
import GenerativeModels
import Testing
import TextCoding

@testable import Runs

@Suite("Checkpoints")
struct CheckpointTests {
  private let folder: TemporaryFolder
  private let run: Run
  private let states: [AdversarialState]

  /// A run and its states after 0, 1, 2 and 3 iterations.
  init() throws {
    folder = try TemporaryFolder()
    let model = Small.model(codec: try Small.codec())
    run = try Small.run(at: folder.file("run"), model: model)
    let data = try TokenMatrix(
      tokens: (0..<20 * 8).map { UInt16(2 + $0 * $0 % 9) }, length: 8, vocabulary: 11)
    let recipe = AdversarialConfiguration(batch: 8, shards: 2, seed: 5, iterations: 3)
    var states = [
      try AdversarialState(
        configuration: recipe, generator: model.generator, critic: model.critic)
    ]
    _ = try AdversarialTraining().run(states[0], data: data) { event, state in
      if case .iterationFinished = event { states.append(state) }
      return .proceed
    }
    self.states = states
  }

  private func checkpoint(_ iteration: Int) -> Checkpoint {
    Checkpoint(
      iteration: iteration, seconds: 0.1 + Double(iteration) / 3, recordBytes: 10 * iteration,
      vocabularyDigest: run.codec.vocabulary.digest, corpusDigest: "00000000000000c0")
  }

  private func write(_ iteration: Int, keeping: Int = 2) throws {
    try checkpoint(iteration).write(states[iteration], run: run.path, keeping: keeping)
  }

  private var names: [String] {
    get throws { try FileSystem.names(in: run.path + "/checkpoints") }
  }

  @Test("the newest one comes back whole, bit for bit")
  func roundTrip() throws {
    try write(1)
    try write(2)
    let (read, state) = try Checkpoint.newest(of: run)
    #expect(read == checkpoint(2))
    #expect(state == states[2])
    #expect(state != states[1])
  }

  @Test("what a killed training left half-written goes with the next one; other folders stay")
  func halfWritten() throws {
    try write(1)
    for name in ["2.partial-0a1b2c3d", "mine.partial-0a1b2c3d", "2.notes"] {
      try FileSystem.makeDirectory("\(run.path)/checkpoints/\(name)")
    }
    try AtomicFile.write("torn", to: run.path + "/checkpoints/2.partial-0a1b2c3d/half")
    try write(2)
    #expect(try names == ["1", "2", "2.notes", "mine.partial-0a1b2c3d"])
  }

  @Test("older ones are kept as far as asked, the newest always", arguments: [0, 1, 2, 3])
  func keeping(count: Int) throws {
    for iteration in 0...3 { try write(iteration, keeping: count) }
    #expect(try Checkpoint.iterations(run: run.path) == Array((4 - max(1, count))...3))
    #expect(try names.count == max(1, count))
  }

  @Test("iterations are ordered as numbers, and foreign names are passed over")
  func foreignNames() throws {
    for name in ["9", "10", "007", "+3", "-1", "x", "8.partial-00000000"] {
      try FileSystem.makeDirectory("\(run.path)/checkpoints/\(name)")
    }
    try "".write(toFile: run.path + "/checkpoints/11", atomically: false, encoding: .utf8)
    #expect(try Checkpoint.iterations(run: run.path) == [9, 10])
  }

  @Test("writing the same iteration again replaces it")
  func replacing() throws {
    try write(2)
    try write(2)
    #expect(try names == ["2"])
    #expect(try Checkpoint.newest(of: run).1 == states[2])
  }

  @Test("a failed write leaves the older checkpoints and nothing half-made")
  func failedWrite() throws {
    try write(1)
    // Something that is no folder stands where the next checkpoint would go.
    try "".write(toFile: run.path + "/checkpoints/2", atomically: false, encoding: .utf8)
    expectFailure(.cannotWrite, run.path + "/checkpoints/2") { try write(2) }
    #expect(try names == ["1", "2"])
    #expect(try Checkpoint.newest(of: run).0.iteration == 1)
  }

  @Test("a run without checkpoints says why it cannot be resumed")
  func none() throws {
    expectFailure(.missingInput, run.path, "weights only") { _ = try Checkpoint.newest(of: run) }
    try FileManager.default.removeItem(atPath: run.path + "/generator.safetensors")
    expectFailure(.missingInput, "before its first checkpoint") {
      _ = try Checkpoint.newest(of: run)
    }
  }

  @Test("a damaged newest one is named, with the one before it as the remedy")
  func damaged() throws {
    try write(1)
    try write(2)
    let newest = run.path + "/checkpoints/2"
    for name in ["critic", "generator", "optimiser"].map({ $0 + ".safetensors" }) {
      try write(2)
      try truncate("\(newest)/\(name)", to: 200)
      expectFailure(.badData, name, "remove \(newest) to go on from checkpoint 1") {
        _ = try Checkpoint.newest(of: run)
      }
    }
    try write(2)
    try FileManager.default.removeItem(atPath: newest + "/checkpoint.yml")
    expectFailure(.missingInput, "checkpoint.yml", "go on from checkpoint 1") {
      _ = try Checkpoint.newest(of: run)
    }
    FileSystem.removeDirectory(newest)
    #expect(try Checkpoint.newest(of: run).1 == states[1])
  }

  @Test(
    "a hostile checkpoint.yml is refused",
    arguments: [
      ("format: 1", "format: 2", "format 2"), ("iteration: 2", "iteration: 1", "iteration 1"),
      ("recordBytes: 20", "recordBytes: -20", "-20 bytes"),
      ("seconds: 0.7", "seconds: -0.7", "-0.7"), ("seconds: 0.7", "seconds: .inf #", "inf seconds"),
      ("vocabularyDigest: ", "vocabularyFigment: ", "`vocabularyDigest` is missing"),
    ])
  func hostile(old: String, new: String, part: String) throws {
    try write(2)
    try edit(run.path + "/checkpoints/2/checkpoint.yml", old, new)
    expectFailure(.badData, "checkpoints/2", part) { _ = try Checkpoint.newest(of: run) }
  }

  @Test("networks that do not fit run.yml or each other are refused before a state is made of them")
  func foreignNetworks() throws {
    try write(2)
    let wide = Small.model(codec: try Small.codec(), width: 6)
    let long = Small.model(codec: try Small.codec(length: 9))
    for (critic, part) in [(wide.critic, "width 6"), (long.critic, "length 9")] {
      try critic.write(
        to: run.path + "/checkpoints/2/critic.safetensors", metadata: ["iteration": "2"])
      expectFailure(.badData, "checkpoints/2", part, "another run") {
        _ = try Checkpoint.newest(of: run)
      }
    }
  }
}
