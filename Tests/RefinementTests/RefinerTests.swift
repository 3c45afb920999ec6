import Determinism
import Files
import Synchronization
import Tensors
import Testing

@testable import Refinement

/// Counts samples through each call, and can answer with a number that is not finite.
private final class CountingRatio: LatentLogDensityRatio {
  enum Fault { case none, value, gradient }
  let base: GaussianRatio
  let fault: Fault
  /// The evaluation of a latent above this fails.
  let threshold: Float
  let counts = Mutex((values: 0, evaluations: 0))

  init(_ base: GaussianRatio, fault: Fault = .none, threshold: Float = .infinity) {
    self.base = base
    self.fault = fault
    self.threshold = threshold
  }

  var latentWidth: Int { base.latentWidth }

  func values(_ latents: Tensor) throws -> Tensor {
    counts.withLock { $0.values += latents.shape[0] }
    return try base.values(latents)
  }

  func evaluate(_ latents: Tensor) throws -> (values: Tensor, gradients: Tensor) {
    counts.withLock { $0.evaluations += latents.shape[0] }
    var (values, gradients) = try base.evaluate(latents)
    for row in 0..<latents.shape[0] where latents[row * latentWidth] > threshold {
      if fault == .value { values = replacing(values, row, .nan) }
      if fault == .gradient { gradients = replacing(gradients, row * latentWidth, .infinity) }
    }
    return (values, gradients)
  }

  private func replacing(_ tensor: Tensor, _ index: Int, _ value: Float) -> Tensor {
    var elements = tensor.values
    elements[index] = value
    return Tensor(shape: tensor.shape, values: elements)
  }
}

@Suite("Refiner")
struct RefinerTests {
  private let ratio = GaussianRatio(
    data: .init(means: [0.5, -0.5, 0], deviations: [0.7, 0.8, 0.9]),
    model: .init(means: [0, 0, 0], deviations: [1, 1, 1]))
  private let prior = StandardNormalLatents(latentWidth: 3)

  private func settings(_ divergence: FDivergence = .jensenShannon, steps: Int = 7)
    -> RefinementSettings
  {
    RefinementSettings(divergence: divergence, steps: steps)
  }

  @Test(
    "the same sample results for any batch size, chunk size and number of threads",
    arguments: [1, 7, 63, 64, 65, 130], [1, 2, 3])
  func invariance(count: Int, threads: Int) throws {
    let latents = prior.sample(count: 130, from: .latents(seed: 9))
    let whole = try Refiner(ratio: ratio, settings: settings(), seed: 9, chunkSize: 1000)
      .refine(latents)
    for chunkSize in [1, 5, 64] {
      let part = try Refiner(
        ratio: ratio, settings: settings(), seed: 9, chunkSize: chunkSize, threads: threads
      ).refine(latents.rows(0..<count))
      #expect(part.latents == whole.latents.rows(0..<count))
      #expect(part.valuesBefore == Array(whole.valuesBefore[0..<count]))
      #expect(part.valuesAfter == Array(whole.valuesAfter[0..<count]))
    }
    if count < 130 {
      let rest = try Refiner(ratio: ratio, settings: settings(), seed: 9, threads: threads)
        .refine(latents.rows(count..<130), firstSample: count)
      #expect(rest.latents == whole.latents.rows(count..<130))
    }
  }

  @Test("25 steps are 10 steps and then 15", arguments: FDivergence.allCases)
  func continuation(f: FDivergence) throws {
    let latents = prior.sample(count: 20, from: .latents(seed: 2))
    let whole = try Refiner(ratio: ratio, settings: settings(f, steps: 25), seed: 2).refine(latents)
    let first = try Refiner(ratio: ratio, settings: settings(f, steps: 10), seed: 2).refine(latents)
    let second = try Refiner(ratio: ratio, settings: settings(f, steps: 15), seed: 2)
      .refine(first.latents, firstStep: 10)
    #expect(second.latents == whole.latents)
    #expect(first.valuesAfter == second.valuesBefore)
    #expect(whole.unitsPerSample == 51)
    #expect((first.cost + second.cost) == RefinementCost(values: 40, evaluations: 500))
  }

  @Test("another seed gives other noise, the same seed the same")
  func seeds() throws {
    let latents = prior.sample(count: 10, from: .latents(seed: 1))
    let runs = try [1, 1, 2].map {
      try Refiner(ratio: ratio, settings: settings(), seed: $0).refine(latents).latents
    }
    #expect(runs[0] == runs[1] && runs[0] != runs[2])
  }

  @Test("latents and noise of one seed are different numbers")
  func streams() {
    let noise = LatentNoise.stream(.refinementNoise(seed: 1))
      .numbers(step: 0, offset: 0, rows: 0..<4, firstSample: 0, width: 3)
    #expect(noise != prior.sample(count: 4, from: .latents(seed: 1)))
  }

  @Test("zero steps is the identity, bit for bit, and costs one unit")
  func identity() throws {
    let latents = Tensor(shape: [2, 3], values: [0.1, -0.0, .leastNonzeroMagnitude, 3, -2, 7])
    let result = try Refiner(ratio: ratio, settings: settings(steps: 0), seed: 1).refine(latents)
    #expect(result.latents.values.map(\.bitPattern) == latents.values.map(\.bitPattern))
    #expect(result.valuesBefore == result.valuesAfter)
    #expect(result.valuesBefore == (try ratio.values(latents).values))
    #expect(result.normsBefore == result.normsAfter)
    #expect(result.cost == RefinementCost(values: 2))
  }

  @Test("no samples are refined to no samples")
  func empty() throws {
    let result = try Refiner(ratio: ratio, settings: settings(), seed: 1, threads: 2)
      .refine(Tensor(shape: [0, 3]))
    #expect(result.latents.shape == [0, 3] && result.valuesAfter.isEmpty)
  }

  @Test("cost is what was called", arguments: [0, 1, 4, 25], [1, 3])
  func cost(steps: Int, threads: Int) throws {
    let counting = CountingRatio(ratio)
    let latents = prior.sample(count: 70, from: .latents(seed: 1))
    let result = try Refiner(
      ratio: counting, settings: settings(steps: steps), seed: 1,
      saving: .valuesAndLatents(every: 2), threads: threads
    ).refine(latents)
    let counts = counting.counts.withLock { $0 }
    #expect(counts.values == result.cost.values)
    #expect(counts.evaluations == result.cost.evaluations)
    #expect(result.unitsPerSample == Double(2 * steps + 1))
  }

  @Test("a trajectory has the start, every k-th step and the end", arguments: [1, 2, 3, 7, 10])
  func trajectory(every: Int) throws {
    let latents = prior.sample(count: 9, from: .latents(seed: 4))
    let refiner = Refiner(
      ratio: ratio, settings: settings(steps: 7), seed: 4, saving: .valuesAndLatents(every: every),
      chunkSize: 4)
    let result = try refiner.refine(latents)
    let expected = (0...7).filter { $0 % every == 0 || $0 == 7 }
    #expect(result.trajectory.map(\.step) == expected)
    for point in result.trajectory {
      let alone = try Refiner(ratio: ratio, settings: settings(steps: point.step), seed: 4)
        .refine(latents)
      #expect(point.latents == alone.latents)
      #expect(point.values == alone.valuesAfter)
    }
    #expect(result.trajectory.first?.values == result.valuesBefore)
    #expect(result.trajectory.last?.latents == result.latents)
  }

  @Test("values alone are saved without latents, and nothing by default")
  func savingLess() throws {
    let latents = prior.sample(count: 3, from: .latents(seed: 4))
    let values = try Refiner(
      ratio: ratio, settings: settings(steps: 0), seed: 4, saving: .values(every: 5)
    ).refine(latents).trajectory
    #expect(values.count == 1 && values[0].latents == nil && values[0].values.count == 3)
    #expect(try Refiner(ratio: ratio, seed: 4).refine(latents).trajectory.isEmpty)
  }

  @Test("progress is told after each step, and stopping keeps the state reached")
  func progress() throws {
    let latents = prior.sample(count: 6, from: .latents(seed: 4))
    var reports: [RefinementProgress] = []
    let result = try Refiner(ratio: ratio, settings: settings(steps: 9), seed: 4)
      .refine(latents) { report in
        reports.append(report)
        return report.step == 4 ? .stop : .proceed
      }
    let alone = try Refiner(ratio: ratio, settings: settings(steps: 4), seed: 4).refine(latents)
    #expect(reports.map(\.step) == [1, 2, 3, 4])
    #expect(reports.allSatisfy { $0.steps == 9 && $0.samples == 6 })
    #expect(reports[0].meanValue == result.meanValueBefore)
    #expect(result.latents == alone.latents && result.valuesAfter == alone.valuesAfter)
    #expect(result.steps == 4 && result.unitsPerSample == 9)
  }

  @Test("means and norms describe the batch; d rises along a flow without noise")
  func summary() throws {
    let latents = prior.sample(count: 500, from: .latents(seed: 4))
    var settings = settings(.kullbackLeibler, steps: 25)
    settings.noiseWeight = 0
    let result = try Refiner(ratio: ratio, settings: settings, seed: 4, threads: 2).refine(latents)
    #expect(result.meanValueAfter > result.meanValueBefore + 0.2)
    #expect(zip(result.valuesBefore, result.valuesAfter).allSatisfy { $0 <= $1 + 1e-5 })
    let first = latents.rows(0..<1).values
    let norm = (first.reduce(0) { $0 + $1 * $1 }).squareRoot()
    #expect(abs(result.normsBefore[0] - norm) < 1e-6)
    #expect((1.4...1.8).contains(result.meanNormBefore) && result.meanNormAfter.isFinite)
  }

  @Test("a drift that is not finite stops with step, sample and quantity")
  func faults() throws {
    // Sample 4 is carried past the threshold; samples are counted from 100.
    var values = [Float](repeating: 0, count: 15)
    values[12] = 2
    let latents = Tensor(shape: [5, 3], values: values)
    for (fault, quantity) in [
      (CountingRatio.Fault.value, "log density ratio"), (.gradient, "drift"),
    ] {
      let broken = CountingRatio(ratio, fault: fault, threshold: 1)
      let error = #expect(throws: Failure.self) {
        try Refiner(ratio: broken, settings: settings(), seed: 1, chunkSize: 2, threads: 2)
          .refine(latents, firstSample: 100, firstStep: 3)
      }
      #expect(error?.kind == .badData)
      #expect(error?.message.contains("the \(quantity) of sample 104") == true)
      #expect(error?.message.contains("at step 3") == true)
    }
  }

  @Test("the lowest bad sample is named whatever the threads", arguments: [1, 2, 3])
  func firstFault(threads: Int) {
    var values = [Float](repeating: 0, count: 300)
    values[30 * 3] = .nan
    values[80 * 3 + 1] = .infinity
    let error = #expect(throws: Failure.self) {
      try Refiner(ratio: ratio, seed: 1, chunkSize: 8, threads: threads)
        .refine(Tensor(shape: [100, 3], values: values))
    }
    #expect(error?.message.contains("starting latent of sample 30, coordinate 0 is nan") == true)
  }

  @Test("a step size that explodes is noticed")
  func explosion() {
    let steep = ConcaveQuadraticRatio(curvatures: [1])
    let settings = RefinementSettings(stepSize: 1e3, noiseWeight: 0, steps: 100)
    let error = #expect(throws: Failure.self) {
      try Refiner(ratio: steep, settings: settings, seed: 1)
        .refine(Tensor(shape: [1, 1], values: [1]))
    }
    #expect(error?.message.contains("lower the step size (1000.0)") == true)
  }

  @Test("latents of another width are refused")
  func width() {
    let error = #expect(throws: Failure.self) {
      try Refiner(ratio: ratio, seed: 1).refine(Tensor(shape: [2, 4]))
    }
    #expect(error?.message.contains("[2, 4]") == true)
    #expect(throws: Failure.self) { try Refiner(ratio: ratio, seed: 1).refine(Tensor(shape: [3])) }
  }

  @Test(
    "settings out of range are refused with the value",
    arguments: [
      RefinementSettings(stepSize: 0), RefinementSettings(stepSize: .nan),
      RefinementSettings(noiseWeight: -0.1), RefinementSettings(noiseWeight: .infinity),
      RefinementSettings(steps: -1),
    ])
  func settingsRange(settings: RefinementSettings) {
    let error = #expect(throws: Failure.self) { try settings.validate() }
    #expect(error?.kind == .usage)
  }

  @Test("defaults are the released image settings")
  func defaults() throws {
    let settings = RefinementSettings()
    try settings.validate()
    #expect(settings.divergence == .kullbackLeibler && settings.stepSize == 0.1)
    #expect(settings.noiseWeight == 0.01 && settings.steps == 25)
  }
}
