import Determinism
import Foundation
import Tensors
import Testing

@testable import Refinement

/// Brownian paths on a fine grid, and the flow on any coarser grid of the same paths.
private struct CoupledPaths {
  let paths = 2000
  let fineLevel = 10
  let increments: [Tensor]
  let flow: DiscriminatorGradientFlow
  let start: Tensor

  init(divergence: FDivergence) {
    flow = DiscriminatorGradientFlow(
      ratio: ConcaveQuadraticRatio(curvatures: [1], maximum: 0.5), divergence: divergence,
      noiseWeight: 0.2)
    start = Tensor(shape: [paths, 1], values: [Float](repeating: 3, count: paths))
    let stream = RandomStream(seed: 7, name: "coupled paths")
    let noise = LatentNoise.stream(stream)
    increments = (0..<(1 << fineLevel)).map {
      noise.numbers(step: $0, offset: $0, rows: 0..<2000, firstSample: 0, width: 1)
    }
  }

  /// The states at time 1 with 2^level steps; each step's ξ sums the fine increments it spans.
  func end(level: Int) throws -> [Double] {
    let (steps, span) = (1 << level, 1 << (fineLevel - level))
    var state = start
    for step in 0..<steps {
      var sums = [Double](repeating: 0, count: paths)
      for fine in step * span..<(step + 1) * span {
        for (path, value) in increments[fine].values.enumerated() { sums[path] += Double(value) }
      }
      let noise = sums.map { Float($0 / Double(span).squareRoot()) }
      state = try EulerMaruyama.step(
        flow, from: state, stepSize: 1 / Double(steps),
        noise: Tensor(shape: [paths, 1], values: noise)
      ).latents
    }
    return state.values.map(Double.init)
  }
}

/// The slope of log₂ error against −level by least squares.
private func order(_ levels: [Int], _ errors: [Double]) -> Double {
  let x = levels.map { -Double($0) }
  let y = errors.map { log2($0) }
  let (meanX, meanY) = (x.reduce(0, +) / Double(x.count), y.reduce(0, +) / Double(y.count))
  let cross = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
  return cross / x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
}

@Suite("Euler–Maruyama")
struct EulerMaruyamaTests {
  @Test("one step is z + η s ∇d + √(2γη) ξ", arguments: FDivergence.allCases)
  func oneStep(f: FDivergence) throws {
    let ratio = ConcaveQuadraticRatio(curvatures: [2, 0.5], centre: [1, -1], maximum: 0.75)
    let flow = DiscriminatorGradientFlow(ratio: ratio, divergence: f, noiseWeight: 0.5)
    let (z, noise): ([Float], [Float]) = ([0.5, 1], [-1, 0.25])
    let step = try EulerMaruyama.step(
      flow, from: Tensor(shape: [1, 2], values: z), stepSize: 0.25,
      noise: Tensor(shape: [1, 2], values: noise))
    // d = 0.75 − ½(2 · 0.25 + 0.5 · 4) = −0.5; ∇d = (−2 · −0.5, −0.5 · 2) = (1, −1); √(2γη) = ½.
    let s =
      switch f {
      case .kullbackLeibler: 1.0
      case .jensenShannon: 1 / (1 + exp(0.5))
      case .logD: 1 / (1 + exp(-0.5))
      case .reverseKullbackLeibler: exp(-0.5)
      case .pearson: 2 * exp(0.5)
      case .jeffreys: 1 + exp(-0.5)
      }
    #expect(step.values.values == [-0.5])
    #expect(abs(Double(step.drift.values[0]) - s) < 1e-7 * max(1, s))
    #expect(abs(Double(step.drift.values[1]) + s) < 1e-7 * max(1, s))
    #expect(abs(Double(step.latents.values[0]) - (0.5 + 0.25 * s - 0.5)) < 1e-7 * max(1, s))
    #expect(abs(Double(step.latents.values[1]) - (1 - 0.25 * s + 0.125)) < 1e-7 * max(1, s))
  }

  // Pearson's weight meets its cap where these paths go, and there the drift is not smooth.
  @Test(
    "strong and weak order are 1 on a Gaussian target",
    arguments: FDivergence.allCases.filter { $0 != .pearson })
  func orders(f: FDivergence) throws {
    let paths = CoupledPaths(divergence: f)
    let levels = [2, 3, 4, 5, 6]
    let reference = try paths.end(level: paths.fineLevel)
    var (strong, weak): ([Double], [Double]) = ([], [])
    for level in levels {
      let end = try paths.end(level: level)
      let errors = zip(end, reference).map { abs($0 - $1) }
      strong.append(errors.reduce(0, +) / Double(errors.count))
      // The same paths carry both means, so that their difference has little noise.
      let moments = zip(end, reference).map { $0 * $0 - $1 * $1 }
      weak.append(abs(moments.reduce(0, +) / Double(moments.count)))
    }
    let (strongOrder, weakOrder) = (order(levels, strong), order(levels, weak))
    // A half order, as multiplicative noise would give, and a second order are both far away.
    #expect((0.9...1.2).contains(strongOrder), "strong order \(strongOrder), errors \(strong)")
    #expect((0.85...1.25).contains(weakOrder), "weak \(weakOrder), errors \(weak)")
  }

  @Test("the mean of an Ornstein–Uhlenbeck flow is (1 − aη)ⁿ times the start, exactly")
  func recursion() throws {
    let flow = DiscriminatorGradientFlow(
      ratio: ConcaveQuadraticRatio(curvatures: [1.5]), divergence: .kullbackLeibler, noiseWeight: 0)
    let refiner = Refiner(
      term: flow, stepSize: 0.1, steps: 20, noise: .stream(.refinementNoise(seed: 1)))
    let end = try refiner.refine(Tensor(shape: [1, 1], values: [2])).latents.values[0]
    #expect(abs(Double(end) - 2 * pow(0.85, 20)) < 1e-7)
  }

  @Test("no noise is asked for where the noise weight is zero")
  func withoutNoise() throws {
    let flow = DiscriminatorGradientFlow(
      ratio: ConcaveQuadraticRatio(curvatures: [1]), divergence: .kullbackLeibler, noiseWeight: 0)
    let start = Tensor(shape: [1, 1], values: [2])
    let loud = Tensor(shape: [1, 1], values: [100])
    let step = try EulerMaruyama.step(flow, from: start, stepSize: 0.5, noise: loud)
    #expect(step.latents.values == [1])
  }

  @Test("ten steps with given noise agree with NumPy", arguments: FDivergence.allCases)
  func golden(f: FDivergence) throws {
    struct Fixture: Decodable {
      let data, model: [[Double]]
      let stepSize, noiseWeight: Double
      let latents, noise: [Float]
      let valuesBefore: [Double]
      let refined: [String: [Double]]
    }
    let fixture = try fixture("flow.json", as: Fixture.self)
    let ratio = GaussianRatio(
      data: .init(means: fixture.data[0], deviations: fixture.data[1]),
      model: .init(means: fixture.model[0], deviations: fixture.model[1]))
    let flow = DiscriminatorGradientFlow(
      ratio: ratio, divergence: f, noiseWeight: fixture.noiseWeight)
    let refiner = Refiner(
      term: flow, stepSize: fixture.stepSize, steps: 10,
      noise: .given(Tensor(shape: [10, 5, 3], values: fixture.noise)), chunkSize: 2)
    let result = try refiner.refine(Tensor(shape: [5, 3], values: fixture.latents))
    let expected = try #require(fixture.refined[f.rawValue])
    for (value, target) in zip(result.latents.values, expected) {
      #expect(abs(Double(value) - target) < 3e-6)
    }
    for (value, target) in zip(result.valuesBefore, fixture.valuesBefore) {
      #expect(abs(Double(value) - target) < 1e-6 * max(1, abs(target)))
    }
  }
}
