#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension ReferenceOperations {
  /// Reference of ``Operations/adam(parameter:gradient:first:second:rate:beta1:beta2:epsilon:step:)``.
  public static func adam(
    parameter: inout Tensor, gradient: Tensor, first: inout Tensor, second: inout Tensor,
    rate: Double, beta1: Double, beta2: Double, epsilon: Double, step: Int
  ) {
    let correction1 = 1 - pow(beta1, Double(step))
    let correction2 = 1 - pow(beta2, Double(step))
    for index in 0..<parameter.count {
      let g = Double(gradient[index])
      let m = beta1 * Double(first[index]) + (1 - beta1) * g
      let v = beta2 * Double(second[index]) + (1 - beta2) * g * g
      first[index] = Float(m)
      second[index] = Float(v)
      let move = rate * (m / correction1) / ((v / correction2).squareRoot() + epsilon)
      parameter[index] = Float(Double(parameter[index]) - move)
    }
  }

  /// Reference of ``Operations/average(_:with:decay:)``.
  public static func average(_ average: inout Tensor, with parameter: Tensor, decay: Double) {
    for index in 0..<average.count {
      average[index] = Float(
        decay * Double(average[index]) + (1 - decay) * Double(parameter[index]))
    }
  }

  /// Reference of ``Operations/sum(_:into:)``.
  public static func sum(_ parts: [Tensor], into total: inout Tensor) -> Double {
    var squares = 0.0
    for index in 0..<total.count {
      total[index] = parts.dropFirst().reduce(parts[0][index]) { $0 + $1[index] }
      squares += Double(total[index]) * Double(total[index])
    }
    return squares
  }
}
