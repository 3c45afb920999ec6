import Tensors

/// A convolution over positions with zero padding: `[N, L, Cin]` → `[N, L, Cout]`.
///
/// y[n, l, o] = b[o] + Σ_{k, i} w[k, i, o] x[n, l + k − K/2, i] for an odd kernel width K. With K = 1
/// it is the same affine map at every position.
public struct Convolution: PiecewiseLinear {
  /// `[K, Cin, Cout]`.
  public var weight: Tensor
  /// `[Cout]`.
  public var bias: Tensor

  /// A convolution with the given parameters.
  public init(weight: Tensor, bias: Tensor) {
    precondition(
      weight.shape.count == 3 && weight.shape[0] % 2 == 1 && bias.shape == [weight.shape[2]],
      "Convolution: weight \(weight.shape), bias \(bias.shape) are not [odd K, in, out], [out]")
    self.weight = weight
    self.bias = bias
  }

  /// A convolution as the recipe starts it: uniform weights of variance 4 / (K (Cin + Cout)), zero
  /// bias.
  ///
  /// - Parameters:
  ///   - kernelWidth: K, odd.
  ///   - inputChannels: Cin ≥ 1.
  ///   - outputChannels: Cout ≥ 1.
  ///   - name: the layer's name in the network, which chooses its random stream.
  ///   - initialiser: the source of values.
  public init(
    kernelWidth: Int, inputChannels: Int, outputChannels: Int, name: String,
    initialiser: Initialiser
  ) {
    self.init(
      weight: initialiser.uniform(
        shape: [kernelWidth, inputChannels, outputChannels],
        variance: 4 / Double(kernelWidth * (inputChannels + outputChannels)),
        name: name + ".weight"),
      bias: Tensor(shape: [outputChannels]))
  }

  /// Kernel width K.
  public var kernelWidth: Int { weight.shape[0] }
  /// Channels of the input.
  public var inputChannels: Int { weight.shape[1] }
  /// Channels of the output.
  public var outputChannels: Int { weight.shape[2] }

  /// Visits `weight`, then `bias`.
  public mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {
    try visit(prefix + "weight", &weight)
    try visit(prefix + "bias", &bias)
  }

  /// y = f(x).
  public func apply(
    _ input: Sequences, trace: MapTrace<Sequences, Sequences>, workspace: Workspace
  ) {
    trace.output.prepare(like: input, channels: outputChannels)
    Operations.convolve(
      input, weight: weight, bias: bias, into: &trace.output, workspace: workspace)
  }

  /// δx[n, l, i] = Σ_{k, o} w[k, i, o] δy[n, l − k + K/2, o].
  public func pullback(
    _ cotangent: Sequences, input: Sequences, trace: MapTrace<Sequences, Sequences>,
    reachingInput: Bool, workspace: Workspace
  ) {
    guard reachingInput else { return }
    trace.inputCotangent.prepare(like: input)
    Operations.convolveTransposed(
      cotangent, weight: weight, into: &trace.inputCotangent, workspace: workspace)
  }

  /// δw += Σ x δy, δb += Σ δy.
  public func addGradient(
    input: Sequences, cotangent: Sequences, trace: MapTrace<Sequences, Sequences>,
    into gradient: inout Convolution, workspace: Workspace
  ) {
    addGradient(input: input, cotangent: cotangent, into: &gradient, workspace: workspace)
  }

  /// t_y = the convolution of t_x without its bias.
  public func pushforward(
    _ tangent: Sequences, input: Sequences, trace: MapTrace<Sequences, Sequences>,
    workspace: Workspace
  ) {
    trace.outputTangent.prepare(like: input, channels: outputChannels)
    Operations.convolve(
      tangent, weight: weight, bias: nil, into: &trace.outputTangent, workspace: workspace)
  }

  /// δw += Σ t_x δy; the bias receives nothing.
  public func addTangentGradient(
    tangent: Sequences, cotangent: Sequences, trace: MapTrace<Sequences, Sequences>,
    into gradient: inout Convolution, workspace: Workspace
  ) {
    Operations.addConvolutionWeightGradient(
      input: tangent, cotangent: cotangent, into: &gradient.weight, workspace: workspace)
  }

  func addGradient(
    input: Sequences, cotangent: Sequences, into gradient: inout Convolution, workspace: Workspace
  ) {
    Operations.addConvolutionWeightGradient(
      input: input, cotangent: cotangent, into: &gradient.weight, workspace: workspace)
    gradient.bias.addBiasGradient(of: cotangent)
  }
}
