import Tensors

/// The softmax over channels at each position: `[N, L, V]` logits → probabilities.
///
/// p = exp(x) / Σ exp(x), computed with the maximum taken off. Its Jacobian diag(p) − p pᵀ is
/// symmetric, so `pullback` and `pushforward` are the same map t ↦ p ⊙ (t − ⟨p, t⟩). Being smooth and
/// curved it is not ``PiecewiseLinear``.
public struct Softmax: Layer {
  /// The softmax has no parameters.
  public init() {}

  /// Visits nothing.
  public mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {}

  /// p = softmax(x).
  public func apply(
    _ input: Sequences, trace: MapTrace<Sequences, Sequences>, workspace: Workspace
  ) {
    trace.output.prepare(like: input)
    Operations.softmax(input, into: &trace.output)
  }

  /// δx = p ⊙ (δy − ⟨p, δy⟩).
  public func pullback(
    _ cotangent: Sequences, input: Sequences, trace: MapTrace<Sequences, Sequences>,
    reachingInput: Bool, workspace: Workspace
  ) {
    guard reachingInput else { return }
    trace.inputCotangent.prepare(like: input)
    Operations.softmaxDerivative(trace.output, cotangent, into: &trace.inputCotangent)
  }

  /// Adds nothing.
  public func addGradient(
    input: Sequences, cotangent: Sequences, trace: MapTrace<Sequences, Sequences>,
    into gradient: inout Softmax, workspace: Workspace
  ) {}

  /// t_y = p ⊙ (t_x − ⟨p, t_x⟩).
  public func pushforward(
    _ tangent: Sequences, input: Sequences, trace: MapTrace<Sequences, Sequences>,
    workspace: Workspace
  ) {
    trace.outputTangent.prepare(like: input)
    Operations.softmaxDerivative(trace.output, tangent, into: &trace.outputTangent)
  }
}
