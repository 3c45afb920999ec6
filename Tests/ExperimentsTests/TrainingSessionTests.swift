import Files
import Foundation
import GenerativeModels
import Runs
import Testing
import TextCoding

@testable import Experiments

@Suite("Training a run directory")
struct TrainingSessionTests {
  private let folder: TemporaryFolder
  private let corpus: PreparedCorpus
  private var path: String { folder.file("run") }

  init() throws {
    folder = try TemporaryFolder()
    corpus = try Small.corpus(at: folder.file("corpus"))
  }

  private func resume(
    _ path: String, iterations: Int? = nil, pace: TrainingSession.Pace = Small.pace,
    threads: Int = 1
  ) throws -> TrainingSession {
    try TrainingSession(
      resuming: path, corpus: corpus, iterations: iterations, pace: pace, threads: threads)
  }

  /// Runs until an iteration is done, then stops.
  private func run(_ session: TrainingSession, stoppingAt last: Int? = nil) throws
    -> TrainingSession.Outcome
  {
    try session.run { event in
      if case .iteration(let report, _) = event, report.iteration == last { return .stop }
      return .proceed
    }
  }

  private func newest(_ path: String) throws -> AdversarialState {
    try Checkpoint.newest(of: try Run(opening: path)).1
  }

  /// A record without its times.
  private func timeless(_ records: [TrainingRecord]) -> [TrainingRecord] {
    records.map {
      var record = $0
      record.seconds = 0
      return record
    }
  }

  @Test("the directory is complete before the first step, and is never overwritten")
  func beginning() throws {
    let session = try Small.session(at: path, corpus: corpus)
    #expect(session.iteration == 0 && session.iterations == 12)
    #expect(!session.changesInstructionSet)
    #expect(
      try FileSystem.names(in: path) == [
        "CARD.md", "checkpoints", "critic.safetensors", "generator.safetensors",
        "records.jsonl", "run.yml", "vocabulary.tsv",
      ])
    let run = try Run(opening: path)
    _ = try TextModel(run)
    #expect(run.configuration.progress.iterations == 0)
    #expect(run.configuration.corpus.digest == corpus.description.digest)
    try run.requireSameVocabulary(as: corpus)
    #expect(try newest(path).iteration == 0)
    expectFailure(.cannotWrite, path) { _ = try Small.session(at: path, corpus: corpus) }
  }

  @Test("a whole training: records, evaluations, checkpoints, weights, card, events")
  func whole() throws {
    let session = try Small.session(at: path, corpus: corpus)
    var iterations: [Int] = []
    var records: [TrainingRecord] = []
    var samples: [[String]] = []
    var checkpoints: [String] = []
    let outcome = try session.run { event in
      switch event {
      case .warmStart: Issue.record("a warm start that the recipe has not")
      case .iteration(let report, _): iterations.append(report.iteration)
      case .record(let record, let texts):
        records.append(record)
        samples.append(texts)
      case .checkpoint(let path): checkpoints.append(path)
      }
      return .proceed
    }
    guard case .finished(12, let seconds) = outcome else {
      Issue.record("ended as \(outcome)")
      return
    }
    #expect(iterations == Array(1...12))
    #expect(records.map(\.iteration) == [2, 4, 5, 6, 8, 10, 12])
    #expect(records.filter { $0.scores != nil }.map(\.iteration) == [5, 10, 12])
    #expect(samples.map(\.count) == [0, 0, 4, 0, 0, 4, 4])
    #expect(checkpoints == [4, 8, 12].map { "\(path)/checkpoints/\($0)" })
    #expect(try RecordLog.read(run: path) == records)
    #expect(try Checkpoint.iterations(run: path) == [8, 12])
    for record in records {
      #expect(record.slope > 0 && record.criticGradientNorm > 0)
      for value in [record.sharpness, record.duplicateRate, record.realDuplicateRate] {
        #expect((value != nil) == (record.scores != nil))
        #expect((0...1).contains(value ?? 0))
      }
      for score in record.scores ?? [] {
        #expect(score.samples == 40 && (0...1).contains(score.value))
        #expect(try #require(score.floor) < score.value)
        #expect(score.referenceStrings == (try corpus.strings(.validation)).count)
      }
    }
    let run = try Run(opening: path)
    #expect(run.configuration.progress.iterations == 12)
    #expect(run.configuration.progress.seconds == seconds)
    let state = try newest(path)
    #expect(try run.generator() == state.samplingGenerator)
    #expect(try run.generator() != state.generator)  // the average is what others sample from
    #expect(try run.critic() == state.critic)
    let card = try TextFile.read(path + "/CARD.md")
    #expect(card.contains("12 iterations") && card.contains("at iteration 12"))
  }

  @Test("stopped and resumed, with other threads, it ends with the same bits")
  func resumption() throws {
    let other = folder.file("interrupted")
    _ = try run(try Small.session(at: path, corpus: corpus, threads: 2))

    let first = try run(try Small.session(at: other, corpus: corpus), stoppingAt: 3)
    guard case .stopped(3, _) = first else {
      Issue.record("ended as \(first)")
      return
    }
    #expect(try Run(opening: other).configuration.progress.iterations == 3)
    #expect(try newest(other).iteration == 3)
    _ = try run(try resume(other, threads: 3), stoppingAt: 7)
    let last = try run(try resume(other))
    guard case .finished(12, _) = last else {
      Issue.record("ended as \(last)")
      return
    }
    #expect(try newest(other) == newest(path))
    for name in ["generator.safetensors", "critic.safetensors"] {
      #expect(try contents("\(other)/\(name)") == contents("\(path)/\(name)"))
    }
    // Stopping adds a record of what came since the last one; the rest of the curve is the same
    // where means are over the same iterations, and the scores are the same in any case.
    let (straight, broken) = (try RecordLog.read(run: path), try RecordLog.read(run: other))
    #expect(broken.map(\.iteration) == [2, 3, 4, 5, 6, 7, 8, 10, 12])
    #expect(broken.compactMap(\.scores) == straight.compactMap(\.scores))
    #expect(
      timeless(broken.filter { [2, 5, 6, 10, 12].contains($0.iteration) })
        == timeless(straight.filter { [2, 5, 6, 10, 12].contains($0.iteration) }))
    #expect(broken.map(\.seconds) == broken.map(\.seconds).sorted())
  }

  @Test("after a crash it goes on from the checkpoint, and the curve never runs twice")
  func crash() throws {
    struct Crash: Error {}
    let other = folder.file("crashed")
    _ = try run(try Small.session(at: path, corpus: corpus))
    do {
      let session = try Small.session(at: other, corpus: corpus)
      #expect(throws: Crash.self) {
        try session.run { event in
          if case .iteration(let report, _) = event, report.iteration == 7 { throw Crash() }
          return .proceed
        }
      }
    }
    #expect(try RecordLog.read(run: other).last?.iteration == 6)
    _ = try run(try resume(other))
    #expect(try newest(other) == newest(path))
    #expect(
      try timeless(RecordLog.read(run: other)) == timeless(RecordLog.read(run: path)))
  }

  @Test("stopping is possible at every event, and everything is saved")
  func stoppingAnywhere() throws {
    for number in 0..<4 {
      let path = folder.file("stop\(number)")
      var events = 0
      let outcome = try Small.session(at: path, corpus: corpus).run { event in
        if case .record = event { events += 1 }
        if case .checkpoint = event { events += 1 }
        return events > number ? .stop : .proceed
      }
      guard case .stopped(let iteration, _) = outcome else {
        Issue.record("ended as \(outcome)")
        continue
      }
      #expect(try newest(path).iteration == iteration)
      #expect(try Run(opening: path).configuration.progress.iterations == iteration)
    }
  }

  @Test("time that is used up ends training with an evaluation; more time goes on")
  func timeLimit() throws {
    var pace = Small.pace
    pace.secondsLimit = 1e-9
    let outcome = try run(try Small.session(at: path, corpus: corpus, pace: pace))
    guard case .finished(1, let seconds) = outcome else {
      Issue.record("ended as \(outcome)")
      return
    }
    #expect(seconds > 0)
    let records = try RecordLog.read(run: path)
    #expect(records.map(\.iteration) == [1])
    #expect(records.first?.scores != nil)
    #expect(try newest(path).iteration == 1)
    // The same limit again: nothing is left of it.
    #expect(try run(try resume(path, pace: pace)) == outcome)
    #expect(try RecordLog.read(run: path) == records)
    guard case .finished(12, _) = try run(try resume(path)) else {
      Issue.record("did not go on")
      return
    }
  }

  @Test("a time limit that falls on a record gives one record with its means")
  func timeLimitOnRecord() throws {
    var pace = Small.pace
    pace.recordEvery = 1
    pace.secondsLimit = 1e-9
    _ = try run(try Small.session(at: path, corpus: corpus, pace: pace))
    let records = try RecordLog.read(run: path)
    #expect(records.map(\.iteration) == [1])
    #expect(records[0].slope > 0 && records[0].scores != nil)
  }

  @Test("a warm start counts as training time, is told, and goes on where it was stopped")
  func warmStart() throws {
    var recipe = Small.recipe(iterations: 2)
    recipe.warmStart = 3
    func session(_ path: String) throws -> TrainingSession {
      try Small.session(at: path, corpus: corpus, recipe: recipe)
    }
    let whole = try session(path + "-whole")
    var times: [Double] = []
    _ = try whole.run { event in
      if case .warmStart(let report, let seconds) = event {
        times.append(seconds)
        #expect(report.step == times.count)
      }
      return .proceed
    }
    #expect(times.count == 3 && times == times.sorted() && times[0] > 0)

    let stopped = try session(path).run { event in
      if case .warmStart(let report, _) = event, report.step == 2 { return .stop }
      return .proceed
    }
    guard case .stopped(0, let stopSeconds) = stopped, stopSeconds > 0 else {
      Issue.record("ended as \(stopped)")
      return
    }
    _ = try resume(path).run { event in
      if case .warmStart(let report, let seconds) = event {
        #expect(report.step == 3 && seconds > stopSeconds)
      }
      return .proceed
    }
    #expect(try newest(path).generator == newest(path + "-whole").generator)

    var hasty = Small.pace
    hasty.secondsLimit = 1e-9
    let cut = try Small.session(
      at: path + "-hasty", corpus: corpus, recipe: recipe, pace: hasty
    ).run { _ in .proceed }
    guard case .finished(0, _) = cut else {
      Issue.record("ended as \(cut)")
      return
    }
    _ = try resume(path + "-hasty").run { _ in .proceed }
    #expect(try newest(path + "-hasty").generator == newest(path + "-whole").generator)
  }

  @Test("a finished run keeps its checkpoint as it is; more iterations go on with the same bits")
  func moreIterations() throws {
    let long = folder.file("long")
    _ = try run(try Small.session(at: path, corpus: corpus))
    let optimiser = path + "/checkpoints/12/optimiser.safetensors"
    let number = try FileManager.default.attributesOfItem(atPath: optimiser)[.systemFileNumber]
    let records = try contents(path + "/records.jsonl")
    guard case .finished(12, _) = try run(try resume(path)) else {
      Issue.record("did not end at once")
      return
    }
    let after = try FileManager.default.attributesOfItem(atPath: optimiser)[.systemFileNumber]
    #expect(number as? UInt64 == after as? UInt64)
    #expect(try contents(path + "/records.jsonl") == records)

    _ = try run(try resume(path, iterations: 15))
    _ = try run(
      try Small.session(at: long, corpus: corpus, recipe: Small.recipe(iterations: 15)))
    #expect(try newest(path) == newest(long))
    #expect(try Run(opening: path).configuration.training.iterations == 15)
  }

  @Test("a calibration is dropped when the weights move, and kept when they do not")
  func calibration() throws {
    let file = path + "/calibration.yml"
    _ = try run(try Small.session(at: path, corpus: corpus))
    try CriticCalibration.calibrate(
      try Run(opening: path), on: corpus, count: 10, seed: 1, threads: 1
    ).write(run: path)
    _ = try run(try resume(path))
    #expect(try Run(opening: path).calibration() != nil)
    #expect(try TextFile.read(path + "/CARD.md").contains("Critic as a log density ratio"))
    _ = try run(try resume(path, iterations: 13))
    #expect(!FileSystem.exists(file))
    #expect(try TextFile.read(path + "/CARD.md").contains("not calibrated"))
  }

  @Test("without records and evaluations on the way only the end is told")
  func quiet() throws {
    var pace = Small.pace
    pace.recordEvery = 0
    pace.evaluateEvery = 0
    pace.checkpointEvery = 0
    _ = try run(try Small.session(at: path, corpus: corpus, pace: pace))
    let records = try RecordLog.read(run: path)
    #expect(records.map(\.iteration) == [12])
    #expect(records.first?.scores != nil)
    #expect(try Checkpoint.iterations(run: path) == [0, 12])
  }

  @Test("evaluation orders are the defaults that fit, else the length")
  func orders() {
    #expect(TrainingEvaluation.orders(32) == [4, 6])
    #expect(TrainingEvaluation.orders(5) == [4])
    #expect(TrainingEvaluation.orders(3) == [3])
  }
}
