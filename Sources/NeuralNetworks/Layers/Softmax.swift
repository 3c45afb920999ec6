import Tensors

/// The softmax over channels at each position: `[N, L, V]` logits → probabilities.
///
/// p = exp(x / τ) / Σ exp(x / τ) at temperature τ, computed with the maximum taken off. Its Jacobian
/// (diag(p) − p pᵀ) / τ is symmetric, so `pullback` and `pushforward` are the same map
/// t ↦ p ⊙ (t − ⟨p, t⟩) / τ. Being smooth and curved it is not ``PiecewiseLinear``.
public struct Softmax: Layer {
  /// τ > 0; below 1 the same logits give sharper probabilities.
  public let temperature: Double

  /// A softmax, which has no parameters.
  ///
  /// - Parameter temperature: τ > 0; 1, as in gan_language.py.
  public init(temperature: Double = 1) {
    precondition(
      temperature > 0 && temperature.isFinite, "Softmax: temperature \(temperature) is not positive"
    )
    self.temperature = temperature
  }

  private var scale: Float { Float(1 / temperature) }

  /// Visits nothing.
  public mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {}

  /// p = softmax(x / τ).
  public func apply(
    _ input: Sequences, trace: MapTrace<Sequences, Sequences>, workspace: Workspace
  ) {
    trace.output.prepare(like: input)
    Operations.softmax(input, scale: scale, into: &trace.output)
  }

  /// δx = p ⊙ (δy − ⟨p, δy⟩) / τ.
  public func pullback(
    _ cotangent: Sequences, input: Sequences, trace: MapTrace<Sequences, Sequences>,
    reachingInput: Bool, workspace: Workspace
  ) {
    guard reachingInput else { return }
    trace.inputCotangent.prepare(like: input)
    Operations.softmaxDerivative(
      trace.output, cotangent, scale: scale, into: &trace.inputCotangent)
  }

  /// Adds nothing.
  public func addGradient(
    input: Sequences, cotangent: Sequences, trace: MapTrace<Sequences, Sequences>,
    into gradient: inout Softmax, workspace: Workspace
  ) {}

  /// t_y = p ⊙ (t_x − ⟨p, t_x⟩) / τ.
  public func pushforward(
    _ tangent: Sequences, input: Sequences, trace: MapTrace<Sequences, Sequences>,
    workspace: Workspace
  ) {
    trace.outputTangent.prepare(like: input)
    Operations.softmaxDerivative(
      trace.output, tangent, scale: scale, into: &trace.outputTangent)
  }
}
