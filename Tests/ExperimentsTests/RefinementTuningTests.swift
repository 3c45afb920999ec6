import Files
import Refinement
import Runs
import Testing

@testable import Experiments

@Suite("Tuning a refinement")
struct RefinementTuningTests {
  private func look(
    _ step: Int, _ divergence: Double, recall: Double = 0.5, ratio: Double = 0, norm: Double = 1,
    changed: Double = 0.2
  ) -> RefinementCandidate.Look {
    RefinementCandidate.Look(
      step: step, divergences: [divergence], recall: recall, meanRatio: ratio, meanNorm: norm,
      changed: changed)
  }

  @Test("looks end where JS rises twice, the norm leaves the shell or text stays while d rises")
  func ends() {
    func reason(_ looks: [RefinementCandidate.Look]) -> RefinementCandidate.End? {
      RefinementTuning.reason(toEnd: looks)
    }
    #expect(reason([look(0, 0.5)]) == nil)
    #expect(reason([look(0, 0.5), look(2, 0.4), look(4, 0.41)]) == nil)
    #expect(reason([look(0, 0.5), look(2, 0.51), look(4, 0.52)]) == .divergenceRises)
    #expect(reason([look(0, 0.5), look(2, 0.4, norm: 1.11)]) == .leavesShell)
    #expect(reason([look(0, 0.5), look(2, 0.4, norm: 0.95)]) == nil)
    #expect(reason([look(0, 0.5), look(2, 0.5, ratio: 1, changed: 0)]) == .textStays)
    #expect(reason([look(0, 0.5), look(2, 0.5, ratio: -1, changed: 0)]) == nil)
  }

  @Test("the best look has the least JS of those that keep recall and count")
  func best() {
    let looks = [
      look(0, 0.5), look(2, 0.45, recall: 0.51), look(4, 0.42, recall: 0.5),
      look(6, 0.4, recall: 0.49),
    ]
    #expect(RefinementTuning.best(of: looks, end: .budget) == 2)
    // Where none keeps recall the least JS of all is taken; where nothing is lower, the start.
    let losing = [look(0, 0.5), look(2, 0.4, recall: 0.4), look(4, 0.45, recall: 0.4)]
    #expect(RefinementTuning.best(of: losing, end: .budget) == 1)
    #expect(RefinementTuning.best(of: [look(0, 0.5), look(2, 0.6)], end: .budget) == 0)
    // The look outside the shell does not count.
    let outside = [look(0, 0.5), look(2, 0.45), look(4, 0.3, norm: 2)]
    #expect(RefinementTuning.best(of: outside, end: .leavesShell) == 1)
  }

  @Test("candidates that keep recall come first, then by JS")
  func order() {
    func candidate(_ divergence: Double, recall: Double, best: Int = 1) -> RefinementCandidate {
      RefinementCandidate(
        settings: RefinementSettings(), samples: 10,
        looks: [look(0, 0.5), look(2, divergence, recall: recall)], best: best, end: .budget)
    }
    let (keeping, lower, still) = (
      candidate(0.45, recall: 0.5), candidate(0.4, recall: 0.4),
      candidate(0.6, recall: 0.6, best: 0)
    )
    #expect(RefinementTuning.precedes(keeping, lower) && !RefinementTuning.precedes(lower, keeping))
    #expect(RefinementTuning.precedes(lower, still))
  }

  @Test(
    "a search: the same on any threads, within its budget, written and read",
    arguments: [
      MethodName.dgflow, .selectedFlow,
    ])
  func search(method: MethodName) throws {
    let folder = try TemporaryFolder()
    let corpus = try Small.corpus(at: folder.file("corpus"))
    let run = try Small.run(at: folder.file("run"), corpus: corpus)
    var settings = RefinementTuning.Settings()
    settings.method = method
    settings.budget = 20
    settings.divergences = [.kullbackLeibler]
    settings.stepFactors = [0.1, 1, 10]
    settings.noiseWeights = [0.01]
    settings.spend = 8_000
    func found(_ threads: Int) throws -> RunRefinement {
      try RefinementTuning(
        run, on: corpus, along: RatioChoice(kind: .raw), settings: settings, threads: threads
      ).result()
    }
    let one = try found(1)
    #expect(one == (try found(3)))
    #expect(one.settings.method == method && one.candidates.count == 3)
    #expect(one.settings.flow == one.candidates[0].settings)
    let samples = one.candidates.map(\.samples)
    // 8,000 / ((3 + 2 · 2) · 21); the last two are tried on twice as many samples.
    #expect(samples == [108, 108, 54])
    let selection = method == .selectedFlow ? 2 * MethodSettings.burnIn + 3 * 54 * 20 : 0
    #expect(one.spent <= 8_000 + selection, "\(one.spent)")
    let looks = one.candidates[0].looks.map(\.step)
    #expect(looks.first == 0 && looks.count >= 2)

    try one.write(run: run.path)
    #expect(try run.refinement() == one)
    try RunCard.write(run: run.path)
    #expect(try TextFile.read(run.path + "/CARD.md").contains("Refined best by"))
    try RunCalibration.remove(run: run.path)
    #expect(try run.refinement() == nil)
    settings.spend = 100
    expectFailure(.usage, "100 cost units", "at least") { _ = try found(1) }
  }
}
