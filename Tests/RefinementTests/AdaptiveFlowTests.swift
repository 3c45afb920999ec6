import Foundation
import Tensors
import Testing

@testable import Refinement

@Suite("Flows with step sizes of their own")
struct AdaptiveFlowTests {
  private let prior = StandardNormalLatents(latentWidth: 1)

  /// d = 1 − a z²/2, whose KL drift is −a z.
  private func flow(
    curvature: Double, stepSize: Double, steps: Int, noiseWeight: Double = 0,
    saving: TrajectorySaving = .nothing
  ) -> AdaptiveFlow {
    AdaptiveFlow(
      term: DiscriminatorGradientFlow(
        ratio: ConcaveQuadraticRatio(curvatures: [curvature], maximum: 1),
        divergence: .kullbackLeibler, noiseWeight: noiseWeight), stepSize: stepSize, steps: steps,
      noise: .stream(.refinementNoise(seed: 5)), saving: saving,
      sharing: BatchSharing(chunkSize: 4096, threads: 2))
  }

  @Test("on a quadratic: by hand, with a step taken back where it is too long")
  func byHand() throws {
    let start = Tensor(shape: [1, 1], values: [1])
    func path(_ stepSize: Double) throws -> [Float] {
      try flow(
        curvature: 10, stepSize: stepSize, steps: 4, saving: .valuesAndLatents(every: 1)
      ).refine(start).trajectory.map { ($0.latents ?? start)[0] }
    }
    // ηλ = 0.4: shorter than half the way, so steps stay as they are.
    for (found, wanted) in zip(try path(0.04), [1, 0.6, 0.36, 0.216, 0.1296]) {
      #expect(abs(Double(found) - wanted) < 1e-6)
    }
    // ηλ = 1.5: over the ridge once, then half the way each step.
    for (found, wanted) in zip(try path(0.15), [1, -0.5, -0.25, -0.125, -0.0625]) {
      #expect(abs(Double(found) - wanted) < 1e-6)
    }
    // ηλ = 3: taken back, then half the way.
    for (found, wanted) in zip(try path(0.3), [1, 1, 0.5, 0.25, 0.125]) {
      #expect(abs(Double(found) - wanted) < 1e-6)
    }
  }

  @Test("where d is flat enough it is Euler and Maruyama's, but for the last value")
  func flat() throws {
    let ratio = ConcaveQuadraticRatio(curvatures: [0.5], maximum: 1)
    let latents = prior.sample(count: 60, from: .latents(seed: 2))
    let settings = RefinementSettings(stepSize: 0.02, noiseWeight: 0, steps: 9)
    let fixed = try Refiner(ratio: ratio, settings: settings, seed: 5).refine(latents)
    let adaptive = try flow(curvature: 0.5, stepSize: 0.02, steps: 9).refine(latents)
    for (left, right) in zip(adaptive.latents.values, fixed.latents.values) {
      #expect(abs(left - right) < 1e-6)
    }
    #expect(adaptive.cost == RefinementCost(evaluations: 600))
    #expect(adaptive.steps == 9 && adaptive.trajectory.isEmpty)
  }

  @Test("noise has the variance of the sample's own step")
  func noise() throws {
    // Where d is all but flat there is nothing to adapt to: N steps of √(2γη) ξ.
    let count = 20_000
    let result = try AdaptiveFlow(
      term: DiscriminatorGradientFlow(
        ratio: ConcaveQuadraticRatio(curvatures: [1e-9], maximum: 1), divergence: .kullbackLeibler,
        noiseWeight: 0.3), stepSize: 0.2, steps: 5, noise: .stream(.refinementNoise(seed: 5)),
      sharing: BatchSharing(chunkSize: 4096, threads: 2)
    ).refine(Tensor(shape: [count, 1]))
    let variance = result.latents.values.reduce(0) { $0 + Double($1) * Double($1) } / Double(count)
    // 5 · 2 · 0.3 · 0.2; the variance's standard error is √(2/N) of it.
    #expect(abs(variance / 0.6 - 1) < 4 * (2 / Double(count)).squareRoot())
  }

  @Test("a ridge that throws steps of one size far away is climbed")
  func ridge() throws {
    let latents = prior.sample(count: 100, from: .latents(seed: 3))
    let ratio = ConcaveQuadraticRatio(curvatures: [400], maximum: 1)
    let fixed = try Refiner(
      ratio: ratio, settings: RefinementSettings(stepSize: 0.01, noiseWeight: 0, steps: 10), seed: 1
    ).refine(latents)
    let adaptive = try flow(curvature: 400, stepSize: 0.01, steps: 10).refine(latents)
    #expect(fixed.meanValueAfter < -1e6)
    #expect(adaptive.meanValueAfter > 0.99)
  }

  @Test("states on the way are kept without a further evaluation")
  func saving() throws {
    let latents = prior.sample(count: 7, from: .latents(seed: 3))
    let flow = flow(curvature: 1, stepSize: 0.1, steps: 5, saving: .values(every: 2))
    let result = try flow.refine(latents)
    #expect(result.trajectory.map(\.step) == [0, 2, 4, 5])
    #expect(result.trajectory.first?.values == result.valuesBefore)
    #expect(result.trajectory.last?.values == result.valuesAfter)
    #expect(result.cost == RefinementCost(evaluations: 42))
  }
}
