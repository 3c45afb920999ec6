import Determinism
import Tensors

/// The Adam optimiser in PyTorch's formula, with its state.
///
/// m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g²,
/// θ ← θ − rate · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε); Kingma and Ba, arXiv 1412.6980,
/// algorithm 1. The defaults of the betas are those of WGAN-GP (arXiv 1704.00028, algorithm 1, with
/// β₁ = 0.5 in gan_language.py).
public struct Adam: Sendable, Equatable {
  /// Learning rate.
  public var rate: Double
  /// Decay of the first moment, in [0, 1).
  public let beta1: Double
  /// Decay of the second moment, in [0, 1).
  public let beta2: Double
  /// Added to the root of the second moment; 1e-8 in PyTorch.
  public let epsilon: Double
  /// Number of updates done.
  public private(set) var step: Int
  /// First moments m, in the order of the parameters.
  public private(set) var first: NamedParameters
  /// Second moments v, in the order of the parameters.
  public private(set) var second: NamedParameters

  /// An optimiser before its first update.
  ///
  /// - Parameters:
  ///   - network: what it will update; its shapes are kept.
  ///   - rate: learning rate > 0.
  ///   - beta1: decay of the first moment; 0.5 in gan_language.py.
  ///   - beta2: decay of the second moment; 0.9 in gan_language.py.
  ///   - epsilon: 1e-8 as in PyTorch.
  public init(
    of network: some ParameterTree, rate: Double, beta1: Double = 0.5, beta2: Double = 0.9,
    epsilon: Double = 1e-8
  ) {
    let zeros = network.zeroed.parameters
    self.init(
      first: zeros, second: zeros, step: 0, rate: rate, beta1: beta1, beta2: beta2,
      epsilon: epsilon)
  }

  /// An optimiser with a restored state.
  public init(
    first: NamedParameters, second: NamedParameters, step: Int, rate: Double, beta1: Double,
    beta2: Double, epsilon: Double
  ) {
    precondition(
      rate >= 0 && (0..<1).contains(beta1) && (0..<1).contains(beta2) && epsilon > 0 && step >= 0,
      "Adam: rate \(rate), betas \(beta1), \(beta2), epsilon \(epsilon), step \(step)")
    precondition(first.names == second.names, "Adam: moments of different parameters")
    self.first = first
    self.second = second
    self.step = step
    self.rate = rate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
  }

  /// One update of `network` against `gradient`.
  ///
  /// - Parameters:
  ///   - network: changed in place; its parameters must be those of the initializer.
  ///   - gradient: in the order of the parameters.
  ///   - factor: what this update's rate is multiplied by, for rates that decay.
  ///   - threads: threads that share the tensors; without influence on the result.
  public mutating func update<Network: ParameterTree>(
    _ network: inout Network, gradient: [Tensor], rateFactor factor: Double = 1, threads: Int = 1
  ) {
    step += 1
    let (step, rate, beta1, beta2, epsilon) = (step, rate * factor, beta1, beta2, epsilon)
    network.withTensors { parameters in
      first.withTensors { first in
        second.withTensors { second in
          precondition(
            parameters.count == gradient.count && first.count == gradient.count,
            "Adam.update: \(gradient.count) gradients for \(parameters.count) parameters")
          let slots = ShardSlots(Adam.moving(&parameters, &first, &second))
          balancedRun(sizes: gradient.map(\.count), threads: threads) { index in
            Operations.withFlushedDenormals {
              slots.withValue(of: index) { slot in
                Operations.adam(
                  parameter: &slot.parameter, gradient: gradient[index], first: &slot.first,
                  second: &slot.second, rate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon,
                  step: step)
              }
            }
          }
          for slot in slots.all {
            parameters.append(slot.parameter)
            first.append(slot.first)
            second.append(slot.second)
          }
        }
      }
    }
  }

  private struct Slot {
    var parameter: Tensor
    var first: Tensor
    var second: Tensor
  }

  /// Empties the arrays into slots, so that each tensor keeps a sole owner and is updated in place.
  private static func moving(
    _ parameters: inout [Tensor], _ first: inout [Tensor], _ second: inout [Tensor]
  ) -> [Slot] {
    let slots = parameters.indices.map {
      Slot(parameter: parameters[$0], first: first[$0], second: second[$0])
    }
    parameters.removeAll(keepingCapacity: true)
    first.removeAll(keepingCapacity: true)
    second.removeAll(keepingCapacity: true)
    return slots
  }
}
