import Determinism
import Foundation
import Tensors
import Testing

@testable import Refinement

/// Mean of squares with its standard error.
private func secondMoment(_ latents: Tensor) -> (value: Double, standardError: Double) {
  let squares = latents.values.map { Double($0) * Double($0) }
  let mean = squares.reduce(0, +) / Double(squares.count)
  let scatter = squares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  return (mean, (scatter / Double(squares.count - 1) / Double(squares.count)).squareRoot())
}

@Suite("Langevin dynamics")
struct LangevinTests {
  private let curvature = 3.0
  private var ratio: ConcaveQuadraticRatio { ConcaveQuadraticRatio(curvatures: [curvature]) }
  private let prior = StandardNormalLatents(latentWidth: 1)
  private let samples = 20_000
  private let sharing = BatchSharing(chunkSize: 4096, threads: 2)

  private func start(_ seed: UInt64) -> Tensor {
    prior.sample(count: samples, from: .latents(seed: seed))
  }

  // p(z) e^(−½ a z²) is a normal law of precision 1 + a.

  @Test("uncorrected: variance T/(A(1 − Aη/2)) with A = 1 + a", arguments: [1.0, 0.5])
  func uncorrected(temperature: Double) throws {
    let (step, precision) = (0.15, 1 + curvature)
    let result = try DiscriminatorDrivenLatentSampling(
      ratio: ratio, prior: prior, stepSize: step, steps: 60, temperature: temperature, seed: 2,
      sharing: sharing
    ).refine(start(2))
    let exact = temperature / (precision * (1 - precision * step / 2))
    let (variance, error) = secondMoment(result.latents)
    #expect(abs(variance - exact) < 4 * error, "\(variance) ± \(error), exact \(exact)")
    #expect(abs(exact - temperature / precision) > 10 * error)
    #expect(result.cost == RefinementCost(values: samples, evaluations: 60 * samples))
  }

  @Test("corrected: variance T/A at any step size", arguments: [0.15, 0.35], [1.0, 0.5])
  func corrected(step: Double, temperature: Double) throws {
    let result = try DiscriminatorDrivenLatentSampling(
      ratio: ratio, prior: prior, stepSize: step, steps: 60, temperature: temperature,
      isCorrected: true, seed: 3, sharing: sharing
    ).refine(start(3))
    let exact = temperature / (1 + curvature)
    let (variance, error) = secondMoment(result.latents)
    #expect(abs(variance - exact) < 4 * error, "\(variance) ± \(error), exact \(exact)")
    #expect(result.cost == RefinementCost(evaluations: 61 * samples))
    #expect(result.acceptance?.proposed == 60 * samples)
  }

  @Test("the acceptance rate is that of the chain's law, by quadrature of the proposal densities")
  func acceptance() throws {
    let (step, precision) = (0.35, 1 + curvature)
    // Started in its law, the chain stays there.
    let scaled = start(4).values.map { $0 / Float(precision.squareRoot()) }
    let result = try LangevinChain(
      ratio: ratio, prior: prior, stepSize: step, steps: 1, seed: 4, sharing: sharing
    ).refine(Tensor(shape: [samples, 1], values: scaled))
    func density(_ x: Double, _ mean: Double, _ variance: Double) -> Double {
      exp(-0.5 * (x - mean) * (x - mean) / variance) / (2 * Double.pi * variance).squareRoot()
    }
    var rate = 0.0
    let spacing = 0.02
    let grid = stride(from: -6.0, through: 6.0, by: spacing).map { $0 }
    for from in grid {
      let here = density(from, 0, 1 / precision)
      for to in grid {
        let forth = here * density(to, from * (1 - step * precision), 2 * step)
        let back =
          density(to, 0, 1 / precision) * density(from, to * (1 - step * precision), 2 * step)
        rate += min(forth, back)
      }
    }
    rate *= spacing * spacing
    let deviation = (rate * (1 - rate) / Double(samples)).squareRoot()
    let seen = try #require(result.acceptance).rate
    #expect(abs(seen - rate) < 4 * deviation, "\(seen), exact \(rate)")
    #expect(rate < 0.9)
    let (variance, error) = secondMoment(result.latents)
    #expect(abs(variance - 1 / precision) < 4 * error)
  }

  @Test("Ex²MCMC: the law of the latents, also from a start far away")
  func exploreExploit() throws {
    let far = Tensor(shape: [samples, 1], values: start(5).values.map { $0 + 3 })
    let rounds = 6
    let result = try ExploreExploitChain(
      ratio: ratio, prior: prior, candidates: 5, localSteps: 2, stepSize: 0.1, rounds: rounds,
      seed: 5, sharing: sharing
    ).refine(far)
    let (variance, error) = secondMoment(result.latents)
    let exact = 1 / (1 + curvature)
    #expect(abs(variance - exact) < 4 * error, "\(variance) ± \(error), exact \(exact)")
    #expect(
      result.cost
        == RefinementCost(
          values: samples * (1 + 4 * rounds), evaluations: samples * rounds * (1 + 2)))
  }

  @Test("a flow's prior term: KL settles at precision (a + ω)/γ")
  func priorTerm() throws {
    let (step, noise, weight) = (0.1, 0.5, 2.0)
    let flow = DiscriminatorGradientFlow(
      ratio: ratio, divergence: .kullbackLeibler, noiseWeight: noise,
      priorTerm: .init(prior, weight: weight))
    let result = try Refiner(
      term: flow, stepSize: step, steps: 60, noise: .stream(.refinementNoise(seed: 6)),
      chunkSize: 4096, threads: 2
    ).refine(start(6))
    let pull = curvature + weight
    let exact = noise / (pull * (1 - pull * step / 2))
    let (variance, error) = secondMoment(result.latents)
    #expect(abs(variance - exact) < 4 * error, "\(variance) ± \(error), exact \(exact)")
  }
}

/// d(z) = m · z, of one slope everywhere.
private struct LinearRatio: LatentLogDensityRatio {
  let slopes: [Float]
  var latentWidth: Int { slopes.count }

  func values(_ latents: Tensor) throws -> Tensor {
    Tensor(
      shape: [latents.shape[0]],
      values: (0..<latents.shape[0]).map { row in
        (0..<latentWidth).reduce(0) { $0 + slopes[$1] * latents[row * latentWidth + $1] }
      })
  }

  func evaluate(_ latents: Tensor) throws -> (values: Tensor, gradients: Tensor) {
    let rows = latents.shape[0]
    return (
      try values(latents),
      Tensor(shape: latents.shape, values: (0..<rows).flatMap { _ in slopes })
    )
  }
}

@Suite("Discriminator optimal transport")
struct OptimalTransportTests {
  private let latents = Tensor(shape: [2, 2], values: [1, 0.5, -0.25, 2])

  private func moved(
    slope: Float, steps: Int, projection: DiscriminatorOptimalTransport.Projection = .none
  ) throws -> RefinementResult {
    try DiscriminatorOptimalTransport(
      ratio: LinearRatio(slopes: [slope, 0]), lipschitzConstant: 2, stepSize: 0.01, steps: steps,
      projection: projection
    ).refine(latents)
  }

  @Test("the first step: down the displaced distance, up d/k")
  func firstStep() throws {
    let result = try moved(slope: 3, steps: 1)
    // δ in both coordinates has the direction (1, 1)/√2.
    let diagonal = 1 / 2.0.squareRoot()
    for row in 0..<2 {
      let x = Double(latents[2 * row]) - 0.01 * (diagonal - 1.5)
      let y = Double(latents[2 * row + 1]) - 0.01 * diagonal
      #expect(abs(Double(result.latents[2 * row]) - x) < 1e-6)
      #expect(abs(Double(result.latents[2 * row + 1]) - y) < 1e-6)
    }
    #expect(result.cost == RefinementCost(values: 2, evaluations: 2))
  }

  @Test("where d rises more slowly than k the distance holds latents; where faster, they go on")
  func effectiveSlope() throws {
    let held = try moved(slope: 1.6, steps: 200).latents
    let free = try moved(slope: 2.6, steps: 200).latents
    for row in 0..<2 {
      #expect(abs(held[2 * row] - latents[2 * row]) < 0.03)
      // Beyond the start the pull is 2.6/2 − 1 a unit of step size.
      #expect(abs(free[2 * row] - latents[2 * row] - 200 * 0.01 * 0.3) < 0.05)
    }
  }

  @Test("the tangential projection keeps the norm to first order, the released one turns it round")
  func projections() throws {
    func growth(_ projection: DiscriminatorOptimalTransport.Projection) throws -> [Float] {
      let result = try moved(slope: 3, steps: 1, projection: projection)
      return zip(result.normsAfter, result.normsBefore).map { $0 - $1 }
    }
    let plain = try growth(.none)
    let tangential = try growth(.tangential)
    let released = try growth(.released)
    for row in 0..<2 {
      #expect(abs(tangential[row]) < 1e-4 && abs(plain[row]) > 5e-4)
      // g·z (1 − ‖z‖²/√Z) is what is left of the radial part.
      let square = latents[2 * row] * latents[2 * row] + latents[2 * row + 1] * latents[2 * row + 1]
      #expect(abs(released[row] - plain[row] * (1 - square / Float(2).squareRoot())) < 2e-4)
    }
  }

  @Test("the effective Lipschitz constant of a linear score is its largest slope seen")
  func lipschitz() throws {
    let prior = StandardNormalLatents(latentWidth: 2)
    let ratio = LinearRatio(slopes: [3, 4])
    let constant = try DiscriminatorOptimalTransport.effectiveLipschitzConstant(
      of: ratio, prior: prior, seed: 1)
    // 5 |cos α| over 100 directions.
    #expect(constant <= 5.0001 && constant > 4.9)
    let single = try DiscriminatorOptimalTransport.effectiveLipschitzConstant(
      of: ratio, prior: prior, pairs: 1, seed: 1)
    #expect(single <= constant)
  }
}
