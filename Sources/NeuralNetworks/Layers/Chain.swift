import Tensors

/// Two layers one after the other: x ↦ second(first(x)).
///
/// Longer networks are chains of chains. A chain is piecewise linear when both its members are, which
/// the compiler derives.
public struct Chain<First: Layer, Second: Layer>: Layer
where First.Trace.Output == Second.Trace.Input {
  /// The layer next to the input.
  public var first: First
  /// The layer next to the output.
  public var second: Second
  /// Name of the first member's parameters; empty where they keep their own names.
  public let firstName: String
  /// Name of the second member's parameters; empty where they keep their own names.
  public let secondName: String

  /// A chain of two layers.
  ///
  /// - Parameters:
  ///   - first: the layer next to the input, with the name that precedes its parameters' names
  ///     (`input` gives `input.weight`); an empty name adds nothing.
  ///   - second: the layer next to the output, likewise.
  public init(_ first: (name: String, layer: First), _ second: (name: String, layer: Second)) {
    self.first = first.layer
    self.second = second.layer
    firstName = first.name
    secondName = second.name
  }

  /// The traces of both members.
  public final class Trace: LayerTrace {
    /// The first member's.
    public let first = First.Trace()
    /// The second member's.
    public let second = Second.Trace()

    /// An empty trace.
    public init() {}

    /// The second member's output.
    public var output: Second.Trace.Output { second.output }
    /// The first member's input cotangent.
    public var inputCotangent: First.Trace.Input { first.inputCotangent }
    /// The second member's output tangent.
    public var outputTangent: Second.Trace.Output { second.outputTangent }
  }

  /// Visits the first member's parameters, then the second's.
  public mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {
    try first.visitParameters(prefix: nested(prefix, firstName), visit)
    try second.visitParameters(prefix: nested(prefix, secondName), visit)
  }

  /// y = second(first(x)).
  public func apply(_ input: First.Trace.Input, trace: Trace, workspace: Workspace) {
    first.apply(input, trace: trace.first, workspace: workspace)
    second.apply(trace.first.output, trace: trace.second, workspace: workspace)
  }

  /// δx = J₁ᵀ J₂ᵀ δy.
  public func pullback(
    _ cotangent: Second.Trace.Output, input: First.Trace.Input, trace: Trace,
    reachingInput: Bool, workspace: Workspace
  ) {
    second.pullback(
      cotangent, input: trace.first.output, trace: trace.second, reachingInput: true,
      workspace: workspace)
    first.pullback(
      trace.second.inputCotangent, input: input, trace: trace.first,
      reachingInput: reachingInput, workspace: workspace)
  }

  /// Adds both members' gradients.
  public func addGradient(
    input: First.Trace.Input, cotangent: Second.Trace.Output, trace: Trace,
    into gradient: inout Chain, workspace: Workspace
  ) {
    first.addGradient(
      input: input, cotangent: trace.second.inputCotangent, trace: trace.first,
      into: &gradient.first, workspace: workspace)
    second.addGradient(
      input: trace.first.output, cotangent: cotangent, trace: trace.second,
      into: &gradient.second, workspace: workspace)
  }

  /// t_y = J₂ J₁ t_x.
  public func pushforward(
    _ tangent: First.Trace.Input, input: First.Trace.Input, trace: Trace, workspace: Workspace
  ) {
    first.pushforward(tangent, input: input, trace: trace.first, workspace: workspace)
    second.pushforward(
      trace.first.outputTangent, input: trace.first.output, trace: trace.second,
      workspace: workspace)
  }

  private func nested(_ prefix: String, _ name: String) -> String {
    name.isEmpty ? prefix : prefix + name + "."
  }
}

extension Chain: PiecewiseLinear where First: PiecewiseLinear, Second: PiecewiseLinear {
  /// Adds both members' tangent gradients.
  public func addTangentGradient(
    tangent: First.Trace.Input, cotangent: Second.Trace.Output, trace: Trace,
    into gradient: inout Chain, workspace: Workspace
  ) {
    first.addTangentGradient(
      tangent: tangent, cotangent: trace.second.inputCotangent, trace: trace.first,
      into: &gradient.first, workspace: workspace)
    second.addTangentGradient(
      tangent: trace.first.outputTangent, cotangent: cotangent, trace: trace.second,
      into: &gradient.second, workspace: workspace)
  }

  /// Adds both members' gradients at the point and along the tangent.
  public func addGradients(
    at point: PenalisedPoint<Self>, along tangent: PenalisedTangent<Self>,
    into gradient: inout Chain, workspace: Workspace
  ) {
    first.addGradients(
      at: PenalisedPoint(
        input: point.input, cotangent: point.trace.second.inputCotangent,
        trace: point.trace.first),
      along: PenalisedTangent(
        tangent: tangent.tangent, cotangent: tangent.trace.second.inputCotangent,
        trace: tangent.trace.first),
      into: &gradient.first, workspace: workspace)
    second.addGradients(
      at: PenalisedPoint(
        input: point.trace.first.output, cotangent: point.cotangent, trace: point.trace.second),
      along: PenalisedTangent(
        tangent: tangent.trace.first.outputTangent, cotangent: tangent.cotangent,
        trace: tangent.trace.second),
      into: &gradient.second, workspace: workspace)
  }
}
