import Tensors

/// A discriminator gradient flow whose ratio is renewed on the way: each stage has a ratio of its own.
///
/// A flow reuses the ratio of its start although its samples move (a *stale* ratio). Here the ratio of stage
/// k was fitted between the data and samples that had passed the stages before it; those samples are
/// discarded, and the samples refined here start from latents of their own and pass through all stages, each
/// frozen. The idea is VGrow's (Gao et al. 2019, arXiv 1901.08469), which trains the generator along; here it
/// stays as it is.
public struct StagedFlow: RefinementMethod {
  /// A ratio with the settings of the flow along it.
  public struct Stage: Sendable {
    /// d of the samples that reach this stage, and its gradient.
    public let ratio: any LatentLogDensityRatio
    /// Divergence, step size, noise weight and steps.
    public let settings: RefinementSettings

    /// A stage.
    public init(ratio: any LatentLogDensityRatio, settings: RefinementSettings) {
      self.ratio = ratio
      self.settings = settings
    }
  }

  /// The stages in order, at least one, of one latent width.
  public let stages: [Stage]
  /// Seed of the noise; step numbers run on from stage to stage.
  public let seed: UInt64
  /// How rows are shared by the cores.
  public let sharing: BatchSharing

  /// A flow.
  ///
  /// - Parameters: as the properties.
  public init(stages: [Stage], seed: UInt64, sharing: BatchSharing = BatchSharing()) {
    precondition(!stages.isEmpty, "StagedFlow: no stages")
    self.stages = stages
    self.seed = seed
    self.sharing = sharing
  }

  /// Z, the width of a latent.
  public var latentWidth: Int { stages[0].ratio.latentWidth }

  /// Refines a batch through all stages.
  ///
  /// - Returns: as one flow; values before are by the ratio of the first stage, values after by that of the
  ///   last. Costs the stages' costs together.
  public func refine(
    _ latents: Tensor, firstSample: Int,
    progress: (RefinementProgress) throws -> RefinementDecision
  ) throws -> RefinementResult {
    let total = stages.reduce(0) { $0 + $1.settings.steps }
    var (taken, cost, hasStopped) = (0, RefinementCost(), false)
    var (first, last): (RefinementResult?, RefinementResult?)
    for stage in stages where !hasStopped {
      let refiner = Refiner(
        ratio: stage.ratio, settings: stage.settings, seed: seed, chunkSize: sharing.chunkSize,
        threads: sharing.threads)
      let result = try refiner.refine(
        last?.latents ?? latents, firstSample: firstSample, firstStep: taken
      ) { step in
        let decision = try progress(
          RefinementProgress(
            step: taken + step.step, steps: total, samples: step.samples, meanValue: step.meanValue)
        )
        hasStopped = decision == .stop
        return decision
      }
      taken += result.steps
      cost = cost + result.cost
      first = first ?? result
      last = result
    }
    guard let first, let last else { preconditionFailure("StagedFlow: no stages") }
    return RefinementResult(
      latents: last.latents, valuesBefore: first.valuesBefore, valuesAfter: last.valuesAfter,
      normsBefore: first.normsBefore, normsAfter: last.normsAfter, steps: taken, cost: cost)
  }
}
