import Determinism
import Tensors

/// Gradients of one network, one for each shard of the batch, and their ordered sum.
///
/// Each shard adds into its own gradient; the sum runs over shards in their order, so it depends on
/// the number of shards but not on the threads that computed them.
public final class GradientShards<Network: ParameterTree>: Sendable {
  private let shards: ShardSlots<Network>
  private let totals: ShardSlots<Tensor>
  private let squares: ShardSlots<Double>

  /// Zero gradients of the shape of `network`.
  public init(of network: Network, shards count: Int) {
    precondition(count >= 1, "GradientShards: \(count) shards")
    shards = ShardSlots((0..<count).map { _ in network.zeroed })
    let zeros = network.zeroed.parameters.tensors
    totals = ShardSlots(zeros)
    squares = ShardSlots(zeros.map { _ in 0 })
  }

  /// Number of shards.
  public var count: Int { shards.count }

  /// Sets the gradient of one shard to zero and lets `body` add to it; called inside `Cores.run`.
  public func accumulate<R>(
    shard: Int, _ body: (inout Network) throws -> R
  ) rethrows -> R {
    try shards.withValue(of: shard) { gradient in
      gradient.setToZero()
      return try body(&gradient)
    }
  }

  /// Sums the shards in order, and the squares of the sum.
  ///
  /// - Parameter threads: threads that share the tensors; without influence on the result.
  /// - Returns: the sum of squares of each parameter's gradient, in the order of the parameters, in
  ///   Double.
  public func sum(threads: Int) -> [Double] {
    let parts = shards.all.map { $0.parameters.tensors }
    balancedRun(sizes: parts[0].map(\.count), threads: threads) { index in
      totals.withValue(of: index) { total in
        let squares = Operations.withFlushedDenormals {
          Operations.sum(parts.map { $0[index] }, into: &total)
        }
        self.squares.withValue(of: index) { $0 = squares }
      }
    }
    return squares.all
  }

  /// The result of the last ``sum(threads:)``, in the order of the parameters.
  public var total: [Tensor] { totals.all }
}
