import Tensors

/// The rectifier max(x, 0), element by element; its derivative at 0 is 0, as in PyTorch.
public struct Rectifier: PiecewiseLinear {
  /// The rectifier has no parameters.
  public init() {}

  /// Visits nothing.
  public mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {}

  /// y = max(x, 0).
  public func apply(
    _ input: Sequences, trace: MapTrace<Sequences, Sequences>, workspace: Workspace
  ) {
    trace.output.prepare(like: input)
    Operations.rectify(input, into: &trace.output)
  }

  /// δx = δy · [x > 0].
  public func pullback(
    _ cotangent: Sequences, input: Sequences, trace: MapTrace<Sequences, Sequences>,
    reachingInput: Bool, workspace: Workspace
  ) {
    guard reachingInput else { return }
    trace.inputCotangent.prepare(like: input)
    Operations.mask(cotangent, wherePositive: input, into: &trace.inputCotangent)
  }

  /// Adds nothing.
  public func addGradient(
    input: Sequences, cotangent: Sequences, trace: MapTrace<Sequences, Sequences>,
    into gradient: inout Rectifier, workspace: Workspace
  ) {}

  /// t_y = t_x · [x > 0].
  public func pushforward(
    _ tangent: Sequences, input: Sequences, trace: MapTrace<Sequences, Sequences>,
    workspace: Workspace
  ) {
    trace.outputTangent.prepare(like: input)
    Operations.mask(tangent, wherePositive: input, into: &trace.outputTangent)
  }

  /// Adds nothing.
  public func addTangentGradient(
    tangent: Sequences, cotangent: Sequences, trace: MapTrace<Sequences, Sequences>,
    into gradient: inout Rectifier, workspace: Workspace
  ) {}
}
