import Determinism
import Tensors

/// Bounds the spectral norm of every weight of a critic, by projection after each update.
///
/// W ← W / max(1, σ(W) / bound): Gouk et al., arXiv 1804.04368, algorithm 1, with σ taken, as in
/// Miyato et al., arXiv 1802.05957, of a convolution's kernel as a matrix `[K · Cin, Cout]`. A dense
/// layer to one score, `[L, C]`, is bounded in its Euclidean norm; biases are left alone. The convolution
/// itself may stretch its input by up to √K times the bound of its kernel's matrix.
///
/// The power iteration starts anew at every projection and keeps no state, so that a training that was
/// stopped goes on bit for bit.
public struct SpectralBound: Sendable, Equatable {
  /// The largest spectral norm allowed, > 0.
  public let bound: Double

  /// Power iterations of a projection: 10, chosen here.
  ///
  /// The estimate is from below, and by as much the bound may be exceeded: for fresh uniform weights of
  /// widths 32 to 128 by 1 to 3 % (median of 20 each; at most 7 %).
  private static let iterations = 10

  /// A bound > 0.
  public init(_ bound: Double) {
    precondition(bound > 0 && bound.isFinite, "SpectralBound: \(bound) is not positive")
    self.bound = bound
  }

  /// Projects every weight of `network`.
  ///
  /// - Parameter threads: threads that share the weights; without influence on the result.
  public func project(_ network: inout some ParameterTree, threads: Int = 1) {
    network.withTensors { tensors in
      let slots = ShardSlots(tensors)
      let sizes = tensors.map(\.count)
      tensors.removeAll(keepingCapacity: true)
      balancedRun(sizes: sizes, threads: threads) { index in
        Operations.withFlushedDenormals { slots.withValue(of: index) { project(&$0) } }
      }
      tensors.append(contentsOf: slots.all)
    }
  }

  private func project(_ weight: inout Tensor) {
    let columns: Int
    switch weight.shape.count {
    case 3: columns = weight.shape[2]
    case 2: columns = 1
    default: return
    }
    let norm = weight.withUnsafeValues {
      Operations.spectralNorm(
        $0, rows: $0.count / columns, columns: columns, iterations: Self.iterations)
    }
    guard norm > bound else { return }
    let factor = Float(bound / norm)
    weight.withUnsafeMutableValues { values in
      for index in values.indices { values[index] *= factor }
    }
  }
}
