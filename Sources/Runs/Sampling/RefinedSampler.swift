import Determinism
import Files
import Refinement
import Tensors
import TextCoding

/// Refined text from a run: latents are moved or chosen by a method, then decode.
///
/// Works block by block, so any number of samples takes constant memory. Sample i depends on the
/// seed, the settings and i alone, and starts from the latent that `TextSampler` gives it.
public struct RefinedSampler: Sendable {
  /// Where samples start and how they decode.
  public let base: TextSampler
  /// The ratio that is climbed, or chosen by.
  public let ratio: ResolvedRatio
  /// The method and its settings.
  public let settings: MethodSettings
  /// What was spent before the first sample.
  public let fixedCost: RefinementCost
  private let method: any RefinementMethod

  /// One block of samples, before and after.
  public struct Block: Sendable {
    /// Which samples.
    public let samples: Range<Int>
    /// What refinement did to their latents.
    public let result: RefinementResult
    /// Tokens of the starting latents.
    public let before: TokenStrings
    /// Tokens of the refined latents.
    public let after: TokenStrings
    /// d of the decoded starting samples, `[N]`, where the method took d at soft ones; a measurement, which is
    /// not in the method's cost.
    public let decodedBefore: [Float]?
    /// d of the decoded refined samples, likewise.
    public let decodedAfter: [Float]?
  }

  /// A sampler by any method.
  ///
  /// - Parameters:
  ///   - base: where samples start.
  ///   - ratio: resolved for the method.
  ///   - settings: the method and its settings.
  ///   - realValues: d of held-out real text, for MH-GAN.
  ///   - saving: what a flow keeps on the way.
  /// - Throws: `Failure` of kind `usage` when a setting is out of range, `badData` where the method cannot
  ///   be prepared on this ratio.
  public init(
    base: TextSampler, ratio: ResolvedRatio, settings: MethodSettings, realValues: [Float] = [],
    saving: TrajectorySaving = .nothing
  ) throws {
    try settings.validate()
    self.base = base
    self.ratio = ratio
    self.settings = settings
    let prepared = try PreparedMethod(
      settings,
      for: PreparedMethod.Problem(
        ratio: ratio.ratio, prior: base.prior,
        selection: ratio.stages.first?.ratio ?? ratio.decoded,
        stages: ratio.stages.map(\.ratio), realValues: realValues),
      seed: base.seed, saving: saving, sharing: BatchSharing(threads: base.threads))
    method = prepared.method
    fixedCost = prepared.fixedCost
  }

  /// A sampler by a discriminator gradient flow.
  ///
  /// - Throws: `Failure` of kind `usage` when a setting is out of range.
  public init(
    base: TextSampler, ratio: ResolvedRatio, settings: RefinementSettings,
    saving: TrajectorySaving = .nothing
  ) throws {
    try self.init(
      base: base, ratio: ratio, settings: MethodSettings(.dgflow, flow: settings), saving: saving)
  }

  /// Refines a block.
  ///
  /// - Parameters:
  ///   - samples: which samples; their random numbers depend on the index.
  ///   - latents: where they start, `[N, Z]` with one row a sample; nil for the prior.
  ///   - progress: called after each step; returning `stop` ends early.
  /// - Throws: `Failure` when a value or drift is not finite, naming step and sample.
  public func refine(
    _ samples: Range<Int>, from latents: Tensor? = nil,
    progress: (RefinementProgress) throws -> RefinementDecision = { _ in .proceed }
  ) throws -> Block {
    let start = latents ?? base.latents(samples)
    precondition(
      start.shape.first == samples.count,
      "RefinedSampler.refine: latents \(start.shape) for \(samples.count) samples")
    let result = try method.refine(
      start, firstSample: samples.lowerBound, progress: progress)
    let sharing = BatchSharing(threads: base.threads)
    return Block(
      samples: samples, result: result, before: base.tokens(at: start),
      after: base.tokens(at: result.latents),
      decodedBefore: try ratio.decoded?.values(start, sharing: sharing),
      decodedAfter: try ratio.decoded?.values(result.latents, sharing: sharing))
  }
}
