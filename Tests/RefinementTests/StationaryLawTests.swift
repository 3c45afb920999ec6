import Determinism
import Foundation
import Tensors
import Testing

@testable import Refinement

/// The stationary law of the *discretised* one-dimensional flow, by power iteration of its transition
/// kernel on a grid: p(y) = ∫ N(y; x + η s(d(x)) d′(x), 2γη) p(x) dx.
private func stationaryVariance(
  curvature a: Double, maximum: Double, noiseWeight: Double, stepSize: Double,
  divergence: FDivergence,
  halfWidth: Double
) -> Double {
  let count = 241
  let spacing = 2 * halfWidth / Double(count - 1)
  let grid = (0..<count).map { -halfWidth + Double($0) * spacing }
  let variance = 2 * noiseWeight * stepSize
  let kernel = grid.map { x in
    let d = maximum - 0.5 * a * x * x
    let mean = x - stepSize * divergence.driftWeight(logDensityRatio: d) * a * x
    let row = grid.map { exp(-0.5 * ($0 - mean) * ($0 - mean) / variance) }
    let total = row.reduce(0, +)
    return row.map { $0 / total }
  }
  var law = [Double](repeating: 1 / Double(count), count: count)
  for _ in 0..<500 {
    var next = [Double](repeating: 0, count: count)
    for (mass, row) in zip(law, kernel) {
      for index in next.indices { next[index] += mass * row[index] }
    }
    law = next
  }
  return zip(grid, law).reduce(0) { $0 + $1.0 * $1.0 * $1.1 }
}

/// The variance of a long run: many independent samples, started near the law, after a burn-in.
private func simulatedVariance(
  curvature: Double, maximum: Double, noiseWeight: Double, stepSize: Double,
  divergence: FDivergence,
  start: Double, steps: Int = 150
) throws -> (variance: Double, standardError: Double) {
  let samples = 8_000
  let flow = DiscriminatorGradientFlow(
    ratio: ConcaveQuadraticRatio(curvatures: [curvature], maximum: maximum), divergence: divergence,
    noiseWeight: noiseWeight)
  let prior = StandardNormalLatents(latentWidth: 1).sample(
    count: samples, from: .latents(seed: 3))
  let latents = Tensor(
    shape: [samples, 1], values: prior.values.map { $0 * Float(start.squareRoot()) })
  let refiner = Refiner(
    term: flow, stepSize: stepSize, steps: steps, noise: .stream(.refinementNoise(seed: 5)),
    chunkSize: 4096, threads: 2)
  let squares = try refiner.refine(latents).latents.values.map { Double($0) * Double($0) }
  let mean = squares.reduce(0, +) / Double(samples)
  let scatter = squares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(samples - 1)
  return (mean, (scatter / Double(samples)).squareRoot())
}

@Suite("Stationary laws")
struct StationaryLawTests {
  private let a = 1.5
  private let gamma = 0.4
  private let eta = 0.2

  @Test("KL on d = −½ a x²: variance γ/(a(1 − aη/2))")
  func kullbackLeibler() throws {
    let exact = gamma / (a * (1 - a * eta / 2))
    let grid = stationaryVariance(
      curvature: a, maximum: 0, noiseWeight: gamma, stepSize: eta, divergence: .kullbackLeibler,
      halfWidth: 5)
    #expect(abs(grid - exact) < 1e-6)
    let (variance, error) = try simulatedVariance(
      curvature: a, maximum: 0, noiseWeight: gamma, stepSize: eta, divergence: .kullbackLeibler,
      start: 0.3)
    #expect(abs(variance - exact) < 4 * error, "\(variance) ± \(error), exact \(exact)")
    // The formula is told apart from that of the exact process, γ/a.
    #expect(abs(exact - gamma / a) > 5 * error)
  }

  @Test(
    "log D on d = c − ½ a x²: the discretised law, by its transition kernel",
    arguments: [-1.0, 0, 1.5])
  func logD(maximum: Double) throws {
    let exact = stationaryVariance(
      curvature: a, maximum: maximum, noiseWeight: gamma, stepSize: eta, divergence: .logD,
      halfWidth: 6)
    let (variance, error) = try simulatedVariance(
      curvature: a, maximum: maximum, noiseWeight: gamma, stepSize: eta, divergence: .logD,
      start: 0.5)
    #expect(abs(variance - exact) < 4 * error, "\(variance) ± \(error), exact \(exact)")
  }

  @Test("log D: as η → 0 the law becomes σ(d)^(1/γ)")
  func logDLimit() {
    let maximum = 0.5
    var (mass, second) = (0.0, 0.0)
    for index in -4000...4000 {
      let x = Double(index) * 2e-3
      let d = maximum - 0.5 * a * x * x
      let density = exp(-softplus(-d) / gamma)
      mass += density
      second += x * x * density
    }
    let limit = second / mass
    let errors = [0.2, 0.1].map { stepSize in
      stationaryVariance(
        curvature: a, maximum: maximum, noiseWeight: gamma, stepSize: stepSize, divergence: .logD,
        halfWidth: 6) - limit
    }
    // First order in the step size: halving it halves the error.
    #expect(abs(errors[1]) < 0.05 * limit)
    #expect((1.7...2.3).contains(errors[0] / errors[1]), "\(errors)")
  }

  @Test("log D far below the data is KL: with c = −40 the variance is γ/(a(1 − aη/2))")
  func logDBelow() throws {
    let exact = gamma / (a * (1 - a * eta / 2))
    let (variance, error) = try simulatedVariance(
      curvature: a, maximum: -40, noiseWeight: gamma, stepSize: eta, divergence: .logD, start: 0.3)
    #expect(abs(variance - exact) < 4 * error, "\(variance) ± \(error), exact \(exact)")
  }

  @Test("log D with little noise: variance γ/(a σ(−c)(1 − a σ(−c) η/2))", arguments: [-2.0, 0, 2])
  func logDSmallNoise(maximum: Double) {
    let noise = 1e-3
    let effective = a * logistic(-maximum)
    let expected = noise / (effective * (1 - effective * eta / 2))
    let grid = stationaryVariance(
      curvature: a, maximum: maximum, noiseWeight: noise, stepSize: eta, divergence: .logD,
      halfWidth: 7 * expected.squareRoot())
    #expect(relativeError(grid, expected) < 0.02)
  }

  @Test("JS has no stationary law: its variance keeps growing where log D's stands still")
  func jensenShannon() throws {
    func variance(_ divergence: FDivergence, steps: Int) throws -> Double {
      try simulatedVariance(
        curvature: a, maximum: 0, noiseWeight: gamma, stepSize: eta, divergence: divergence,
        start: 1, steps: steps
      ).variance
    }
    let early = try variance(.jensenShannon, steps: 60)
    let late = try variance(.jensenShannon, steps: 240)
    // Free diffusion would add 2 γ η · 180 = 28.8.
    #expect(late - early > 12 && late - early < 28.8)
    let (still, later) = (try variance(.logD, steps: 60), try variance(.logD, steps: 240))
    #expect(relativeError(later, still) < 0.1)
  }

  @Test("a stale ratio overshoots: KL falls for ten steps, and at 25 is back where it began")
  func staleRatio() throws {
    let ratio = GaussianRatio(dataMean: 0, dataDeviation: 1, modelMean: 0.9, modelDeviation: 1.25)
    let count = 20_000
    let prior = StandardNormalLatents(latentWidth: 1).sample(count: count, from: .latents(seed: 2))
    let latents = Tensor(shape: [count, 1], values: prior.values.map { 0.9 + 1.25 * $0 })
    let result = try Refiner(
      ratio: ratio, settings: RefinementSettings(), seed: 2, saving: .valuesAndLatents(every: 5),
      chunkSize: 4096, threads: 2
    ).refine(latents)
    // The flow is linear, so that the model stays Gaussian: mean and variance give its divergence.
    let divergences = try result.trajectory.map { point in
      let values = try #require(point.latents).values.map(Double.init)
      let mean = values.reduce(0, +) / Double(count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
      return 0.5 * (variance + mean * mean - 1 - log(variance))
    }
    // From the recursion of mean and variance; the guide prints the same numbers.
    for (value, expected) in zip(divergences, [0.463, 0.118, 0.025, 0.091, 0.252, 0.465]) {
      #expect(abs(value - expected) < 0.02)
    }
    let means = result.trajectory.map { $0.values.reduce(0) { $0 + Double($1) } }
    #expect(zip(means, means.dropFirst()).allSatisfy { $0 < $1 })
  }
}
