import Tensors

/// The Euler–Maruyama integrator: z ← z + η · drift(z) + σ √η · ξ with ξ ~ N(0, I).
///
/// For the additive noise of a ``StochasticTerm`` both the strong and the weak order are 1. On a
/// drift −a z it is stable for 0 < aη < 2. State goes in and comes out; nothing is kept between
/// steps, so a step can be taken by hand.
///
/// Source: Maruyama 1955; Kloeden and Platen, Numerical Solution of Stochastic Differential
/// Equations, section 10.2 and (additive noise) 10.3.
public enum EulerMaruyama {
  /// One step: where it went, and what it saw at its start.
  public struct Step: Sendable {
    /// The latents after the step, `[N, Z]`.
    public let latents: Tensor
    /// The log density ratio *before* the step, `[N]`.
    public let values: Tensor
    /// The drift before the step, `[N, Z]`.
    public let drift: Tensor
  }

  /// Takes one step.
  ///
  /// Sums are in double and rounded once.
  ///
  /// - Parameters:
  ///   - term: drift and diffusion; evaluated once.
  ///   - latents: `[N, Z]`.
  ///   - stepSize: η, finite and above zero.
  ///   - noise: ξ, standard normal, `[N, Z]`. Ignored where σ = 0; absent means no noise, which is
  ///     the deterministic part of the step.
  /// - Returns: the new latents with the values and drift found at the old ones. They are not
  ///   checked for finiteness: ``Refiner`` does that.
  /// - Throws: what the term throws.
  public static func step(
    _ term: some StochasticTerm, from latents: Tensor, stepSize: Double, noise: Tensor?
  ) throws -> Step {
    latents.requireRows(width: term.latentWidth, operation: "EulerMaruyama.step")
    precondition(
      stepSize > 0 && stepSize.isFinite,
      "EulerMaruyama.step: step size \(stepSize) must be finite and above zero")
    let (values, drift) = try term.evaluate(latents)
    precondition(
      drift.shape == latents.shape && values.count == latents.shape[0],
      "EulerMaruyama.step: the term answered latents \(latents.shape) with values \(values.shape) "
        + "and drift \(drift.shape)")
    var next = latents
    let diffusion = term.diffusion * stepSize.squareRoot()
    if let noise, diffusion > 0 {
      precondition(
        noise.shape == latents.shape,
        "EulerMaruyama.step: noise \(noise.shape) for latents \(latents.shape)")
      next.withUnsafeMutableValues { next in
        drift.withUnsafeValues { drift in
          noise.withUnsafeValues { noise in
            for index in next.indices {
              next[index] = Float(
                Double(next[index]) + stepSize * Double(drift[index])
                  + diffusion * Double(noise[index]))
            }
          }
        }
      }
    } else {
      next.withUnsafeMutableValues { next in
        drift.withUnsafeValues { drift in
          for index in next.indices {
            next[index] = Float(Double(next[index]) + stepSize * Double(drift[index]))
          }
        }
      }
    }
    return Step(latents: next, values: values, drift: drift)
  }
}
