import Tensors

/// The dense last layer of an encoder: `[N, L, C]` → `[N, Z]`; the transpose of ``Expansion``.
///
/// y[n, j] = b[j] + Σ_{l, c} x[n, l, c] w[j, l, c].
public struct Projection: PiecewiseLinear {
  /// `[Z, L, C]`.
  public var weight: Tensor
  /// `[Z]`.
  public var bias: Tensor

  /// A projection with the given parameters.
  public init(weight: Tensor, bias: Tensor) {
    precondition(
      weight.shape.count == 3 && bias.shape == [weight.shape[0]],
      "Projection: weight \(weight.shape) and bias \(bias.shape) are not [Z, L, C] and [Z]")
    self.weight = weight
    self.bias = bias
  }

  /// A projection with uniform weights of variance 2 / (L C + Z) and zero bias, as dense layers of
  /// the published networks begin.
  ///
  /// - Parameters:
  ///   - length: L ≥ 1.
  ///   - channels: C ≥ 1.
  ///   - outputs: Z ≥ 1.
  ///   - name: the layer's name in the network, which chooses its random stream.
  ///   - initialiser: the source of values.
  public init(
    length: Int, channels: Int, outputs: Int, name: String, initialiser: Initialiser
  ) {
    self.init(
      weight: initialiser.uniform(
        shape: [outputs, length, channels], variance: 2 / Double(length * channels + outputs),
        name: name + ".weight"),
      bias: Tensor(shape: [outputs]))
  }

  /// Visits `weight`, then `bias`.
  public mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {
    try visit(prefix + "weight", &weight)
    try visit(prefix + "bias", &bias)
  }

  /// y = b + W x.
  public func apply(
    _ input: Sequences, trace: MapTrace<Sequences, Tensor>, workspace: Workspace
  ) {
    trace.output.prepare([input.samples, weight.shape[0]])
    Operations.expandTransposed(
      input, weight: weight, into: &trace.output, workspace: workspace)
    for sample in 0..<input.samples {
      for index in 0..<bias.count { trace.output[sample * bias.count + index] += bias[index] }
    }
  }

  /// δx[n, l, c] = Σ_j w[j, l, c] δy[n, j].
  public func pullback(
    _ cotangent: Tensor, input: Sequences, trace: MapTrace<Sequences, Tensor>,
    reachingInput: Bool, workspace: Workspace
  ) {
    guard reachingInput else { return }
    trace.inputCotangent.prepare(like: input)
    Operations.expand(
      cotangent, weight: weight, bias: nil, into: &trace.inputCotangent, workspace: workspace)
  }

  /// δw[j, l, c] += Σ_n δy[n, j] x[n, l, c], δb[j] += Σ_n δy[n, j].
  public func addGradient(
    input: Sequences, cotangent: Tensor, trace: MapTrace<Sequences, Tensor>,
    into gradient: inout Projection, workspace: Workspace
  ) {
    addTangentGradient(
      tangent: input, cotangent: cotangent, trace: trace, into: &gradient, workspace: workspace)
    for sample in 0..<input.samples {
      for index in 0..<bias.count { gradient.bias[index] += cotangent[sample * bias.count + index] }
    }
  }

  /// t_y = W t_x.
  public func pushforward(
    _ tangent: Sequences, input: Sequences, trace: MapTrace<Sequences, Tensor>,
    workspace: Workspace
  ) {
    trace.outputTangent.prepare([tangent.samples, weight.shape[0]])
    Operations.expandTransposed(
      tangent, weight: weight, into: &trace.outputTangent, workspace: workspace)
  }

  /// δw[j, l, c] += Σ_n δy[n, j] t_x[n, l, c]; the bias receives nothing.
  public func addTangentGradient(
    tangent: Sequences, cotangent: Tensor, trace: MapTrace<Sequences, Tensor>,
    into gradient: inout Projection, workspace: Workspace
  ) {
    Operations.addExpandWeightGradient(
      input: cotangent, cotangent: tangent, into: &gradient.weight, workspace: workspace)
  }
}
