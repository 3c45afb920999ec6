import Files
import Foundation
import Tensors
import Testing

@testable import Refinement

@Suite("Staged refinement")
struct StagedRefinementTests {
  private let ratio = GaussianRatio(
    data: .init(means: [0.5, -0.5], deviations: [0.7, 0.8]),
    model: .init(means: [0, 0], deviations: [1, 1]))
  private let prior = StandardNormalLatents(latentWidth: 2)

  @Test("stages are done one after the other, counted and paid for together")
  func inTurn() throws {
    let latents = prior.sample(count: 50, from: .latents(seed: 1))
    let stages = [5, 4].map {
      Refiner(ratio: ratio, settings: RefinementSettings(steps: $0), seed: UInt64($0))
    }
    let first = try stages[0].refine(latents, firstSample: 3)
    let second = try stages[1].refine(first.latents, firstSample: 3)
    var reports: [Int] = []
    let staged = try StagedRefinement(stages).refine(latents, firstSample: 3) {
      reports.append($0.step)
      return .proceed
    }
    #expect(staged.latents == second.latents)
    #expect(staged.valuesBefore == first.valuesBefore && staged.valuesAfter == second.valuesAfter)
    #expect(staged.normsBefore == first.normsBefore && staged.normsAfter == second.normsAfter)
    #expect(reports == Array(1...9) && staged.steps == 9)
    #expect(staged.cost == RefinementCost(values: 100, evaluations: 450))
  }

  @Test("OBRS, then a flow: as both by hand, with d of another representation for the choice")
  func selected() throws {
    var settings = MethodSettings(
      .selectedFlow, budget: 50, flow: RefinementSettings(stepSize: 0.01))
    #expect(settings.proposals == 20 && settings.flow.steps == 15)
    settings.proposals = 4
    let chosen = GaussianRatio(
      data: .init(means: [-0.5, 0.5], deviations: [0.7, 0.8]),
      model: .init(means: [0, 0], deviations: [1, 1]))
    let latents = prior.sample(count: 40, from: .latents(seed: 1))
    let prepared = try PreparedMethod(
      settings,
      for: PreparedMethod.Problem(ratio: ratio, prior: prior, selection: chosen), seed: 6)
    var selection = MethodSettings(.obrs)
    selection.proposals = 4
    let selector = try PreparedMethod(
      selection, for: PreparedMethod.Problem(ratio: chosen, prior: prior), seed: 6)
    let starts = try selector.method.refine(latents)
    let result = try prepared.method.refine(latents)
    #expect(result.acceptance == starts.acceptance && result.valuesBefore == starts.valuesBefore)
    #expect(prepared.fixedCost == selector.fixedCost)
    #expect(result.cost == starts.cost + RefinementCost(values: 40, evaluations: 600))
    // The flow has noise of its own, so only where it is going is known.
    #expect(result.meanValueAfter > mean(try ratio.values(starts.latents).values) + 0.02)
  }

  @Test("a staged method takes its stages' settings and ratios")
  func prepared() throws {
    var settings = MethodSettings(.staged)
    #expect(throws: Failure.self) { try settings.validate() }
    var obrs = MethodSettings(.obrs)
    obrs.proposals = 3
    let flow = MethodSettings(.dgflow, flow: RefinementSettings(steps: 2))
    settings.stages = [obrs, flow, flow]
    try settings.validate()
    let latents = prior.sample(count: 30, from: .latents(seed: 1))
    let prepared = try PreparedMethod(
      settings,
      for: PreparedMethod.Problem(
        ratio: ratio, prior: prior, stages: [ratio, ratio, ratio]), seed: 1)
    let result = try prepared.method.refine(latents)
    #expect(result.cost.evaluations == 30 * 4)
    #expect(prepared.fixedCost.values == MethodSettings.burnIn)
    // Selection draws from the prior, so it can only come first.
    settings.stages = [flow, obrs]
    #expect(throws: Failure.self) { try settings.validate() }
  }

  @Test("a ratio renewed at each stage does not overshoot where a stale one does")
  func renewed() throws {
    // A linear flow keeps the model Gaussian, so that the fresh ratio of each stage is known.
    let data = GaussianRatio.Diagonal(means: [0], deviations: [1])
    var (mean, deviation) = (0.9, 1.25)
    let settings = RefinementSettings(noiseWeight: 0.0001, steps: 5)
    var stages: [Refiner] = []
    for index in 0..<5 {
      let stage = GaussianRatio(
        data: data, model: .init(means: [mean], deviations: [deviation]))
      stages.append(
        Refiner(
          ratio: stage, settings: settings, seed: UInt64(index), chunkSize: 4096, threads: 2))
      // z ← z + η ((z − m)/s² − z), five times.
      let inverse = 1 / (deviation * deviation)
      let model = mean
      for _ in 0..<5 {
        let factor = 1 + 0.1 * (inverse - 1)
        mean = mean * factor - 0.1 * model * inverse
        deviation = (factor * factor * deviation * deviation + 2 * 0.0001 * 0.1).squareRoot()
      }
    }
    let count = 20_000
    let latents = Tensor(
      shape: [count, 1],
      values: StandardNormalLatents(latentWidth: 1).sample(count: count, from: .latents(seed: 2))
        .values.map { 0.9 + 1.25 * $0 })
    func divergence(_ latents: Tensor) -> Double {
      let values = latents.values.map(Double.init)
      let mean = values.reduce(0, +) / Double(count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
      return 0.5 * (variance + mean * mean - 1 - log(variance))
    }
    let fresh = try StagedRefinement(stages).refine(latents)
    let stale = try Refiner(
      ratio: GaussianRatio(data: data, model: .init(means: [0.9], deviations: [1.25])),
      settings: RefinementSettings(noiseWeight: 0.0001), seed: 2, chunkSize: 4096, threads: 2
    ).refine(latents)
    #expect(divergence(fresh.latents) < 0.02)
    #expect(divergence(stale.latents) > 0.4)
  }
}
