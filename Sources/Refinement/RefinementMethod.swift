import Files
import Tensors

/// A way of refining: latents in, latents of better samples out, each sample on its own.
///
/// Movers (``Refiner``, ``DiscriminatorDrivenLatentSampling``, ``DiscriminatorOptimalTransport``) change
/// the latents that they are given; selectors (``RejectionSampling``, ``MetropolisHastingsSelection``
/// and others) take the given latent as the first proposal and draw others. Sample i is a function of
/// its latent, its index and the method's seed: the same in any batch and on any number of threads.
public protocol RefinementMethod: Sendable {
  /// Z, the width of a latent.
  var latentWidth: Int { get }

  /// Refines a batch.
  ///
  /// - Parameters:
  ///   - latents: `[N, Z]`, finite, drawn from the prior; N may be zero.
  ///   - firstSample: index of row 0 in the run, at least zero; part of every random number's key.
  ///   - progress: told after each step or round, on the calling thread; answers whether to go on.
  /// - Throws: `Failure` of kind `badData` when a latent or value is not finite, naming step, sample and
  ///   quantity, or when the latents do not have the method's width; and what the ratio and the closure
  ///   throw.
  func refine(
    _ latents: Tensor, firstSample: Int,
    progress: (RefinementProgress) throws -> RefinementDecision
  ) throws -> RefinementResult
}

extension RefinementMethod {
  /// Refines a batch without looking on.
  public func refine(_ latents: Tensor, firstSample: Int = 0) throws -> RefinementResult {
    try refine(latents, firstSample: firstSample, progress: { _ in .proceed })
  }

  /// Throws unless the latents are `[N, Z]`.
  func requireWidth(of latents: Tensor) throws {
    guard latents.shape.count == 2, latents.shape[1] == latentWidth else {
      throw Failure(
        .badData,
        "latents have shape \(latents.shape), but the model takes [N, \(latentWidth)]: use latents "
          + "that were drawn for this model")
    }
  }
}

extension Refiner: RefinementMethod {
  /// Z, the width of a latent.
  public var latentWidth: Int { term.latentWidth }

  /// Refines a batch from the first step of the flow on.
  public func refine(
    _ latents: Tensor, firstSample: Int,
    progress: (RefinementProgress) throws -> RefinementDecision
  ) throws -> RefinementResult {
    try refine(latents, firstSample: firstSample, firstStep: 0, progress: progress)
  }
}
