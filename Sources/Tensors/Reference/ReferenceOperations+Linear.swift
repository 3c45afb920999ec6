extension ReferenceOperations {
  /// Reference of ``Operations/expand(_:weight:bias:into:workspace:)``.
  public static func expand(
    _ z: Tensor, weight: Tensor, bias: Tensor?, padding: Int = 2
  ) -> Sequences {
    let latents = weight.shape[0]
    let channels = weight.shape[2]
    let shape = Sequences(
      samples: z.shape[0], length: weight.shape[1], channels: channels, padding: padding)
    let zs = z.values
    let w = weight.values
    let b = bias?.values
    return make(like: shape) { n, l, c in
      var sum = b.map { Double($0[l * channels + c]) } ?? 0
      for k in 0..<latents {
        sum +=
          Double(zs[n * latents + k]) * Double(w[(k * shape.length + l) * channels + c])
      }
      return sum
    }
  }

  /// Reference of ``Operations/expandTransposed(_:weight:into:workspace:)``.
  public static func expandTransposed(_ dy: Sequences, weight: Tensor) -> Tensor {
    let latents = weight.shape[0]
    let width = dy.length * dy.channels
    let ys = dy.dense.values
    let w = weight.values
    var dz = Tensor(shape: [dy.samples, latents])
    add(into: &dz) { index in
      let n = index / latents
      let k = index % latents
      var sum = 0.0
      for j in 0..<width { sum += Double(ys[n * width + j]) * Double(w[k * width + j]) }
      return sum
    }
    return dz
  }

  /// Reference of ``Operations/addExpandWeightGradient(input:cotangent:into:workspace:)``.
  public static func addExpandWeightGradient(
    input z: Tensor, cotangent dy: Sequences, into dw: inout Tensor
  ) {
    let latents = dw.shape[0]
    let width = dy.length * dy.channels
    let ys = dy.dense.values
    let zs = z.values
    add(into: &dw) { index in
      var sum = 0.0
      for n in 0..<dy.samples {
        sum += Double(zs[n * latents + index / width]) * Double(ys[n * width + index % width])
      }
      return sum
    }
  }

  /// Reference of ``Operations/addExpandBiasGradient(cotangent:into:)``.
  public static func addExpandBiasGradient(cotangent dy: Sequences, into db: inout Tensor) {
    let width = dy.length * dy.channels
    let ys = dy.dense.values
    add(into: &db) { index in
      var sum = 0.0
      for n in 0..<dy.samples { sum += Double(ys[n * width + index]) }
      return sum
    }
  }

  /// Reference of ``Operations/reduce(_:weight:bias:into:)``.
  public static func reduce(_ x: Sequences, weight: Tensor, bias: Tensor?) -> Tensor {
    let width = x.length * x.channels
    let xs = x.dense.values
    let w = weight.values
    let b = bias.map { Double($0[0]) } ?? 0
    var scores = Tensor(shape: [x.samples])
    add(into: &scores) { n in
      var sum = b
      for j in 0..<width { sum += Double(xs[n * width + j]) * Double(w[j]) }
      return sum
    }
    return scores
  }

  /// Reference of ``Operations/reduceTransposed(cotangent:weight:into:)``.
  public static func reduceTransposed(
    cotangent: Tensor, weight: Tensor, padding: Int = 2
  ) -> Sequences {
    let shape = Sequences(
      samples: cotangent.count, length: weight.shape[0], channels: weight.shape[1],
      padding: padding)
    return make(like: shape) { n, l, c in
      Double(cotangent[n]) * Double(weight[l * shape.channels + c])
    }
  }

  /// Reference of ``Operations/addReduceWeightGradient(input:cotangent:into:)``.
  public static func addReduceWeightGradient(
    input x: Sequences, cotangent: Tensor, into dw: inout Tensor
  ) {
    let width = x.length * x.channels
    let xs = x.dense.values
    add(into: &dw) { index in
      var sum = 0.0
      for n in 0..<x.samples { sum += Double(xs[n * width + index]) * Double(cotangent[n]) }
      return sum
    }
  }

  /// Reference of ``Operations/addReduceBiasGradient(cotangent:into:)``.
  public static func addReduceBiasGradient(cotangent: Tensor, into db: inout Tensor) {
    let sum = cotangent.values.reduce(0.0) { $0 + Double($1) }
    add(into: &db) { _ in sum }
  }

  /// Reference of ``Operations/product(m:n:k:a:aStrides:b:bStrides:c:cRowStride:bias:accumulate:workspace:)``.
  public static func product(
    m: Int, n: Int, k: Int,
    a: UnsafePointer<Float>, aStrides: (row: Int, column: Int),
    b: UnsafePointer<Float>, bStrides: (row: Int, column: Int),
    c: UnsafeMutablePointer<Float>, cRowStride: Int,
    bias: UnsafePointer<Float>? = nil, accumulate: Bool = false
  ) {
    for row in 0..<m {
      for column in 0..<n {
        var sum = accumulate ? Double(c[row * cRowStride + column]) : 0
        if let bias { sum += Double(bias[column]) }
        for p in 0..<k {
          sum +=
            Double(a[row * aStrides.row + p * aStrides.column])
            * Double(b[p * bStrides.row + column * bStrides.column])
        }
        c[row * cRowStride + column] = Float(sum)
      }
    }
  }
}
