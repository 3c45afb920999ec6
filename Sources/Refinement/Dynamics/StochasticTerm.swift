import Tensors

/// The right-hand side of a stochastic differential equation in latent space,
/// dz = drift(z) dt + σ dw, with noise that does not depend on z.
///
/// A term says *where* latents go; an integrator such as ``EulerMaruyama`` says how a step is taken,
/// and ``Refiner`` how many, what to keep and what to report. Because the noise is additive, the Itô
/// and Stratonovich readings agree. Time does not appear: the ratio is held fixed along a flow.
///
/// As with ``LatentLogDensityRatio``, samples never influence each other and calls may come from
/// several threads.
public protocol StochasticTerm: Sendable {
  /// Z, the width of a latent.
  var latentWidth: Int { get }

  /// σ, the standard deviation of the noise per √time and coordinate; at least zero. A term with
  /// σ = 0 is never given noise.
  var diffusion: Double { get }

  /// The log density ratio that the term follows; costs one unit a sample.
  ///
  /// - Parameter latents: `[N, Z]`.
  /// - Returns: `[N]`, nats.
  func values(_ latents: Tensor) throws -> Tensor

  /// The drift, and the log density ratio met on the way; costs two units a sample.
  ///
  /// - Parameter latents: `[N, Z]`.
  /// - Returns: values `[N]` and drift `[N, Z]`.
  func evaluate(_ latents: Tensor) throws -> (values: Tensor, drift: Tensor)
}
