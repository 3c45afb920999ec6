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

  private func outputCotangent(of index: Int, _ cotangent: Sequences, _ trace: Trace) -> Sequences {
    index + 1 < blocks.count ? trace.blocks[index + 1].inputCotangent : cotangent
  }
}
