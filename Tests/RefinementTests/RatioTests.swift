import Determinism
import Foundation
import Tensors
import Testing

@testable import Refinement

@Suite("Ratios and latents")
struct RatioTests {
  private let base = ConcaveQuadraticRatio(
    curvatures: [2, 0.5], centre: [0.25, -1], maximum: 0.75)
  private let latents = Tensor(shape: [3, 2], values: [0.5, 1, -1, 0, 0.25, -1])

  @Test("a concave quadratic has its maximum at the centre")
  func quadratic() throws {
    let (values, gradients) = try base.evaluate(latents)
    #expect(values.values[2] == 0.75 && gradients.values[4...] == [0, 0])
    #expect(values.values[0] == Float(0.75 - 0.5 * (2 * 0.0625 + 0.5 * 4)))
    #expect(gradients.values[0] == -0.5 && gradients.values[1] == -1)
    #expect(values == (try base.values(latents)))
  }

  @Test("a calibrated ratio is scale · d + offset, gradient scale · ∇d")
  func calibrated() throws {
    let ratio = CalibratedRatio(base, scale: -0.5, offset: 3)
    let (values, gradients) = try ratio.evaluate(latents)
    let (plain, slopes) = try base.evaluate(latents)
    #expect(values.values == plain.values.map { -0.5 * $0 + 3 })
    #expect(gradients.values == slopes.values.map { -0.5 * $0 })
    #expect(values == (try ratio.values(latents)))
    #expect(ratio.latentWidth == 2)
  }

  @Test("a fit's ratio gives the fit's log density ratio")
  func fitted() throws {
    let fit = try LogisticCalibration(
      fitting: ScoreSet(real: [1.0, 2, 0, 3], generated: [0.5, -1, 1, -2]))
    let value = try CalibratedRatio(base, calibration: fit).values(latents).values[2]
    #expect(value == Float(fit.logDensityRatio(0.75)))
  }

  @Test("a centred ratio moves values and leaves gradients")
  func centred() throws {
    let ratio = CalibratedRatio(base, scale: 1, offset: -0.75)
    let (values, gradients) = try ratio.evaluate(latents)
    #expect(values.values[2] == 0)
    #expect(gradients == (try base.evaluate(latents).gradients))
    #expect(values == (try ratio.values(latents)))
    #expect(ratio.latentWidth == 2)
  }

  @Test(
    "the offset changes the flow of JS and log D and not of KL", arguments: FDivergence.allCases)
  func offset(f: FDivergence) throws {
    let settings = RefinementSettings(divergence: f, steps: 3)
    let plain = try Refiner(ratio: base, settings: settings, seed: 1).refine(latents)
    let moved = try Refiner(
      ratio: CalibratedRatio(base, scale: 1, offset: -5), settings: settings, seed: 1
    )
    .refine(latents)
    #expect((plain.latents != moved.latents) == f.dependsOnOffset)
  }

  @Test("Gaussian values are the difference of the log densities")
  func gaussian() throws {
    let ratio = GaussianRatio(dataMean: 1, dataDeviation: 2, modelMean: -1, modelDeviation: 0.5)
    let value = try ratio.values(Tensor(shape: [1, 1], values: [0.5])).values[0]
    // log(0.5/2) + ½ (1.5/0.5)² − ½ (0.5/2)².
    #expect(abs(Double(value) - (log(0.25) + 4.5 - 0.03125)) < 1e-6)
  }

  @Test("standard normal latents: log density, gradient, moments")
  func prior() throws {
    let prior = StandardNormalLatents(latentWidth: 2)
    let density = prior.logDensity(Tensor(shape: [1, 2], values: [1, -2])).values[0]
    #expect(abs(Double(density) - (-2.5 - log(2 * Double.pi))) < 1e-6)
    #expect(prior.logDensityGradient(latents).values == latents.values.map { -$0 })
    let draws = prior.sample(count: 20_000, from: .latents(seed: 1)).values.map(Double.init)
    let mean = draws.reduce(0, +) / Double(draws.count)
    let square = draws.reduce(0) { $0 + $1 * $1 } / Double(draws.count)
    #expect(abs(mean) < 0.02 && abs(square - 1) < 0.03)
  }

  @Test("latents depend on the sample index and not on the batch", arguments: [1, 7, 63, 70])
  func batches(count: Int) {
    let prior = StandardNormalLatents(latentWidth: 5)
    let whole = prior.sample(count: 100, from: .latents(seed: 8))
    let part = prior.sample(count: count, firstSample: 30, from: .latents(seed: 8))
    #expect(part == whole.rows(30..<30 + count))
    #expect(prior.sample(count: 0, from: .latents(seed: 8)).shape == [0, 5])
  }
}
