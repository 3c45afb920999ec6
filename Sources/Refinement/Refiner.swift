import Determinism
import Files
import Tensors

/// The loop of a refinement: latents in, steps of an integrator along a term, latents out.
///
/// It knows no equation and no model: the term says where latents go, ``EulerMaruyama`` how a step is
/// taken, ``TrajectorySaving`` what is kept and a closure what is told. A batch is cut into chunks
/// that the cores take in turn; since noise depends on (sample index, step, coordinate) and samples
/// never influence each other, results are bit-identical for any chunking and number of threads.
///
/// ```swift
/// let refiner = Refiner(ratio: ratio, settings: RefinementSettings(divergence: .logD), seed: 1)
/// let prior = StandardNormalLatents(latentWidth: ratio.latentWidth)
/// let result = try refiner.refine(prior.sample(count: 1000, from: .latents(seed: 1)))
/// // result.meanValueBefore, result.meanValueAfter, result.latents
/// ```
public struct Refiner: Sendable {
  /// Drift and diffusion.
  public var term: any StochasticTerm
  /// η, finite and above zero.
  public var stepSize: Double
  /// Steps to take, at least zero.
  public var steps: Int
  /// The source of ξ; not asked where the term's diffusion is zero.
  public var noise: LatentNoise
  /// What to keep on the way.
  public var saving: TrajectorySaving
  /// Most samples in one call of the term.
  ///
  /// Default 64, the batch of the published training; results do not depend on it.
  public var chunkSize: Int
  /// Threads that share the chunks.
  ///
  /// Default 1; results do not depend on it.
  public var threads: Int

  /// A refinement along any term.
  ///
  /// - Parameters:
  ///   - term: drift and diffusion.
  ///   - stepSize: η, finite and above zero.
  ///   - steps: at least zero; zero is the identity.
  ///   - noise: the source of ξ.
  ///   - saving: what to keep on the way; nothing by default.
  ///   - chunkSize: most samples in one call of the term, at least 1.
  ///   - threads: threads that share the chunks, at least 1.
  public init(
    term: any StochasticTerm, stepSize: Double, steps: Int, noise: LatentNoise,
    saving: TrajectorySaving = .nothing, chunkSize: Int = 64, threads: Int = 1
  ) {
    self.term = term
    self.stepSize = stepSize
    self.steps = steps
    self.noise = noise
    self.saving = saving
    self.chunkSize = chunkSize
    self.threads = threads
  }

  /// A discriminator gradient flow with noise from the stream of a seed.
  ///
  /// - Parameters:
  ///   - ratio: d(G(z)) and its gradient.
  ///   - settings: divergence, η, γ, steps and ω; the published image settings by default.
  ///   - prior: where latents come from, for a prior term; standard normal where absent.
  ///   - seed: seed of the noise.
  ///   - saving: what to keep on the way; nothing by default.
  ///   - chunkSize: most samples in one call of the ratio, at least 1.
  ///   - threads: threads that share the chunks, at least 1.
  public init(
    ratio: any LatentLogDensityRatio, settings: RefinementSettings = RefinementSettings(),
    prior: (any LatentDistribution)? = nil, seed: UInt64, saving: TrajectorySaving = .nothing,
    chunkSize: Int = 64, threads: Int = 1
  ) {
    self.init(
      term: DiscriminatorGradientFlow(ratio: ratio, settings: settings, prior: prior),
      stepSize: settings.stepSize, steps: settings.steps,
      noise: .stream(.refinementNoise(seed: seed)), saving: saving, chunkSize: chunkSize,
      threads: threads)
  }

  /// Refines a batch of latents.
  ///
  /// Refining 25 steps is, bit for bit, refining 10 steps and then 15 with `firstStep` 10; refining
  /// 100 samples is refining 60 and then 40 with `firstSample` 60. Costs 2 · steps + 1 units a
  /// sample; memory of three times the latents beyond what is saved.
  ///
  /// - Parameters:
  ///   - latents: `[N, Z]`, finite; N may be zero.
  ///   - firstSample: index of row 0 in the run, at least zero; part of the noise's key.
  ///   - firstStep: steps that this flow has taken before, at least zero; part of the noise's key.
  ///   - progress: told after each step, on the calling thread; answers whether to go on.
  /// - Returns: latents, values and norms before and after, cost, and the states asked for. The
  ///   values after are those of the latents returned, also after an early stop.
  /// - Throws: `Failure` of kind `badData` when a latent, value or drift is not finite, naming step,
  ///   sample and quantity (of several, that of the lowest sample of the earliest step), or when the
  ///   latents do not have the term's width; and what term and closure throw.
  public func refine(
    _ latents: Tensor, firstSample: Int = 0, firstStep: Int = 0,
    progress: (RefinementProgress) throws -> RefinementDecision = { _ in .proceed }
  ) throws -> RefinementResult {
    try check(latents, firstSample: firstSample, firstStep: firstStep)
    let chunks = chunkRanges(count: latents.shape[0], chunkSize: chunkSize, threads: threads)
    var state = chunks.map { latents.rows($0) }
    var valuesBefore: [Float] = []
    var trajectory: [TrajectoryPoint] = []
    var taken = 0
    while taken < steps {
      let position = Position(step: firstStep + taken, offset: taken, firstSample: firstSample)
      let stepped = try Cores.map(shards: chunks.count, threads: threads) { [state] chunk in
        try step(state[chunk], rows: chunks[chunk], at: position)
      }
      let values = stepped.flatMap(\.values.values)
      if taken == 0 { valuesBefore = values }
      keep(values, state, step: firstStep + taken, isLast: false, in: &trajectory)
      state = stepped.map(\.latents)
      taken += 1
      let report = RefinementProgress(
        step: taken, steps: steps, samples: latents.shape[0], meanValue: mean(values))
      if try progress(report) == .stop { break }
    }
    let position = Position(step: firstStep + taken, offset: taken, firstSample: firstSample)
    let valuesAfter = try Cores.map(shards: chunks.count, threads: threads) { [state] chunk in
      try finalValues(state[chunk], rows: chunks[chunk], at: position)
    }.flatMap { $0 }
    keep(valuesAfter, state, step: firstStep + taken, isLast: true, in: &trajectory)
    let refined = taken == 0 ? latents : .joiningRows(state, width: term.latentWidth)
    return RefinementResult(
      latents: refined, valuesBefore: taken == 0 ? valuesAfter : valuesBefore,
      valuesAfter: valuesAfter, normsBefore: latents.rowNorms(width: term.latentWidth),
      normsAfter: refined.rowNorms(width: term.latentWidth),
      steps: taken,
      cost: RefinementCost(values: latents.shape[0], evaluations: latents.shape[0] * taken),
      trajectory: trajectory)
  }

  private func check(_ latents: Tensor, firstSample: Int, firstStep: Int) throws {
    precondition(
      steps >= 0 && stepSize > 0 && stepSize.isFinite && chunkSize >= 1 && threads >= 1,
      "Refiner: steps \(steps), step size \(stepSize), chunk size \(chunkSize) or threads "
        + "\(threads) out of range")
    precondition(
      firstSample >= 0 && firstStep >= 0,
      "Refiner.refine: first sample \(firstSample) and first step \(firstStep) must not be negative"
    )
    guard latents.shape.count == 2, latents.shape[1] == term.latentWidth else {
      throw Failure(
        .badData,
        "latents have shape \(latents.shape), but the model takes [N, \(term.latentWidth)]: use "
          + "latents that were drawn for this model")
    }
    if case .given(let numbers) = noise, term.diffusion > 0 {
      precondition(
        numbers.shape.count == 3 && numbers.shape[0] >= steps
          && Array(numbers.shape.dropFirst()) == latents.shape,
        "Refiner.refine: given noise \(numbers.shape) for \(steps) steps of latents "
          + "\(latents.shape)")
    }
    switch saving {
    case .nothing: break
    case .values(let every), .valuesAndLatents(let every):
      precondition(every >= 1, "Refiner: saving every \(every) steps; give at least 1")
    }
  }

  private func keep(
    _ values: [Float], _ state: [Tensor], step: Int, isLast: Bool,
    in trajectory: inout [TrajectoryPoint]
  ) {
    guard saving.keeps(step: step, isLast: isLast) || trajectory.isEmpty && saving != .nothing
    else { return }
    let latents = saving.keepsLatents ? Tensor.joiningRows(state, width: term.latentWidth) : nil
    trajectory.append(TrajectoryPoint(step: step, values: values, latents: latents))
  }
}

// MARK: - One chunk

extension Refiner {
  /// Where in a run a chunk stands: step in the flow, step in this call, index of the batch's row 0.
  private struct Position: Sendable {
    let step: Int
    let offset: Int
    let firstSample: Int
  }

  private func step(
    _ latents: Tensor, rows: Range<Int>, at position: Position
  ) throws -> EulerMaruyama.Step {
    let sample = position.firstSample + rows.lowerBound
    if position.offset == 0 {
      try requireFinite(latents, "starting latent", step: position.step, firstSample: sample)
    }
    let numbers =
      term.diffusion > 0
      ? noise.numbers(
        step: position.step, offset: position.offset, rows: rows,
        firstSample: position.firstSample, width: term.latentWidth) : nil
    let step = try Operations.withFlushedDenormals {
      try EulerMaruyama.step(term, from: latents, stepSize: stepSize, noise: numbers)
    }
    try requireFinite(
      step.values, "log density ratio", step: position.step, firstSample: sample)
    try requireFinite(step.drift, "drift", step: position.step, firstSample: sample)
    try requireFinite(step.latents, "latent", step: position.step + 1, firstSample: sample)
    return step
  }

  private func finalValues(
    _ latents: Tensor, rows: Range<Int>, at position: Position
  ) throws -> [Float] {
    let sample = position.firstSample + rows.lowerBound
    if position.offset == 0 {
      try requireFinite(latents, "starting latent", step: position.step, firstSample: sample)
    }
    let values = try Operations.withFlushedDenormals { try term.values(latents) }
    precondition(
      values.count == rows.count,
      "Refiner: the term answered latents \(latents.shape) with values \(values.shape)")
    try requireFinite(values, "log density ratio", step: position.step, firstSample: sample)
    return values.values
  }

  private func requireFinite(
    _ tensor: Tensor, _ quantity: String, step: Int, firstSample: Int
  ) throws {
    try tensor.requireFinite(
      quantity, step: step, sample: { firstSample + $0 },
      remedy: "lower the step size (\(stepSize)) or check the model's weights")
  }
}
