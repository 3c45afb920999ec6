import Tensors

/// The dense first layer of a generator: latents `[N, Z]` → `[N, L, C]`.
///
/// y[n, l, c] = b[l, c] + Σ_j z[n, j] w[j, l, c].
public struct Expansion: PiecewiseLinear {
  /// `[Z, L, C]`.
  public var weight: Tensor
  /// `[L, C]`.
  public var bias: Tensor

  /// An expansion with the given parameters.
  public init(weight: Tensor, bias: Tensor) {
    precondition(
      weight.shape.count == 3 && bias.shape == Array(weight.shape.dropFirst()),
      "Expansion: weight \(weight.shape) and bias \(bias.shape) are not [Z, L, C] and [L, C]")
    self.weight = weight
    self.bias = bias
  }

  /// An expansion as the recipe starts it: uniform weights of variance 2 / (Z + L C), zero bias.
  ///
  /// - Parameters:
  ///   - latentWidth: Z ≥ 1.
  ///   - length: L ≥ 1.
  ///   - channels: C ≥ 1.
  ///   - name: the layer's name in the network, which chooses its random stream.
  ///   - initialiser: the source of values.
  public init(
    latentWidth: Int, length: Int, channels: Int, name: String, initialiser: Initialiser
  ) {
    self.init(
      weight: initialiser.uniform(
        shape: [latentWidth, length, channels],
        variance: 2 / Double(latentWidth + length * channels), name: name + ".weight"),
      bias: Tensor(shape: [length, channels]))
  }

  /// Width of a latent Z.
  public var latentWidth: Int { weight.shape[0] }
  /// Positions L.
  public var length: Int { weight.shape[1] }
  /// Channels C.
  public var channels: Int { weight.shape[2] }

  /// Visits `weight`, then `bias`.
  public mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {
    try visit(prefix + "weight", &weight)
    try visit(prefix + "bias", &bias)
  }

  /// y = b + z w.
  public func apply(
    _ input: Tensor, trace: MapTrace<Tensor, Sequences>, workspace: Workspace
  ) {
    check(input, "apply")
    trace.output.prepare(samples: input.shape[0], length: length, channels: channels)
    Operations.expand(
      input, weight: weight, bias: bias, into: &trace.output, workspace: workspace)
  }

  /// δz[n, j] = Σ_{l, c} w[j, l, c] δy[n, l, c].
  public func pullback(
    _ cotangent: Sequences, input: Tensor, trace: MapTrace<Tensor, Sequences>,
    reachingInput: Bool, workspace: Workspace
  ) {
    guard reachingInput else { return }
    trace.inputCotangent.prepare(input.shape)
    Operations.expandTransposed(
      cotangent, weight: weight, into: &trace.inputCotangent, workspace: workspace)
  }

  /// δw[j, l, c] += Σ_n z[n, j] δy[n, l, c], δb += Σ_n δy.
  public func addGradient(
    input: Tensor, cotangent: Sequences, trace: MapTrace<Tensor, Sequences>,
    into gradient: inout Expansion, workspace: Workspace
  ) {
    Operations.addExpandWeightGradient(
      input: input, cotangent: cotangent, into: &gradient.weight, workspace: workspace)
    Operations.addExpandBiasGradient(cotangent: cotangent, into: &gradient.bias)
  }

  /// t_y = t_z w.
  public func pushforward(
    _ tangent: Tensor, input: Tensor, trace: MapTrace<Tensor, Sequences>, workspace: Workspace
  ) {
    check(tangent, "pushforward")
    trace.outputTangent.prepare(samples: tangent.shape[0], length: length, channels: channels)
    Operations.expand(
      tangent, weight: weight, bias: nil, into: &trace.outputTangent, workspace: workspace)
  }

  /// δw += t_z δy; the bias receives nothing.
  public func addTangentGradient(
    tangent: Tensor, cotangent: Sequences, trace: MapTrace<Tensor, Sequences>,
    into gradient: inout Expansion, workspace: Workspace
  ) {
    Operations.addExpandWeightGradient(
      input: tangent, cotangent: cotangent, into: &gradient.weight, workspace: workspace)
  }

  private func check(_ latents: Tensor, _ operation: String) {
    precondition(
      latents.shape.count == 2 && latents.shape[1] == latentWidth,
      "Expansion.\(operation): latents \(latents.shape) are not [N, \(latentWidth)]")
  }
}
