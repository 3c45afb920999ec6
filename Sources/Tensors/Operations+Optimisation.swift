import CKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension Operations {
  /// One step of Adam as PyTorch defines it, in place.
  ///
  /// `m = β₁ m + (1 − β₁) g`, `v = β₂ v + (1 − β₂) g²`,
  /// `θ −= rate · (m / (1 − β₁^t)) / (√(v / (1 − β₂^t)) + ε)`; Kingma and Ba 2015, algorithm 1.
  ///
  /// - Parameters:
  ///   - parameter: θ, any shape.
  ///   - gradient: g, same shape.
  ///   - first: m, same shape.
  ///   - second: v, same shape.
  ///   - rate: learning rate.
  ///   - beta1: decay of m, in [0, 1).
  ///   - beta2: decay of v, in [0, 1).
  ///   - epsilon: added to the root, > 0.
  ///   - step: t, counted from 1.
  public static func adam(
    parameter: inout Tensor, gradient: Tensor, first: inout Tensor, second: inout Tensor,
    rate: Double, beta1: Double, beta2: Double, epsilon: Double, step: Int
  ) {
    check("adam", "gradient", gradient.shape, parameter.shape)
    check("adam", "first moment", first.shape, parameter.shape)
    check("adam", "second moment", second.shape, parameter.shape)
    precondition(step >= 1, "adam: step \(step) is not counted from 1")
    var constants = dgflow_adam_t(
      first_weight: Float(1 - beta1), second_decay: Float(beta2), second_weight: Float(1 - beta2),
      rate: Float(rate / (1 - pow(beta1, Double(step)))),
      root: Float(1 / (1 - pow(beta2, Double(step))).squareRoot()), epsilon: Float(epsilon))
    let count = parameter.count
    gradient.read { gradient in
      first.write { first in
        second.write { second in
          parameter.write { parameter in
            dgflow_adam(count, &constants, gradient, first, second, parameter)
          }
        }
      }
    }
  }

  /// Exponential moving average, in place: `average = decay · average + (1 − decay) · parameter`.
  ///
  /// - Parameters:
  ///   - average: any shape.
  ///   - parameter: same shape.
  ///   - decay: in [0, 1].
  public static func average(_ average: inout Tensor, with parameter: Tensor, decay: Double) {
    check("average", "parameter", parameter.shape, average.shape)
    parameter.read { values in
      average.write { dgflow_average(parameter.count, Float(1 - decay), values, $0) }
    }
  }

  /// Sum of tensors in their order, `total = parts[0] + parts[1] + …`, and of the squares of its
  /// elements; a block at a time, so that the running sum stays in the cache.
  ///
  /// - Parameters:
  ///   - parts: at least one, of the shape of `total`.
  ///   - total: overwritten.
  /// - Returns: `Σ total²`, accumulated in Double.
  public static func sum(_ parts: [Tensor], into total: inout Tensor) -> Double {
    precondition(!parts.isEmpty, "sum: no parts")
    for part in parts { check("sum", "part", part.shape, total.shape) }
    let (count, block) = (total.count, 2048)
    return total.write { total in
      stride(from: 0, to: count, by: block).reduce(0.0) { squares, start in
        let (sum, width) = (total + start, min(block, count - start))
        parts[0].read { sum.update(from: $0 + start, count: width) }
        for part in parts.dropFirst() {
          part.read { dgflow_add_scaled(width, 1, $0 + start, sum) }
        }
        return squares + dgflow_square_sum(width, sum)
      }
    }
  }
}
