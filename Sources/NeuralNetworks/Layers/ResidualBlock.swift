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
  /// the cotangent at the first one's output, and the tangents at their inputs.
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
    var tangent1 = Sequences.empty
    var tangent2 = Sequences.empty
    var sums1: TransformedGradient?
    var sums2: TransformedGradient?

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
    Operations.rectify(input, into: &trace.rectified1)
    convolution1.apply(
      trace.rectified1, then: ConvolutionFinish(rectifies: true), into: &trace.rectified2,
      workspace: workspace)
    convolution2.apply(
      trace.rectified2,
      then: ConvolutionFinish(scale: ResidualBlock.branchScale, residual: input),
      into: &trace.output, workspace: workspace)
  }

  /// δx = δy + [x > 0] · conv₁ᵀ(0.3 [h > 0] · conv₂ᵀ δy), with h the output of conv₁.
  public func pullback(
    _ cotangent: Sequences, input: Sequences, trace: Trace, reachingInput: Bool,
    workspace: Workspace
  ) {
    convolution2.pullback(
      cotangent,
      then: ConvolutionFinish(mask: trace.rectified2, scale: ResidualBlock.branchScale),
      into: &trace.cotangent1, workspace: workspace)
    guard reachingInput else { return }
    convolution1.pullback(
      trace.cotangent1, then: ConvolutionFinish(mask: trace.rectified1, residual: cotangent),
      into: &trace.inputCotangent, workspace: workspace)
  }

  /// t_y = t_x + 0.3 · conv₂([h > 0] · conv₁([x > 0] · t_x)), without biases.
  public func pushforward(
    _ tangent: Sequences, input: Sequences, trace: Trace, workspace: Workspace
  ) {
    trace.tangent1.prepare(like: input)
    Operations.mask(tangent, wherePositive: trace.rectified1, into: &trace.tangent1)
    convolution1.pushforward(
      trace.tangent1, then: ConvolutionFinish(mask: trace.rectified2), into: &trace.tangent2,
      workspace: workspace)
    convolution2.pushforward(
      trace.tangent2,
      then: ConvolutionFinish(scale: ResidualBlock.branchScale, residual: tangent),
      into: &trace.outputTangent, workspace: workspace)
  }
}

// MARK: - Gradients

extension ResidualBlock {
  /// Adds the gradients of both convolutions.
  public func addGradient(
    input: Sequences, cotangent: Sequences, trace: Trace, into gradient: inout ResidualBlock,
    workspace: Workspace
  ) {
    add(term(cotangent, trace), sums: trace, into: &gradient, workspace: workspace)
  }

  /// Adds the weight gradients of both convolutions fed with tangents; biases receive nothing.
  public func addTangentGradient(
    tangent: Sequences, cotangent: Sequences, trace: Trace, into gradient: inout ResidualBlock,
    workspace: Workspace
  ) {
    add(tangentTerm(cotangent, trace), sums: trace, into: &gradient, workspace: workspace)
  }

  /// Adds the gradients at one point and along a tangent at another, each convolution's at once.
  public func addGradients(
    at point: PenalisedPoint<Self>, along tangent: PenalisedTangent<Self>,
    into gradient: inout ResidualBlock, workspace: Workspace
  ) {
    add(
      term(point.cotangent, point.trace), and: tangentTerm(tangent.cotangent, tangent.trace),
      sums: point.trace, into: &gradient, workspace: workspace)
  }

  /// What each convolution adds to its gradient; the second's is still to be scaled by the branch.
  private typealias Term = (first: Convolution.GradientPair, second: Convolution.GradientPair)

  private func term(_ cotangent: Sequences, _ trace: Trace) -> Term {
    (
      Convolution.GradientPair(input: trace.rectified1, cotangent: trace.cotangent1),
      Convolution.GradientPair(input: trace.rectified2, cotangent: cotangent)
    )
  }

  private func tangentTerm(_ cotangent: Sequences, _ trace: Trace) -> Term {
    (
      Convolution.GradientPair(
        input: trace.tangent1, cotangent: trace.cotangent1, reachesBias: false),
      Convolution.GradientPair(input: trace.tangent2, cotangent: cotangent, reachesBias: false)
    )
  }

  private func add(
    _ term: Term, and other: Term? = nil, sums: Trace, into gradient: inout ResidualBlock,
    workspace: Workspace
  ) {
    convolution1.addGradient(
      term.first, and: other?.first, sums: &sums.sums1, into: &gradient.convolution1,
      workspace: workspace)
    convolution2.addGradient(
      term.second, and: other?.second, scale: ResidualBlock.branchScale, sums: &sums.sums2,
      into: &gradient.convolution2, workspace: workspace)
  }
}
