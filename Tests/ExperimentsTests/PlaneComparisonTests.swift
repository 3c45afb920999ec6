import Determinism
import Files
import Foundation
import GenerativeModels
import Refinement
import Tensors
import Testing

@testable import Experiments

@Suite("Comparing methods in the plane")
struct PlaneComparisonTests {
  private let stream = RandomStream(seed: 2, name: "plane test")

  private func points(_ values: [SIMD2<Double>]) -> Tensor {
    Tensor(shape: [values.count, 2], values: values.flatMap { [Float($0.x), Float($0.y)] })
  }

  @Test("modes: shares, presence, variance and occupancy of points put by hand")
  func modes() throws {
    let problem = PlaneProblem.gaussians25
    let (first, second) = (problem.modes[0], problem.modes[7])
    let deviation = problem.deviation
    // 20 points on a circle of two deviations about one mode, 19 at another, 11 far from all.
    let circle = (0..<20).map { index in
      let angle = 2 * Double.pi * Double(index) / 20
      return first + 2 * deviation * SIMD2(cos(angle), sin(angle))
    }
    let far = (0..<11).map { _ in first + SIMD2(4.5 * deviation, 0) }
    let set = circle + [SIMD2](repeating: second, count: 19) + far
    let statistics = ModeStatistics(points(set), of: problem)
    #expect(abs(statistics.highQualityShare - 39.0 / 50) < 1e-12)
    #expect(statistics.modesPresent == 1 && statistics.counts[7] == 19)
    // Σ ‖x‖² = 20 · 4σ², over 2 (20 − 1) σ².
    #expect(abs(try #require(statistics.varianceRatio) - 80.0 / 38) < 1e-4)
    let shares = [31.0 / 50, 19.0 / 50]
    let exact = (shares.reduce(0) { $0 + $1 - 0.04 } + 23 * 0.04) / 2
    #expect(abs(statistics.occupancyDistance - exact) < 1e-12)
  }

  @Test("modes of real points: nearly all of high quality, all present, the law's variance")
  func realModes() throws {
    let problem = PlaneProblem.gaussians25
    let statistics = ModeStatistics(problem.points(count: 5_000, from: stream), of: problem)
    #expect(statistics.highQualityShare > 0.998 && statistics.modesPresent == 25)
    #expect((0.95...1.05).contains(try #require(statistics.varianceRatio)))
    #expect(statistics.occupancyDistance < 0.05)
  }

  @Test("the energy distance of four points by hand, and of equal laws")
  func energy() {
    func set(_ values: [SIMD2<Double>], threads: Int = 1) -> PlanePoints {
      PlanePoints(points(values), threads: threads)
    }
    let first = set([SIMD2(0, 0), SIMD2(0, 2)])
    let second = set([SIMD2(3, 0), SIMD2(3, 2)])
    // 2 · (3 + √13)/2 − 2 − 2.
    let exact = 3 + 13.0.squareRoot() - 4
    #expect(abs(EnergyDistance.value(first, second) - exact) < 1e-6)
    let law = PlaneProblem.swissRoll
    func draw(_ step: UInt32, threads: Int) -> PlanePoints {
      PlanePoints(law.points(count: 600, from: stream, step: step), threads: threads)
    }
    let equal = EnergyDistance.value(draw(0, threads: 1), draw(1, threads: 1))
    #expect(abs(equal) < 0.01)
    #expect(equal == EnergyDistance.value(draw(0, threads: 3), draw(1, threads: 3)))
  }

  @Test("the kernel score is the mean log of the mixture's density")
  func kernels() {
    let centres: [SIMD2<Float>] = [SIMD2(0, 0), SIMD2(1, 0.5), SIMD2(-2, 1)]
    let at = points([SIMD2(0.2, 0.1), SIMD2(40, 0)])
    let bandwidth = 0.7
    let density = KernelDensity(centres: centres, bandwidth: bandwidth)
    let exact = [SIMD2(0.2, 0.1), SIMD2(40, 0)].reduce(0.0) { sum, point in
      let logs = centres.map { centre in
        let offset = point - SIMD2<Double>(centre)
        return -0.5 * (offset * offset).sum() / (bandwidth * bandwidth)
      }
      let most = logs.max() ?? 0
      return sum + most + log(logs.reduce(0) { $0 + exp($1 - most) } / 3)
        - log(2 * Double.pi * bandwidth * bandwidth)
    }
    let found = density.meanLogDensity(of: PlanePoints(at, threads: 2))
    #expect(abs(found - exact / 2) < 1e-4 * abs(exact))
  }

  @Test("bandwidths: near the best of a normal law, Scott's by its formula")
  func bandwidths() {
    let normal = Tensor(
      shape: [500, 2], values: stream.normals(samples: 0..<500, width: 2, step: 0))
    let set = PlanePoints(normal, threads: 2)
    // The best for a normal law is σ n^(−1/6) = 0.355; the folds leave 400 points.
    #expect((0.22...0.5).contains(KernelDensity.bandwidth(of: set)))
    #expect(abs(KernelDensity.scott(set) / pow(500, -1.0 / 6) - 1) < 0.1)
  }

  @Test("every method makes a row, the same on any number of threads")
  func rows() throws {
    var recipe = PlaneRecipe()
    recipe.width = 8
    recipe.batch = 16
    var training = try PlaneTraining(.gaussians25, recipe: recipe, threads: 1)
    for _ in 0..<3 { try training.step() }
    var settings = PlaneComparison.Settings()
    settings.count = 60
    settings.budget = 20
    settings.criticSteps = 5
    func outcome(_ threads: Int) throws -> PlaneComparison.Outcome {
      try PlaneComparison(settings: settings, threads: threads).outcome(
        of: training.networks, problem: .gaussians25, trainingSeed: 1)
    }
    let (one, three) = (try outcome(1), try outcome(3))
    #expect(
      one.rows.map(\.name).prefix(5) == ["real", "base", "KL", "JS", "log D"]
        && one.rows.count == 2 + 3 + MethodName.allCases.count - 1)
    #expect(one.rows.first { $0.name == "staged" }?.costPerSample == 21)
    for (left, right) in zip(one.rows, three.rows) {
      #expect(left.statistics.energyDistance == right.statistics.energyDistance)
      #expect(left.statistics.kernelScore == right.statistics.kernelScore)
      #expect(left.costPerSample == right.costPerSample)
    }
    #expect(one.scale == three.scale && one.areaUnderCurve == three.areaUnderCurve)
    settings.ratio = .raw
    let raw = try outcome(2)
    #expect(raw.scale == 1 && raw.rows[1].statistics == one.rows[1].statistics)
    settings.ratio = .continued
    let continued = try outcome(2)
    #expect(continued.scale != one.scale && continued.rows[1].statistics == one.rows[1].statistics)
    settings.ratio = .converged
    let (converged, again) = (try outcome(2), try outcome(1))
    #expect(Set([converged.scale, continued.scale, one.scale]).count == 3)
    #expect(converged.scale == again.scale)
    // Its stages are converged as well, those of the others are classifiers.
    func staged(_ outcome: PlaneComparison.Outcome) -> PlaneStatistics? {
      outcome.rows.first { $0.name == "staged" }?.statistics
    }
    #expect(staged(converged) == staged(again) && staged(converged) != staged(continued))
    #expect(staged(continued) == staged(one))
    settings.budget = 3
    #expect(throws: Failure.self) { _ = try PlaneComparison(settings: settings, threads: 1) }
  }
}
