extension Operations {
  /// Convolution over positions, zero outside a sample:
  /// `y[n, l, o] = b[o] + Σ_k,i w[k, i, o] · x[n, l + k − K/2, i]`.
  ///
  /// - Parameters:
  ///   - x: `[N, L, C in]`.
  ///   - weight: `[K, C in, C out]`, K odd and ≤ 2 P + 1.
  ///   - bias: `[C out]`, or none.
  ///   - y: `[N, L, C out]` of the same padding, overwritten; padding rows zero.
  ///   - workspace: scratch memory for packed weights.
  public static func convolve(
    _ x: Sequences, weight: Tensor, bias: Tensor?, into y: inout Sequences, workspace: Workspace
  ) {
    checkConvolution("convolve", input: x, weight: weight, output: y)
    if let bias { check("convolve", "bias", bias.shape, [weight.shape[2]]) }
    y = ReferenceOperations.convolve(x, weight: weight, bias: bias)
  }

  /// Transposed convolution, the input gradient of ``convolve(_:weight:bias:into:workspace:)``:
  /// `δx[n, l, i] = Σ_k,o w[k, i, o] · δy[n, l − k + K/2, o]`.
  ///
  /// - Parameters:
  ///   - dy: `[N, L, C out]`.
  ///   - weight: `[K, C in, C out]`, K odd and ≤ 2 P + 1.
  ///   - dx: `[N, L, C in]` of the same padding, overwritten; padding rows zero.
  ///   - workspace: scratch memory for packed weights.
  public static func convolveTransposed(
    _ dy: Sequences, weight: Tensor, into dx: inout Sequences, workspace: Workspace
  ) {
    checkConvolution("convolveTransposed", input: dx, weight: weight, output: dy)
    dx = ReferenceOperations.convolveTransposed(dy, weight: weight)
  }

  /// Adds the weight gradient of a convolution:
  /// `dw[k, i, o] += scale · Σ_n,l x[n, l + k − K/2, i] · δy[n, l, o]`.
  ///
  /// - Parameters:
  ///   - x: `[N, L, C in]`, the input (or the tangent at the input).
  ///   - dy: `[N, L, C out]` of the same padding, the cotangent at the output.
  ///   - scale: factor of the sum.
  ///   - dw: `[K, C in, C out]`, K odd and ≤ 2 P + 1.
  ///   - workspace: scratch memory.
  public static func addConvolutionWeightGradient(
    input x: Sequences, cotangent dy: Sequences, scale: Float = 1, into dw: inout Tensor,
    workspace: Workspace
  ) {
    checkConvolution("addConvolutionWeightGradient", input: x, weight: dw, output: dy)
    ReferenceOperations.addConvolutionWeightGradient(
      input: x, cotangent: dy, scale: scale, into: &dw)
  }

  /// Adds the bias gradient of a convolution: `db[o] += Σ_n,l δy[n, l, o]`.
  ///
  /// - Parameters:
  ///   - dy: `[N, L, C out]`.
  ///   - db: `[C out]`.
  public static func addBiasGradient(cotangent dy: Sequences, into db: inout Tensor) {
    check("addBiasGradient", "db", db.shape, [dy.channels])
    ReferenceOperations.addBiasGradient(cotangent: dy, into: &db)
  }

  private static func checkConvolution(
    _ operation: StaticString, input x: Sequences, weight: Tensor, output y: Sequences
  ) {
    precondition(
      weight.shape.count == 3 && weight.shape[1] == x.channels && weight.shape[2] == y.channels
        && weight.shape[0] % 2 == 1,
      """
      \(operation): weight has shape \(weight.shape), \
      expected [odd K, \(x.channels), \(y.channels)]
      """)
    precondition(
      weight.shape[0] <= 2 * x.padding + 1,
      "\(operation): width \(weight.shape[0]) needs padding \(weight.shape[0] / 2), not \(x.padding)"
    )
    precondition(
      x.samples == y.samples && x.length == y.length && x.padding == y.padding,
      """
      \(operation): input is \(x.shape) with padding \(x.padding), \
      output is \(y.shape) with padding \(y.padding)
      """)
  }
}
