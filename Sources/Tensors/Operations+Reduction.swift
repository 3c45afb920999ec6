extension Operations {
  /// Linear map from sequences to scores: `score[n] = b + Σ_l,c w[l, c] · x[n, l, c]`.
  ///
  /// - Parameters:
  ///   - x: `[N, L, C]`.
  ///   - weight: `[L, C]`.
  ///   - bias: `[1]`, or none.
  ///   - scores: `[N]`, overwritten.
  public static func reduce(
    _ x: Sequences, weight: Tensor, bias: Tensor?, into scores: inout Tensor
  ) {
    check("reduce", "weight", weight.shape, [x.length, x.channels])
    check("reduce", "scores", scores.shape, [x.samples])
    if let bias { check("reduce", "bias", bias.shape, [1]) }
    scores = ReferenceOperations.reduce(x, weight: weight, bias: bias)
  }

  /// Transposed reduction: `δx[n, l, c] = w[l, c] · δscore[n]`.
  ///
  /// - Parameters:
  ///   - cotangent: `[N]`.
  ///   - weight: `[L, C]`.
  ///   - dx: `[N, L, C]`, overwritten; padding rows zero.
  public static func reduceTransposed(
    cotangent: Tensor, weight: Tensor, into dx: inout Sequences
  ) {
    check("reduceTransposed", "weight", weight.shape, [dx.length, dx.channels])
    check("reduceTransposed", "cotangent", cotangent.shape, [dx.samples])
    dx = ReferenceOperations.reduceTransposed(
      cotangent: cotangent, weight: weight, padding: dx.padding)
  }

  /// Adds the weight gradient of a reduction: `dw[l, c] += Σ_n δscore[n] · x[n, l, c]`.
  ///
  /// - Parameters:
  ///   - x: `[N, L, C]`, the input (or the tangent at the input).
  ///   - cotangent: `[N]`.
  ///   - dw: `[L, C]`.
  public static func addReduceWeightGradient(
    input x: Sequences, cotangent: Tensor, into dw: inout Tensor
  ) {
    check("addReduceWeightGradient", "dw", dw.shape, [x.length, x.channels])
    check("addReduceWeightGradient", "cotangent", cotangent.shape, [x.samples])
    ReferenceOperations.addReduceWeightGradient(input: x, cotangent: cotangent, into: &dw)
  }

  /// Adds the bias gradient of a reduction: `db[0] += Σ_n δscore[n]`, summed in Double.
  ///
  /// - Parameters:
  ///   - cotangent: `[N]`.
  ///   - db: `[1]`.
  public static func addReduceBiasGradient(cotangent: Tensor, into db: inout Tensor) {
    check("addReduceBiasGradient", "db", db.shape, [1])
    ReferenceOperations.addReduceBiasGradient(cotangent: cotangent, into: &db)
  }
}
