// What lives in NeuralNetworks: layers as differentiable maps with their linear companions, named
// parameters, optimisers and averages. It imports Tensors, Files and Determinism; nothing here knows
// a text, an objective or a file other than safetensors.

import Tensors

/// A differentiable map f with parameters, together with the linear maps that training needs.
///
/// One call of ``apply(_:trace:workspace:)`` fixes the point x; the other functions are linear maps
/// at that point and read what `apply` left in the trace. With J = ∂f/∂x and θ the parameters:
///
/// | function | computes | reads |
/// | --- | --- | --- |
/// | `apply` | y = f(x) | |
/// | `pullback` | δx = Jᵀ δy | `apply` |
/// | `addGradient` | δθ += (∂f/∂θ)ᵀ δy | `apply`, `pullback` |
/// | `pushforward` | t_y = J t_x (biases drop out) | `apply` |
///
/// The gradient of the parameters is a value of the layer's own type. Samples never influence each
/// other. A layer is single-threaded; callers cut a batch into shards, each with its own trace.
public protocol Layer: ParameterTree {
  /// The reusable memory of one evaluation; its associated types are the layer's input and output.
  associatedtype Trace: LayerTrace

  /// Computes y = f(x) into `trace.output` and keeps what the linear maps need.
  ///
  /// - Parameters:
  ///   - input: x; later calls at this point must pass the same value.
  ///   - trace: buffers, resized when the batch has another shape.
  ///   - workspace: scratch memory of the calling thread.
  func apply(_ input: Trace.Input, trace: Trace, workspace: Workspace)

  /// Computes δx = Jᵀ δy into `trace.inputCotangent`.
  ///
  /// - Parameters:
  ///   - cotangent: δy, of the output's shape.
  ///   - input: the x of `apply`.
  ///   - reachingInput: false where only the parameters' gradient is wanted: then
  ///     `trace.inputCotangent` may be left as it was, and the cost of it is saved.
  func pullback(
    _ cotangent: Trace.Output, input: Trace.Input, trace: Trace, reachingInput: Bool,
    workspace: Workspace)

  /// Adds the gradient of ⟨δy, f(x; θ)⟩ in θ, after `pullback` of the same cotangent.
  ///
  /// - Parameter gradient: a layer of the same shape that holds sums of gradients.
  func addGradient(
    input: Trace.Input, cotangent: Trace.Output, trace: Trace, into gradient: inout Self,
    workspace: Workspace)

  /// Computes t_y = J t_x into `trace.outputTangent`.
  ///
  /// - Parameters:
  ///   - tangent: t_x, of the input's shape.
  ///   - input: the x of `apply`.
  func pushforward(
    _ tangent: Trace.Input, input: Trace.Input, trace: Trace, workspace: Workspace)
}

/// A layer that is affine between its kinks, so that its second derivative in x is zero.
///
/// This is what makes a gradient penalty exact without a tape. With g = ∇ₓD(x) (the `pullback` of
/// ones) and v = ∂P/∂g held fixed, ⟨v, g⟩ is D's derivative along v, and its gradient in a layer's
/// parameters is the layer's ordinary rule fed with the tangent at its input (from `pushforward` of
/// v) and the cotangent at its output (from `pullback`); biases receive nothing. A layer with a
/// smooth non-linearity would need a further second-order term and must not conform.
public protocol PiecewiseLinear: Layer {
  /// Adds the gradient of ⟨δy, J(θ) t_x⟩ in θ, after `pullback` of `cotangent` and `pushforward` of
  /// `tangent`.
  func addTangentGradient(
    tangent: Trace.Input, cotangent: Trace.Output, trace: Trace, into gradient: inout Self,
    workspace: Workspace)

  /// Adds the gradient of ⟨δy, f(x; θ)⟩ at one point and of ⟨δy, J(θ) t_x⟩ at another: as
  /// `addGradient` and then `addTangentGradient`, for less where a layer can do both at once.
  func addGradients(
    at point: PenalisedPoint<Self>, along tangent: PenalisedTangent<Self>,
    into gradient: inout Self, workspace: Workspace)
}

/// A point at which a layer was evaluated, with the cotangent that was pulled back.
public struct PenalisedPoint<Map: Layer> {
  /// x.
  public let input: Map.Trace.Input
  /// δy.
  public let cotangent: Map.Trace.Output
  /// The trace of `apply` and `pullback`.
  public let trace: Map.Trace

  /// A point.
  public init(input: Map.Trace.Input, cotangent: Map.Trace.Output, trace: Map.Trace) {
    self.input = input
    self.cotangent = cotangent
    self.trace = trace
  }
}

/// A tangent that was pushed forward at a point, with the cotangent that was pulled back there.
public struct PenalisedTangent<Map: Layer> {
  /// t_x.
  public let tangent: Map.Trace.Input
  /// δy.
  public let cotangent: Map.Trace.Output
  /// The trace of `apply`, `pullback` and `pushforward`.
  public let trace: Map.Trace

  /// A tangent.
  public init(tangent: Map.Trace.Input, cotangent: Map.Trace.Output, trace: Map.Trace) {
    self.tangent = tangent
    self.cotangent = cotangent
    self.trace = trace
  }
}

extension PiecewiseLinear {
  /// One after the other.
  public func addGradients(
    at point: PenalisedPoint<Self>, along tangent: PenalisedTangent<Self>,
    into gradient: inout Self, workspace: Workspace
  ) {
    addGradient(
      input: point.input, cotangent: point.cotangent, trace: point.trace, into: &gradient,
      workspace: workspace)
    addTangentGradient(
      tangent: tangent.tangent, cotangent: tangent.cotangent, trace: tangent.trace,
      into: &gradient, workspace: workspace)
  }
}
