import Tensors

/// Methods in turn: each begins where the one before ended.
///
/// A flow reuses the ratio of its start although its samples move (a *stale* ratio). In a staged flow the ratio
/// of stage k was fitted between the data and samples that had passed the stages before it; those samples are
/// discarded, and the samples refined here start from latents of their own and pass through all stages, each
/// frozen. The idea is VGrow's (Gao et al. 2019, arXiv 1901.08469), which trains the generator along; here it
/// stays as it is. A selector may stand first: it draws its proposals from the prior.
public struct StagedRefinement: RefinementMethod {
  /// The stages in order, at least one, of one latent width; with seeds of their own, or equal noise would move a
  /// sample in each of them.
  public let stages: [any RefinementMethod]

  /// A refinement.
  public init(_ stages: [any RefinementMethod]) {
    precondition(!stages.isEmpty, "StagedRefinement: no stages")
    precondition(
      stages.allSatisfy { $0.latentWidth == stages[0].latentWidth },
      "StagedRefinement: stages of latent widths \(stages.map(\.latentWidth))")
    self.stages = stages
  }

  /// Z, the width of a latent.
  public var latentWidth: Int { stages[0].latentWidth }

  /// Refines a batch through all stages.
  ///
  /// Steps are counted through; the number of all of them grows as each stage says how many it has.
  ///
  /// - Returns: as one method; values before are by the ratio of the first stage, values after by that of the
  ///   last. Costs the stages' costs together.
  public func refine(
    _ latents: Tensor, firstSample: Int,
    progress: (RefinementProgress) throws -> RefinementDecision
  ) throws -> RefinementResult {
    var (taken, cost, hasStopped) = (0, RefinementCost(), false)
    var acceptance: Acceptance?
    var (first, last): (RefinementResult?, RefinementResult?)
    for stage in stages where !hasStopped {
      let result = try stage.refine(last?.latents ?? latents, firstSample: firstSample) { step in
        let decision = try progress(
          RefinementProgress(
            step: taken + step.step, steps: taken + step.steps, samples: step.samples,
            meanValue: step.meanValue))
        hasStopped = decision == .stop
        return decision
      }
      taken += result.steps
      cost = cost + result.cost
      if let more = result.acceptance { acceptance = (acceptance ?? Acceptance()) + more }
      first = first ?? result
      last = result
    }
    guard let first, let last else { preconditionFailure("StagedRefinement: no stages") }
    return RefinementResult(
      latents: last.latents, valuesBefore: first.valuesBefore, valuesAfter: last.valuesAfter,
      normsBefore: first.normsBefore, normsAfter: last.normsAfter, steps: taken, cost: cost,
      acceptance: acceptance)
  }
}
