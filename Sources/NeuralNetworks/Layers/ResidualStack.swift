import Determinism
import Tensors

/// Residual blocks one after the other, `[N, L, C]` → `[N, L, C]`; none at all is the identity.
public struct ResidualStack: PiecewiseLinear {
  /// The blocks, the one next to the input first; parameters are named `0.conv1.weight`, ….
  public var blocks: [ResidualBlock]

  /// A stack of the given blocks.
  public init(_ blocks: [ResidualBlock]) {
    self.blocks = blocks
  }

  /// A stack as the recipe starts it.
  ///
  /// - Parameters:
  ///   - count: number of blocks ≥ 0; 5 in the published text networks.
  ///   - channels: C ≥ 1.
  ///   - name: the stack's name in the network, which chooses its random streams.
  ///   - initialiser: the source of values.
  public init(count: Int, channels: Int, name: String, initialiser: Initialiser) {
    blocks = (0..<count).map {
      ResidualBlock(channels: channels, name: "\(name).\($0)", initialiser: initialiser)
    }
  }

  /// Sets the last convolution of every block to zero, so that each block, and the stack, is the
  /// identity until training opens it (Zhang, Dauphin and Ma, arXiv 1901.09321).
  public mutating func closeBranches() {
    for index in blocks.indices { blocks[index].convolution2.setToZero() }
  }

  /// How all convolutions are computed.
  public var algorithm: ConvolutionAlgorithm {
    get { blocks.first?.convolution1.algorithm ?? .standard }
    set {
      for index in blocks.indices {
        blocks[index].convolution1.algorithm = newValue
        blocks[index].convolution2.algorithm = newValue
      }
    }
  }

  /// Brings what the algorithm keeps of the weights up to date; see ``Convolution/transformWeight()``.
  ///
  /// - Parameter threads: threads that share the convolutions; without influence on the result.
  public mutating func transformWeights(threads: Int) {
    blocks.withUnsafeMutableBufferPointer { blocks in
      // Each convolution is touched by one shard.
      nonisolated(unsafe) let blocks = blocks
      Cores.run(shards: 2 * blocks.count, threads: threads) { index in
        if index % 2 == 0 {
          blocks[index / 2].convolution1.transformWeight()
        } else {
          blocks[index / 2].convolution2.transformWeight()
        }
      }
    }
  }

  /// The traces of the blocks.
  public final class Trace: LayerTrace {
    /// One trace a block.
    public internal(set) var blocks: [ResidualBlock.Trace] = []
    var identity = Sequences.empty
    var identityCotangent = Sequences.empty
    var identityTangent = Sequences.empty

    /// An empty trace.
    public init() {}

    /// The last block's output; the input itself without blocks.
    public var output: Sequences { blocks.last?.output ?? identity }
    /// The first block's input cotangent.
    public var inputCotangent: Sequences { blocks.first?.inputCotangent ?? identityCotangent }
    /// The last block's output tangent.
    public var outputTangent: Sequences { blocks.last?.outputTangent ?? identityTangent }

    func prepare(count: Int) {
      while blocks.count < count { blocks.append(ResidualBlock.Trace()) }
      if blocks.count > count { blocks.removeLast(blocks.count - count) }
    }
  }

  /// Visits the blocks' parameters in order.
  public mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows {
    for index in blocks.indices {
      try blocks[index].visitParameters(prefix: "\(prefix)\(index).", visit)
    }
  }

  /// y = the composition of the blocks.
  public func apply(_ input: Sequences, trace: Trace, workspace: Workspace) {
    trace.prepare(count: blocks.count)
    if blocks.isEmpty { trace.identity = input }
    for index in blocks.indices {
      let x = index == 0 ? input : trace.blocks[index - 1].output
      blocks[index].apply(x, trace: trace.blocks[index], workspace: workspace)
    }
  }

  /// δx through the blocks from the last to the first.
  public func pullback(
    _ cotangent: Sequences, input: Sequences, trace: Trace, reachingInput: Bool,
    workspace: Workspace
  ) {
    if blocks.isEmpty { trace.identityCotangent = cotangent }
    for index in blocks.indices.reversed() {
      blocks[index].pullback(
        outputCotangent(of: index, cotangent, trace),
        input: index == 0 ? input : trace.blocks[index - 1].output, trace: trace.blocks[index],
        reachingInput: index > 0 || reachingInput, workspace: workspace)
    }
  }

  /// Adds every block's gradient.
  public func addGradient(
    input: Sequences, cotangent: Sequences, trace: Trace, into gradient: inout ResidualStack,
    workspace: Workspace
  ) {
    for index in blocks.indices {
      blocks[index].addGradient(
        input: index == 0 ? input : trace.blocks[index - 1].output,
        cotangent: outputCotangent(of: index, cotangent, trace), trace: trace.blocks[index],
        into: &gradient.blocks[index], workspace: workspace)
    }
  }

  /// t_y through the blocks from the first to the last.
  public func pushforward(
    _ tangent: Sequences, input: Sequences, trace: Trace, workspace: Workspace
  ) {
    if blocks.isEmpty { trace.identityTangent = tangent }
    for index in blocks.indices {
      blocks[index].pushforward(
        index == 0 ? tangent : trace.blocks[index - 1].outputTangent,
        input: index == 0 ? input : trace.blocks[index - 1].output, trace: trace.blocks[index],
        workspace: workspace)
    }
  }

  /// Adds every block's tangent gradient.
  public func addTangentGradient(
    tangent: Sequences, cotangent: Sequences, trace: Trace, into gradient: inout ResidualStack,
    workspace: Workspace
  ) {
    for index in blocks.indices {
      blocks[index].addTangentGradient(
        tangent: index == 0 ? tangent : trace.blocks[index - 1].outputTangent,
        cotangent: outputCotangent(of: index, cotangent, trace), trace: trace.blocks[index],
        into: &gradient.blocks[index], workspace: workspace)
    }
  }

  /// Adds every block's gradients at the point and along the tangent.
  public func addGradients(
    at point: PenalisedPoint<Self>, along tangent: PenalisedTangent<Self>,
    into gradient: inout ResidualStack, workspace: Workspace
  ) {
    for index in blocks.indices {
      blocks[index].addGradients(
        at: PenalisedPoint(
          input: index == 0 ? point.input : point.trace.blocks[index - 1].output,
          cotangent: outputCotangent(of: index, point.cotangent, point.trace),
          trace: point.trace.blocks[index]),
        along: PenalisedTangent(
          tangent: index == 0
            ? tangent.tangent : tangent.trace.blocks[index - 1].outputTangent,
          cotangent: outputCotangent(of: index, tangent.cotangent, tangent.trace),
          trace: tangent.trace.blocks[index]),
        into: &gradient.blocks[index], workspace: workspace)
    }
  }

  private func outputCotangent(of index: Int, _ cotangent: Sequences, _ trace: Trace) -> Sequences {
    index + 1 < blocks.count ? trace.blocks[index + 1].inputCotangent : cotangent
  }
}
