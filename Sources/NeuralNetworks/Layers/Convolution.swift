import Tensors

/// A convolution over positions with zero padding: `[N, L, Cin]` → `[N, L, Cout]`.
///
/// y[n, l, o] = b[o] + Σ_{k, i} w[k, i, o] x[n, l + k − K/2, i] for an odd kernel width K. With K = 1
/// it is the same affine map at every position.
public struct Convolution: PiecewiseLinear {
  /// `[K, Cin, Cout]`.
  public var weight: Tensor { didSet { isTransformCurrent = false } }
  /// `[Cout]`.
  public var bias: Tensor
  /// How it is computed.
  public var algorithm = ConvolutionAlgorithm.standard
  private var transform: TransformedWeight?
  private var isTransformCurrent = false

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

  /// Brings what the algorithm keeps of the weight up to date, after the weight or the algorithm has
  /// changed.
  ///
  /// Without it results are the same, but every call transforms the weight anew.
  public mutating func transformWeight() {
    guard algorithm.transforms(weight.shape), !isTransformCurrent else { return }
    if transform != nil {
      transform?.update(from: weight)
    } else {
      transform = TransformedWeight(weight)
    }
    isTransformCurrent = true
  }

  /// The weight as the algorithm needs it; nil for the plain sum.
  private var transformedWeight: TransformedWeight? {
    guard algorithm.transforms(weight.shape) else { return nil }
    return isTransformCurrent ? transform : TransformedWeight(weight)
  }

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
    apply(input, into: &trace.output, workspace: workspace)
  }

  /// y = finish(f(x)).
  func apply(
    _ input: Sequences, then finish: ConvolutionFinish = .none, into output: inout Sequences,
    workspace: Workspace
  ) {
    output.prepare(like: input, channels: outputChannels)
    Operations.convolve(
      input, weight: weight, transformed: transformedWeight, bias: bias, then: finish,
      into: &output, workspace: workspace)
  }

  /// δx[n, l, i] = Σ_{k, o} w[k, i, o] δy[n, l − k + K/2, o].
  public func pullback(
    _ cotangent: Sequences, input: Sequences, trace: MapTrace<Sequences, Sequences>,
    reachingInput: Bool, workspace: Workspace
  ) {
    guard reachingInput else { return }
    pullback(cotangent, into: &trace.inputCotangent, workspace: workspace)
  }

  /// δx, finished.
  func pullback(
    _ cotangent: Sequences, then finish: ConvolutionFinish = .none,
    into inputCotangent: inout Sequences, workspace: Workspace
  ) {
    inputCotangent.prepare(like: cotangent, channels: inputChannels)
    Operations.convolveTransposed(
      cotangent, weight: weight, transformed: transformedWeight, then: finish,
      into: &inputCotangent, workspace: workspace)
  }

  /// t_y = the convolution of t_x without its bias.
  public func pushforward(
    _ tangent: Sequences, input: Sequences, trace: MapTrace<Sequences, Sequences>,
    workspace: Workspace
  ) {
    pushforward(tangent, into: &trace.outputTangent, workspace: workspace)
  }

  /// t_y, finished.
  func pushforward(
    _ tangent: Sequences, then finish: ConvolutionFinish = .none,
    into outputTangent: inout Sequences, workspace: Workspace
  ) {
    outputTangent.prepare(like: tangent, channels: outputChannels)
    Operations.convolve(
      tangent, weight: weight, transformed: transformedWeight, bias: nil, then: finish,
      into: &outputTangent, workspace: workspace)
  }
}

// MARK: - Gradients

extension Convolution {
  /// Inputs, or tangents at the input, with the cotangents at the output: a term of a gradient.
  struct GradientPair {
    let input: Sequences
    let cotangent: Sequences
    /// Whether the bias has a share in it: not in a term along a tangent.
    var reachesBias = true
  }

  /// δw += Σ x δy, δb += Σ δy.
  public func addGradient(
    input: Sequences, cotangent: Sequences, trace: MapTrace<Sequences, Sequences>,
    into gradient: inout Convolution, workspace: Workspace
  ) {
    var sums: TransformedGradient?
    addGradient(
      GradientPair(input: input, cotangent: cotangent), sums: &sums, into: &gradient,
      workspace: workspace)
  }

  /// δw += Σ t_x δy; the bias receives nothing.
  public func addTangentGradient(
    tangent: Sequences, cotangent: Sequences, trace: MapTrace<Sequences, Sequences>,
    into gradient: inout Convolution, workspace: Workspace
  ) {
    var sums: TransformedGradient?
    addGradient(
      GradientPair(input: tangent, cotangent: cotangent, reachesBias: false), sums: &sums,
      into: &gradient, workspace: workspace)
  }

  /// Adds the gradient of one term or two, times `scale`; where the algorithm transforms, both are
  /// added up before the one way back.
  ///
  /// - Parameter sums: memory for that, kept between calls.
  func addGradient(
    _ pair: GradientPair, and other: GradientPair? = nil, scale: Float = 1,
    sums: inout TransformedGradient?, into gradient: inout Convolution, workspace: Workspace
  ) {
    if pair.reachesBias { gradient.bias.addBiasGradient(of: pair.cotangent, scale: scale) }
    if let other, other.reachesBias {
      gradient.bias.addBiasGradient(of: other.cotangent, scale: scale)
    }
    guard algorithm.transforms(weight.shape) else {
      Operations.addConvolutionWeightGradient(
        input: pair.input, cotangent: pair.cotangent, scale: scale, into: &gradient.weight,
        workspace: workspace)
      if let other {
        Operations.addConvolutionWeightGradient(
          input: other.input, cotangent: other.cotangent, scale: scale, into: &gradient.weight,
          workspace: workspace)
      }
      return
    }
    var transformed =
      sums.take() ?? TransformedGradient(inputs: inputChannels, outputs: outputChannels)
    transformed.removeAll()
    Operations.addConvolutionWeightGradient(
      input: pair.input, cotangent: pair.cotangent, scale: scale, into: &transformed,
      workspace: workspace)
    if let other {
      Operations.addConvolutionWeightGradient(
        input: other.input, cotangent: other.cotangent, scale: scale, into: &transformed,
        workspace: workspace)
    }
    Operations.addConvolutionWeightGradient(transformed, into: &gradient.weight)
    sums = transformed
  }
}
