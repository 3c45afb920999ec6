import Files
import GenerativeModels
import NeuralNetworks
import Refinement
import Tensors
import Testing
import TextCoding

@testable import Runs

/// Ten DGflow steps against PyTorch in float64, with the same weights, latents and noise
/// (Fixtures/flow.json, made by Tools/golden/networks.py).
///
/// Tolerances: the network is float32, so d and its gradient have a relative error of about 1e-6 (a
/// few hundred roundings of 6e-8 that mostly cancel); ten steps of size 0.1 add that to latents of
/// size 1, where each step also rounds once. The seed keeps every pre-activation 1e-5 away from zero,
/// so that no rectifier flips. 3e-6 is five times the largest difference measured (6e-7, with AVX2).
@Suite("DGflow on a text GAN against PyTorch")
struct GoldenFlowTests {
  static let tolerance: Float = 3e-6

  @Test("ten steps with given noise", arguments: FDivergence.published, [1, 2])
  func tenSteps(divergence: FDivergence, threads: Int) throws {
    let golden = try NamedParameters(contentsOf: fixture("flow.safetensors"))
    let model = TextModel(
      generator: try TextGenerator(parameters: golden.under("generator."), source: "fixture"),
      critic: try TextCritic(parameters: golden.under("critic."), source: "fixture"),
      codec: try Small.codec())
    let ratio = try RatioChoice(kind: .raw, offset: .none).ratio(
      of: model, calibration: nil, divergence: divergence, run: "fixture")
    let start = try #require(golden["latents"])
    let refiner = Refiner(
      term: DiscriminatorGradientFlow(
        ratio: ratio.ratio, divergence: divergence, noiseWeight: 0.01),
      stepSize: 0.1, steps: 10, noise: .given(try #require(golden["noise"])),
      saving: .valuesAndLatents(every: 1), threads: threads)
    let result = try refiner.refine(start)

    let path = try #require(golden["\(divergence.rawValue).latents"])
    let values = try #require(golden["\(divergence.rawValue).values"])
    #expect(result.trajectory.map(\.step) == Array(0...10))
    for point in result.trajectory {
      let latents = try #require(point.latents)
      #expect(
        largestDifference(latents.values, path.rows(point.step..<point.step + 1).values)
          <= Self.tolerance)
      guard point.step < 10 else { continue }
      #expect(
        largestDifference(point.values, values.rows(point.step..<point.step + 1).values)
          <= Self.tolerance)
    }
    #expect(result.latents.values == result.trajectory.last?.latents?.values)
  }

  @Test("the three divergences take different paths, so a swapped weight would show")
  func pathsDiffer() throws {
    let golden = try NamedParameters(contentsOf: fixture("flow.safetensors"))
    let ends = try FDivergence.published.map {
      try #require(golden["\($0.rawValue).latents"]).rows(10..<11).values
    }
    for (first, second) in [(0, 1), (0, 2), (1, 2)] {
      #expect(largestDifference(ends[first], ends[second]) > 1000 * Self.tolerance)
    }
  }

  private func largestDifference(_ left: [Float], _ right: [Float]) -> Float {
    #expect(left.count == right.count)
    return zip(left, right).map { abs($0 - $1) }.max() ?? .infinity
  }
}
