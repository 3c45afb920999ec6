import Determinism
import Files
import Refinement
import Tensors
import TextCoding

/// Refined text from a run: latents move by DGflow, then decode.
///
/// Works block by block, so any number of samples takes constant memory. Sample i depends on the
/// seed, the settings and i alone, and starts from the latent that `TextSampler` gives it.
public struct RefinedSampler: Sendable {
  /// Where samples start and how they decode.
  public let base: TextSampler
  /// The ratio that is climbed.
  public let ratio: ResolvedRatio
  /// Divergence, step size, noise weight, steps.
  public let settings: RefinementSettings

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
  }

  /// A sampler.
  ///
  /// - Throws: `Failure` of kind `usage` when a setting is out of range.
  public init(base: TextSampler, ratio: ResolvedRatio, settings: RefinementSettings) throws {
    try settings.validate()
    self.base = base
    self.ratio = ratio
    self.settings = settings
  }

  /// Refines a block.
  ///
  /// - Parameters:
  ///   - samples: which samples; their noise depends on the index.
  ///   - latents: where they start, `[N, Z]` with one row a sample; nil for the prior.
  ///   - saving: values along the way, if wanted.
  ///   - progress: called after each step; returning `stop` ends early.
  /// - Throws: `Failure` when a value or drift is not finite, naming step and sample.
  public func refine(
    _ samples: Range<Int>, from latents: Tensor? = nil, saving: TrajectorySaving = .nothing,
    progress: (RefinementProgress) throws -> RefinementDecision = { _ in .proceed }
  ) throws -> Block {
    let start = latents ?? base.latents(samples)
    precondition(
      start.shape.first == samples.count,
      "RefinedSampler.refine: latents \(start.shape) for \(samples.count) samples")
    let refiner = Refiner(
      ratio: ratio.ratio, settings: settings, seed: base.seed, saving: saving,
      threads: base.threads)
    let result = try refiner.refine(
      start, firstSample: samples.lowerBound, progress: progress)
    return Block(
      samples: samples, result: result, before: base.tokens(at: start),
      after: base.tokens(at: result.latents))
  }
}
