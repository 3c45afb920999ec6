import Refinement
import Tensors
import Testing
import TextCoding

@testable import Runs

@Suite("Samples and refined samples of a text GAN")
struct SamplerTests {
  private static let settings = RefinementSettings(
    divergence: .jensenShannon, stepSize: 0.5, noiseWeight: 0.05, steps: 3)

  private func sampler(
    threads: Int, settings: RefinementSettings = settings, seed: UInt64 = 9,
    saving: TrajectorySaving = .nothing
  ) throws -> RefinedSampler {
    let model = Small.model(codec: try Small.codec(length: 32), width: 16)
    let ratio = try RatioChoice(kind: .raw, offset: .none).ratio(
      of: model, calibration: nil, divergence: settings.divergence, run: "run")
    return try RefinedSampler(
      base: TextSampler(
        generator: model.generator, codec: model.codec, seed: seed, threads: threads),
      ratio: ratio, settings: settings, saving: saving)
  }

  @Test(
    "a sample is the same bits in any batch and for any number of threads",
    arguments: [1, 7, 63, 64], [1, 2, 3])
  func batchInvariance(count: Int, threads: Int) throws {
    let whole = try sampler(threads: 1).refine(0..<64)
    let part = try sampler(threads: threads).refine(0..<count)
    #expect(part.result.latents.values == whole.result.latents.rows(0..<count).values)
    #expect(part.result.valuesBefore == Array(whole.result.valuesBefore[..<count]))
    #expect(part.result.valuesAfter == Array(whole.result.valuesAfter[..<count]))
    #expect(part.before == whole.before.prefix(count))
    #expect(part.after == whole.after.prefix(count))
    // A batch that begins later: samples are counted over the whole run.
    let late = try sampler(threads: threads).refine(64 - count..<64)
    #expect(late.result.latents.values == whole.result.latents.rows(64 - count..<64).values)
    #expect(late.after == whole.after.rows(Array(64 - count..<64)))
  }

  @Test("the ratio of a text GAN is the same bits in any batch", arguments: [1, 7, 63, 64])
  func ratioInvariance(count: Int) throws {
    let model = Small.model(codec: try Small.codec(length: 32), width: 16)
    let score = try model.score(.raw)
    let latents = StandardNormalLatents(latentWidth: 16).sample(
      count: 64, from: .latents(seed: 2))
    let whole = try score.evaluate(latents)
    let part = try score.evaluate(latents.rows(0..<count))
    #expect(part.values.values == whole.values.rows(0..<count).values)
    #expect(part.gradients.values == whole.gradients.rows(0..<count).values)
    #expect(try score.values(latents.rows(0..<count)).values == part.values.values)
  }

  @Test("refinement starts from the very latents and texts of plain generation")
  func sameStart() throws {
    let refined = try sampler(threads: 2)
    let block = try refined.refine(3..<40)
    #expect(block.before == refined.base.tokens(3..<40))
    #expect(block.before == refined.base.tokens(at: refined.base.latents(3..<40)))
    #expect(block.after != block.before)
    var none = Self.settings
    none.steps = 0
    let still = try sampler(threads: 2, settings: none).refine(3..<40)
    #expect(still.after == still.before)
    #expect(still.result.latents.values == refined.base.latents(3..<40).values)
  }

  @Test("given latents take the place of the prior's, with the noise of their samples")
  func givenLatents() throws {
    let refined = try sampler(threads: 1)
    let own = try refined.refine(5..<9)
    let given = try refined.refine(5..<9, from: refined.base.latents(5..<9))
    #expect(own.result.latents.values == given.result.latents.values)
    let other = try refined.refine(6..<10, from: refined.base.latents(5..<9))
    #expect(own.result.latents.values != other.result.latents.values)
  }

  @Test("another seed gives other texts")
  func seeds() throws {
    #expect(
      try sampler(threads: 1).base.tokens(0..<20)
        != sampler(threads: 1, seed: 10).base.tokens(0..<20))
  }

  @Test("blocks are consecutive, full but for the last, and none for an empty range")
  func blocks() {
    #expect(TextSampler.blocks(of: 0..<0).isEmpty)
    #expect(TextSampler.blocks(of: 5..<6) == [5..<6])
    let blocks = TextSampler.blocks(of: 10..<2500)
    #expect(blocks == [10..<1034, 1034..<2058, 2058..<2500])
  }

  @Test("settings out of range are refused")
  func badSettings() throws {
    var settings = Self.settings
    settings.stepSize = -1
    expectFailure(.usage, "step size -1.0") { _ = try sampler(threads: 1, settings: settings) }
  }

  @Test("the summary of blocks equals the means over all samples at once")
  func summary() throws {
    let refined = try sampler(threads: 1)
    let blocks = try [0..<5, 5..<16, 16..<16, 16..<30].map { try refined.refine($0) }
    var summary = RefinementSummary()
    for block in blocks { summary.add(block) }
    let whole = try refined.refine(0..<30)
    func mean(_ values: [Float]) -> Double {
      values.reduce(0) { $0 + Double($1) } / Double(values.count)
    }
    let pairs = (0..<30).map { (Array(whole.before[$0]), Array(whole.after[$0])) }
    let changed = pairs.map { zip($0, $1).count { $0 != $1 } }
    #expect(summary.samples == 30)
    #expect(abs(summary.meanRatioBefore - mean(whole.result.valuesBefore)) < 1e-12)
    #expect(abs(summary.meanRatioAfter - mean(whole.result.valuesAfter)) < 1e-12)
    #expect(abs(summary.meanNormBefore - mean(whole.result.normsBefore)) < 1e-12)
    #expect(abs(summary.meanNormAfter - mean(whole.result.normsAfter)) < 1e-12)
    #expect(
      abs(summary.charactersChanged - Double(changed.reduce(0, +)) / Double(30 * 32)) < 1e-12)
    #expect(abs(summary.textsChanged - Double(changed.count { $0 > 0 }) / 30) < 1e-12)
    #expect(summary.costPerSample == 2 * 3 + 1)
    let decoded = try #require(refined.ratio.decoded)
    let start = refined.base.latents(0..<30)
    let before = mean(try decoded.values(start).values)
    #expect(abs(try #require(summary.meanDecodedBefore) - before) < 1e-9)
    #expect(summary.meanDecodedAfter != summary.meanDecodedBefore)
    #expect(summary.textsChanged > 0 && summary.charactersChanged < 1)
  }

  @Test("the course of blocks equals the means at every saved step")
  func course() throws {
    let refined = try sampler(threads: 1, saving: .values(every: 2))
    var course = RatioCourse()
    for samples in [0..<5, 5..<30] {
      course.add(try refined.refine(samples).result.trajectory)
    }
    let whole = try refined.refine(0..<30).result.trajectory
    #expect(course.points.map(\.step) == [0, 2, 3])
    #expect(course.points.map(\.samples) == [30, 30, 30])
    for (point, direct) in zip(course.points, whole) {
      let mean = direct.values.reduce(0) { $0 + Double($1) } / 30
      #expect(abs(point.meanRatio - mean) < 1e-12)
    }
  }
}
