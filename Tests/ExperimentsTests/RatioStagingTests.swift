import Files
import Foundation
import GenerativeModels
import Refinement
import Runs
import Testing
import TextCoding

@testable import Experiments

@Suite("Fitting the ratios of a staged refinement")
struct RatioStagingTests {
  private let folder: TemporaryFolder
  private let corpus: PreparedCorpus
  private let run: Run

  init() throws {
    folder = try TemporaryFolder()
    corpus = try Small.corpus(at: folder.file("corpus"))
    run = try Small.run(at: folder.file("run"), corpus: corpus)
  }

  private func settings() -> RatioStaging.Settings {
    var settings = RatioStaging.Settings(
      plan: RatioStaging.Settings.plan(
        budget: 20, stages: 2, selects: true, flow: RefinementSettings(stepSize: 0.1)))
    settings.particles = 20
    settings.count = 15
    settings.pace.steps = 40
    settings.pace.every = 20
    settings.pace.rate = 3e-3
    return settings
  }

  private func stages(threads: Int = 1) throws -> (record: RunStages, critics: [TextCritic]) {
    try RatioStaging.stages(
      of: run, on: corpus, settings: settings(), seed: 2, threads: threads)
  }

  @Test("a plan spends the budget: OBRS its share, the flows the rest")
  func plan() {
    let plan = settings().plan
    #expect(plan.map(\.method) == [.obrs, .dgflow, .dgflow])
    #expect(plan[0].proposals == 8 && plan[1].flow.steps == 3 && plan[1] == plan[2])
    let flows = RatioStaging.Settings.plan(
      budget: 50, stages: 3, selects: false, flow: RefinementSettings())
    #expect(flows.map(\.method) == [.dgflow, .dgflow, .dgflow] && flows[0].flow.steps == 8)
  }

  @Test("the same for any number of threads; selection by text, flows by smoothed samples")
  func deterministic() throws {
    var (one, three) = (try stages(), try stages(threads: 3))
    (one.record.seconds, three.record.seconds) = (0, 0)
    #expect(one.record == three.record && one.critics == three.critics)
    #expect(one.record.stages.map(\.critic.representation) == [.decoded, .smoothed, .smoothed])
    #expect(one.record.stages.map { $0.critic.settings.penalty > 0 } == [false, true, true])
    // 35 + 15 + … samples moved by OBRS and by one flow, and the burn-in.
    #expect(one.record.cost.evaluations == 3 * (20 + 30))
    #expect(one.record.cost.values > MethodSettings.burnIn)
  }

  @Test("written into a run they refine it; other weights and other critics are refused")
  func written() throws {
    expectFailure(.usage, "no stages", "dgflow stage") { _ = try run.requireStages() }
    let fitted = try stages()
    try fitted.record.write(fitted.critics, run: run.path)
    let read = try run.requireStages()
    try RunCard.write(run: run.path)
    #expect(try TextFile.read(run.path + "/CARD.md").contains("Stage 3 of a staged refinement"))
    #expect(read.stages == fitted.record.stages && read.cost == fitted.record.cost)
    let model = try TextModel(run)
    let ratio = try RatioChoice(kind: .raw).ratio(of: model, of: run, for: read.settings)
    #expect(ratio.stages.map(\.record.takenAt) == [.decoded, .smoothed, .smoothed])
    let base = TextSampler(generator: model.generator, codec: model.codec, seed: 1, threads: 2)
    let sampler = try RefinedSampler(base: base, ratio: ratio, settings: read.settings)
    let whole = try sampler.refine(0..<12)
    let part = try sampler.refine(5..<12)
    #expect(part.result.latents == whole.result.latents.rows(5..<12))
    #expect(whole.result.latents != base.latents(0..<12))
    // A comparison of all methods has them, too.
    var comparison = Comparison.Settings()
    comparison.count = 12
    comparison.sets = 2
    comparison.methods = [.staged]
    let rows = try Comparison(
      reference: try ScoringReference(corpus: corpus, options: .init()), settings: comparison,
      threads: 1
    ).rows(of: run, name: "run")
    #expect(rows.map(\.name) == ["run, base", "run, staged"])
    #expect(rows[1].refinement?.method == read.settings)

    try fitted.record.stages[0].critic.write(fitted.critics[1], run: run.path, iteration: 3)
    try FileManager.default.removeItem(atPath: run.path + "/critic-stage-1.safetensors")
    try FileManager.default.moveItem(
      atPath: run.path + "/critic-stage-2.safetensors",
      toPath: run.path + "/critic-stage-1.safetensors")
    expectFailure(.badData, "critic-stage-1", "dgflow stage") {
      _ = try read.ratio(of: model, run: run)
    }
    try RunCalibration.remove(run: run.path)
    #expect(try run.stages() == nil)
    #expect(!FileSystem.exists(run.path + "/critic-stage-3.safetensors"))
  }

  @Test("a plan without sense is refused before any work")
  func refused() {
    var empty = settings()
    empty.plan = []
    var turned = settings()
    turned.plan.reverse()
    for settings in [empty, turned] {
      #expect(throws: Failure.self) {
        _ = try RatioStaging.stages(of: run, on: corpus, settings: settings, seed: 1, threads: 1)
      }
    }
  }
}
