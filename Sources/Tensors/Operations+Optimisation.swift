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
    ReferenceOperations.adam(
      parameter: &parameter, gradient: gradient, first: &first, second: &second, rate: rate,
      beta1: beta1, beta2: beta2, epsilon: epsilon, step: step)
  }

  /// Exponential moving average, in place: `average = decay · average + (1 − decay) · parameter`.
  ///
  /// - Parameters:
  ///   - average: any shape.
  ///   - parameter: same shape.
  ///   - decay: in [0, 1].
  public static func average(_ average: inout Tensor, with parameter: Tensor, decay: Double) {
    check("average", "parameter", parameter.shape, average.shape)
    ReferenceOperations.average(&average, with: parameter, decay: decay)
  }
}
