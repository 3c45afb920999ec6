import Tensors

/// A residual block `[N, L, C]` → `[N, L, C]`: y = x + 0.3 · conv₂(relu(conv₁(relu x))).
///
/// Both convolutions have width 5 in the published text networks, without normalisation
/// (igul222/improved_wgan_training, gan_language.py).
public struct ResidualBlock: PiecewiseLinear {
  /// The weight of the branch, 0.3 in gan_language.py.
  public static let branchScale: Float = 0.3
  /// Width of both kernels, 5 in gan_language.py.
  public static let kernelWidth = 5

  /// The convolution next to the input.
  public var convolution1: Convolution
  /// The convolution next to the output.
  public var convolution2: Convolution

  /// A block with the given convolutions, which must both map C channels to C.
  public init(_ convolution1: Convolution, _ convolution2: Convolution) {
    let channels = convolution1.inputChannels
    precondition(
      convolution1.outputChannels == channels && convolution2.inputChannels == channels
        && convolution2.outputChannels == channels,
      "ResidualBlock: weights \(convolution1.weight.shape) and \(convolution2.weight.shape) "
        + "do not keep \(channels) channels")
    self.convolution1 = convolution1
    self.convolution2 = convolution2
  }

  /// A block as the recipe starts it (see ``Convolution``).
  ///
  /// - Parameters:
  ///   - channels: C ≥ 1.
  ///   - name: the block's name in the network, which chooses its random streams.
  ///   - initialiser: the source of values.
  public init(channels: Int, name: String, initialiser: Initialiser) {
    func convolution(_ member: String) -> Convolution {
      Convolution(
        kernelWidth: ResidualBlock.kernelWidth, inputChannels: channels,
        outputChannels: channels, name: name + "." + member, initialiser: initialiser)
    }
    self.init(convolution("conv1"), convolution("conv2"))
  }

  /// The memory of one evaluation: rectified inputs of both convolutions, which are also the masks,
  /// the cotangents at their outputs, and the tangents at their inputs.
  public final class Trace: LayerTrace {
    /// y, written by `apply`.
    public internal(set) var output = Sequences.empty
    /// δx, written by `pullback`.
    public internal(set) var inputCotangent = Sequences.empty
    /// t_y, written by `pushforward`.
    public internal(set) var outputTangent = Sequences.empty
    var rectified1 = Sequences.empty
    var rectified2 = Sequences.empty
    var cotangent1 = Sequences.empty
    var cotangent2 = Sequences.empty
    var tangent1 = Sequences.empty
    var tangent2 = Sequences.empty

    /// An empty trace.
    public init() {}
  }

  /// Visits `conv1`, then `conv2`.
  public mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {
    try convolution1.visitParameters(prefix: prefix + "conv1.", visit)
    try convolution2.visitParameters(prefix: prefix + "conv2.", visit)
  }

  /// y = x + 0.3 · conv₂(relu(conv₁(relu x))).
  public func apply(_ input: Sequences, trace: Trace, workspace: Workspace) {
    trace.rectified1.prepare(like: input)
    trace.rectified2.prepare(like: input)
    trace.output.prepare(like: input)
    Operations.rectify(input, into: &trace.rectified1)
    Operations.convolve(
      trace.rectified1, weight: convolution1.weight, bias: convolution1.bias,
      into: &trace.rectified2, workspace: workspace)
    trace.rectified2.rectify()
    Operations.convolve(
      trace.rectified2, weight: convolution2.weight, bias: convolution2.bias,
      into: &trace.output, workspace: workspace)
    trace.output.scale(ResidualBlock.branchScale, plus: input)
  }

  /// δx = δy + [x > 0] · conv₁ᵀ([h > 0] · conv₂ᵀ(0.3 δy)), with h the output of conv₁.
  public func pullback(
    _ cotangent: Sequences, input: Sequences, trace: Trace, reachingInput: Bool,
    workspace: Workspace
  ) {
    trace.cotangent2.prepare(like: input)
    trace.cotangent1.prepare(like: input)
    trace.cotangent2.assign(ResidualBlock.branchScale, times: cotangent)
    Operations.convolveTransposed(
      trace.cotangent2, weight: convolution2.weight, into: &trace.cotangent1,
      workspace: workspace)
    trace.cotangent1.mask(wherePositive: trace.rectified2)
    guard reachingInput else { return }
    trace.inputCotangent.prepare(like: input)
    Operations.convolveTransposed(
      trace.cotangent1, weight: convolution1.weight, into: &trace.inputCotangent,
      workspace: workspace)
    trace.inputCotangent.mask(wherePositive: trace.rectified1, plus: cotangent)
  }

  /// Adds the gradients of both convolutions.
  public func addGradient(
    input: Sequences, cotangent: Sequences, trace: Trace, into gradient: inout ResidualBlock,
    workspace: Workspace
  ) {
    convolution1.addGradient(
      input: trace.rectified1, cotangent: trace.cotangent1, into: &gradient.convolution1,
      workspace: workspace)
    convolution2.addGradient(
      input: trace.rectified2, cotangent: trace.cotangent2, into: &gradient.convolution2,
      workspace: workspace)
  }

  /// t_y = t_x + 0.3 · conv₂([h > 0] · conv₁([x > 0] · t_x)), without biases.
  public func pushforward(
    _ tangent: Sequences, input: Sequences, trace: Trace, workspace: Workspace
  ) {
    trace.tangent1.prepare(like: input)
    trace.tangent2.prepare(like: input)
    trace.outputTangent.prepare(like: input)
    Operations.mask(tangent, wherePositive: trace.rectified1, into: &trace.tangent1)
    Operations.convolve(
      trace.tangent1, weight: convolution1.weight, bias: nil, into: &trace.tangent2,
      workspace: workspace)
    trace.tangent2.mask(wherePositive: trace.rectified2)
    Operations.convolve(
      trace.tangent2, weight: convolution2.weight, bias: nil, into: &trace.outputTangent,
      workspace: workspace)
    trace.outputTangent.scale(ResidualBlock.branchScale, plus: tangent)
  }

  /// Adds the weight gradients of both convolutions fed with tangents; biases receive nothing.
  public func addTangentGradient(
    tangent: Sequences, cotangent: Sequences, trace: Trace, into gradient: inout ResidualBlock,
    workspace: Workspace
  ) {
    Operations.addConvolutionWeightGradient(
      input: trace.tangent1, cotangent: trace.cotangent1, into: &gradient.convolution1.weight,
      workspace: workspace)
    Operations.addConvolutionWeightGradient(
      input: trace.tangent2, cotangent: trace.cotangent2, into: &gradient.convolution2.weight,
      workspace: workspace)
  }
}
