import Tensors

/// An exponential moving average of a network's parameters.
///
/// a ← δₙ a + (1 − δₙ) θ with δₙ = min(decay, (1 + n) / (10 + n)) for update n = 1, 2, …, so that the
/// initial parameters are forgotten early (the warm-up of TensorFlow's ExponentialMovingAverage).
public struct ExponentialMovingAverage<Network: ParameterTree>: Sendable {
  /// Upper bound of the decay, in [0, 1).
  public let decay: Double
  /// Number of updates done.
  public private(set) var updates: Int
  /// The average.
  public private(set) var network: Network

  /// An average that starts at `network`, or a restored one.
  ///
  /// - Parameters:
  ///   - network: the average so far; the network itself before the first update.
  ///   - decay: in [0, 1).
  ///   - updates: updates done so far.
  public init(of network: Network, decay: Double, updates: Int = 0) {
    precondition(
      (0..<1).contains(decay) && updates >= 0,
      "ExponentialMovingAverage: decay \(decay), updates \(updates)")
    self.network = network
    self.decay = decay
    self.updates = updates
  }

  /// Takes in the parameters of `current`.
  public mutating func update(with current: Network) {
    updates += 1
    let effective = min(decay, Double(1 + updates) / Double(10 + updates))
    let tensors = current.parameters.tensors
    var index = 0
    network.visitParameters(prefix: "") { _, tensor in
      Operations.average(&tensor, with: tensors[index], decay: effective)
      index += 1
    }
  }
}
