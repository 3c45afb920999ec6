import Tensors

/// The dense last layer of a critic: `[N, L, C]` → scores `[N]`.
///
/// y[n] = b + Σ_{l, c} x[n, l, c] w[l, c].
public struct Reduction: PiecewiseLinear {
  /// `[L, C]`.
  public var weight: Tensor
  /// `[1]`.
  public var bias: Tensor

  /// A reduction with the given parameters.
  public init(weight: Tensor, bias: Tensor) {
    precondition(
      weight.shape.count == 2 && bias.shape == [1],
      "Reduction: weight \(weight.shape) and bias \(bias.shape) are not [L, C] and [1]")
    self.weight = weight
    self.bias = bias
  }

  /// A reduction as the recipe starts it: uniform weights of variance 2 / (L C + 1), zero bias.
  ///
  /// - Parameters:
  ///   - length: L ≥ 1.
  ///   - channels: C ≥ 1.
  ///   - name: the layer's name in the network, which chooses its random stream.
  ///   - initialiser: the source of values.
  public init(length: Int, channels: Int, name: String, initialiser: Initialiser) {
    self.init(
      weight: initialiser.uniform(
        shape: [length, channels], variance: 2 / Double(length * channels + 1),
        name: name + ".weight"),
      bias: Tensor(shape: [1]))
  }

  /// Positions L.
  public var length: Int { weight.shape[0] }
  /// Channels C.
  public var channels: Int { weight.shape[1] }

  /// Visits `weight`, then `bias`.
  public mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {
    try visit(prefix + "weight", &weight)
    try visit(prefix + "bias", &bias)
  }

  /// y = b + ⟨w, x⟩.
  public func apply(
    _ input: Sequences, trace: MapTrace<Sequences, Tensor>, workspace: Workspace
  ) {
    trace.output.prepare(count: input.samples)
    Operations.reduce(input, weight: weight, bias: bias, into: &trace.output)
  }

  /// δx[n, l, c] = w[l, c] δy[n].
  public func pullback(
    _ cotangent: Tensor, input: Sequences, trace: MapTrace<Sequences, Tensor>,
    reachingInput: Bool, workspace: Workspace
  ) {
    guard reachingInput else { return }
    trace.inputCotangent.prepare(like: input)
    Operations.reduceTransposed(
      cotangent: cotangent, weight: weight, into: &trace.inputCotangent)
  }

  /// δw[l, c] += Σ_n δy[n] x[n, l, c], δb += Σ_n δy[n].
  public func addGradient(
    input: Sequences, cotangent: Tensor, trace: MapTrace<Sequences, Tensor>,
    into gradient: inout Reduction, workspace: Workspace
  ) {
    Operations.addReduceWeightGradient(
      input: input, cotangent: cotangent, into: &gradient.weight)
    Operations.addReduceBiasGradient(cotangent: cotangent, into: &gradient.bias)
  }

  /// t_y = ⟨w, t_x⟩.
  public func pushforward(
    _ tangent: Sequences, input: Sequences, trace: MapTrace<Sequences, Tensor>,
    workspace: Workspace
  ) {
    trace.outputTangent.prepare(count: tangent.samples)
    Operations.reduce(tangent, weight: weight, bias: nil, into: &trace.outputTangent)
  }

  /// δw += Σ_n δy[n] t_x[n]; the bias receives nothing.
  public func addTangentGradient(
    tangent: Sequences, cotangent: Tensor, trace: MapTrace<Sequences, Tensor>,
    into gradient: inout Reduction, workspace: Workspace
  ) {
    Operations.addReduceWeightGradient(
      input: tangent, cotangent: cotangent, into: &gradient.weight)
  }
}
