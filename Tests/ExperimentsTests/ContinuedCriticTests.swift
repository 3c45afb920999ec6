import Files
import Foundation
import GenerativeModels
import Refinement
import Runs
import Testing
import TextCoding

@testable import Experiments

@Suite("Training a run's critic on")
struct ContinuedCriticTests {
  private let folder: TemporaryFolder
  private let corpus: PreparedCorpus
  private let run: Run

  init() throws {
    folder = try TemporaryFolder()
    corpus = try Small.corpus(at: folder.file("corpus"))
    run = try Small.run(at: folder.file("run"), corpus: corpus)
  }

  private func pace(
    steps: Int = 6, every: Int = 2, patience: Int = 9
  ) -> CriticCalibration.Continuing {
    var pace = CriticCalibration.Continuing()
    pace.steps = steps
    pace.every = every
    pace.patience = patience
    return pace
  }

  @Test("the same for any number of threads, one of each name")
  func deterministic() throws {
    let results = try [1, 3].map {
      try CriticCalibration.continued(
        run, on: corpus, count: 15, pace: pace(), seed: 2, threads: $0)
    }
    #expect(results[0].map(\.record) == results[1].map(\.record))
    #expect(results[0].map(\.critic) == results[1].map(\.critic))
    #expect(results[0].map(\.record.name) == ContinuedCritic.Name.allCases)
    #expect(results[0].map(\.record.representation) == [.decoded, .smoothed, .decoded])
    let converged = try #require(results[0].last).record.settings
    #expect(converged.objective == .wasserstein && converged.representation == .raw)
    let recipe = run.configuration.training
    #expect((converged.penalty, converged.penaltyForm) == (recipe.penalty, recipe.penaltyForm))
    #expect(results[0].allSatisfy { $0.record.course.map(\.step) == [0, 2, 4, 6] })
  }

  @Test("the critic of the least log loss is kept, fitted and checked")
  func kept() throws {
    var looks: [ContinuedCritic.Name: [ContinuedCritic.Point]] = [:]
    let results = try CriticCalibration.continued(
      run, on: corpus, count: 15, pace: pace(steps: 7), seed: 2, threads: 2
    ) { looks[$0, default: []].append($1) }
    let model = try TextModel(run)
    let evidence = try CriticCalibration.Evidence(
      model, of: run, on: corpus, count: 15, seed: 2, threads: 1)
    for (critic, record) in results {
      #expect(looks[record.name] == record.course)
      #expect(record.course.map(\.step) == [0, 2, 4, 6, 7])
      let least = try #require(record.course.min { $0.logLoss < $1.logLoss })
      #expect(record.step == least.step)
      let score = try LatentCriticScore(
        generator: model.generator, critic: critic,
        representation: record.name == .converged ? .decoded : record.settings.representation)
      #expect(record.record == (try evidence.record(of: score, in: record.representation)))
      #expect(record.course[0].trainingLogLoss == nil)
      #expect(
        record.course.dropFirst().allSatisfy {
          record.name == .converged ? $0.trainingLogLoss == nil : ($0.trainingLogLoss ?? 0) > 0
        })
    }
  }

  @Test("it ends when the log loss has not fallen for as many looks as there is patience")
  func patience() throws {
    // A rate at which every step harms.
    var pace = pace(steps: 40, every: 1, patience: 3)
    pace.rate = 3
    for (critic, record) in try CriticCalibration.continued(
      run, on: corpus, count: 15, pace: pace, seed: 2, threads: 1)
    {
      let last = try #require(record.course.last)
      #expect(last.step == record.step + 3)
      if record.step == 0 { #expect(critic == (try run.critic())) }
    }
  }

  @Test("written into a run it can be climbed; training on removes it")
  func written() throws {
    var calibration = try CriticCalibration.calibrate(
      run, on: corpus, count: 15, seed: 2, threads: 1)
    let results = try CriticCalibration.continued(
      run, on: corpus, count: 15, pace: pace(), seed: 2, threads: 1)
    calibration.continued = results.map(\.record)
    for (critic, record) in results {
      try record.write(critic, run: run.path, iteration: calibration.iteration)
    }
    try calibration.write(run: run.path)
    #expect(try run.calibration() == calibration)
    for (critic, record) in results {
      #expect(try run.continuedCritic(record.name) == critic)
      let choice = RatioChoice(
        kind: record.name == .converged ? .converged : .continued,
        representation: record.representation)
      #expect(try TextModel(run, for: choice).critic == critic)
    }
    #expect(try TextModel(run).critic == (try run.critic()))
    // Weights of another continuation are not taken for these.
    try FileManager.default.removeItem(atPath: run.path + "/critic-smoothed.safetensors")
    try results[0].record.write(results[1].critic, run: run.path, iteration: 99)
    expectFailure(.missingInput, "critic-smoothed") { _ = try run.continuedCritic(.smoothed) }
    expectFailure(.badData, "critic-decoded", "calibrate --continue") {
      _ = try run.continuedCritic(.decoded)
    }
    try RunCalibration.remove(run: run.path)
    expectFailure(.usage, "no critic continued on decoded samples", "--continue") {
      _ = try run.continuedCritic(.decoded)
    }
    #expect(!FileSystem.exists(run.path + "/critic-decoded.safetensors"))
  }

  @Test("a pace without sense is refused")
  func refused() throws {
    for pace in [pace(steps: 0), pace(every: 0), pace(patience: 0)] {
      expectFailure(.usage, "at least 1") {
        _ = try CriticCalibration.continued(
          run, on: corpus, count: 15, pace: pace, seed: 2, threads: 1)
      }
    }
  }
}
