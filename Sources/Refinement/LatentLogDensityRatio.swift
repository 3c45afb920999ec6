// The keyhole through which refinement sees a model, and the distribution that latents start from.
// `Refinement` imports `Tensors`, `Files` (for `Failure`) and `Determinism`; it knows no network and
// no text.

import Tensors

/// The log density ratio d = log p_data − log p_model (or a score standing in for it) at G(z).
///
/// A text GAN, a two-dimensional toy, an analytic Gaussian and a calibrated ratio all conform, and
/// every refinement method works with each. Two promises bind:
///
/// - *Samples never influence each other*: row n of the result depends on row n of `latents` only,
///   bit for bit, so that refinement may cut a batch as it likes.
/// - *Calls may come from several threads at once*, each with rows of its own. An implementation
///   stays on the thread that called it and leaves the cores to the caller.
public protocol LatentLogDensityRatio: Sendable {
  /// Z, the width of a latent.
  var latentWidth: Int { get }

  /// The values of d, in nats; costs one unit a sample.
  ///
  /// - Parameter latents: `[N, Z]`.
  /// - Returns: `[N]`.
  func values(_ latents: Tensor) throws -> Tensor

  /// As `values`, with the gradient ∇_z d(G(z)); costs two units a sample, as much as two `values`.
  ///
  /// - Parameter latents: `[N, Z]`.
  /// - Returns: values `[N]`, bitwise those of ``values(_:)``, and gradients `[N, Z]`.
  func evaluate(_ latents: Tensor) throws -> (values: Tensor, gradients: Tensor)
}
