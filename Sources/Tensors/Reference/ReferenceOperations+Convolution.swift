extension ReferenceOperations {
  /// Reference of ``Operations/convolve(_:weight:transformed:bias:then:into:workspace:)``, without a
  /// finish.
  public static func convolve(_ x: Sequences, weight: Tensor, bias: Tensor?) -> Sequences {
    let width = weight.shape[0]
    let inputs = weight.shape[1]
    let outputs = weight.shape[2]
    let w = weight.values
    let b = bias?.values
    return x.withUnsafeValues { values in
      make(like: x, channels: outputs) { n, l, o in
        var sum = b.map { Double($0[o]) } ?? 0
        for k in 0..<width where l + k - width / 2 >= 0 && l + k - width / 2 < x.length {
          let row = x.offset(sample: n, position: l + k - width / 2)
          for i in 0..<inputs {
            sum += Double(w[(k * inputs + i) * outputs + o]) * Double(values[row + i])
          }
        }
        return sum
      }
    }
  }

  /// Reference of ``Operations/convolveTransposed(_:weight:transformed:then:into:workspace:)``,
  /// without a finish.
  public static func convolveTransposed(_ dy: Sequences, weight: Tensor) -> Sequences {
    let width = weight.shape[0]
    let inputs = weight.shape[1]
    let outputs = weight.shape[2]
    let w = weight.values
    return dy.withUnsafeValues { values in
      make(like: dy, channels: inputs) { n, l, i in
        var sum = 0.0
        for k in 0..<width where l - k + width / 2 >= 0 && l - k + width / 2 < dy.length {
          let row = dy.offset(sample: n, position: l - k + width / 2)
          for o in 0..<outputs {
            sum += Double(w[(k * inputs + i) * outputs + o]) * Double(values[row + o])
          }
        }
        return sum
      }
    }
  }

  /// Reference of `Operations.addConvolutionWeightGradient`.
  public static func addConvolutionWeightGradient(
    input x: Sequences, cotangent dy: Sequences, scale: Float = 1, into dw: inout Tensor
  ) {
    let width = dw.shape[0]
    let inputs = dw.shape[1]
    let outputs = dw.shape[2]
    x.withUnsafeValues { xs in
      dy.withUnsafeValues { ys in
        add(into: &dw) { index in
          let o = index % outputs
          let i = index / outputs % inputs
          let k = index / outputs / inputs
          var sum = 0.0
          for n in 0..<x.samples {
            for l in 0..<x.length where l + k - width / 2 >= 0 && l + k - width / 2 < x.length {
              let row = x.offset(sample: n, position: l + k - width / 2)
              sum += Double(xs[row + i]) * Double(ys[dy.offset(sample: n, position: l) + o])
            }
          }
          return Double(scale) * sum
        }
      }
    }
  }

  /// Reference of ``Operations/addBiasGradient(cotangent:samples:into:)``.
  public static func addBiasGradient(cotangent dy: Sequences, into db: inout Tensor) {
    dy.withUnsafeValues { ys in
      add(into: &db) { channel in
        var sum = 0.0
        for n in 0..<dy.samples {
          for l in 0..<dy.length {
            sum += Double(ys[dy.offset(sample: n, position: l) + channel])
          }
        }
        return sum
      }
    }
  }
}
