extension Operations {
  /// Linear map from latents to sequences: `y[n, l, c] = b[l, c] + Σ_z w[z, l, c] · x[n, z]`.
  ///
  /// - Parameters:
  ///   - z: `[N, Z]`.
  ///   - weight: `[Z, L, C]`.
  ///   - bias: `[L, C]`, or none.
  ///   - y: `[N, L, C]`, overwritten; padding rows zero.
  ///   - workspace: scratch memory for packed weights.
  public static func expand(
    _ z: Tensor, weight: Tensor, bias: Tensor?, into y: inout Sequences, workspace: Workspace
  ) {
    checkExpansion("expand", latents: z, weight: weight, output: y)
    if let bias { check("expand", "bias", bias.shape, [y.length, y.channels]) }
    y = ReferenceOperations.expand(z, weight: weight, bias: bias, padding: y.padding)
  }

  /// Transposed expansion: `δz[n, z] = Σ_l,c w[z, l, c] · δy[n, l, c]`.
  ///
  /// - Parameters:
  ///   - dy: `[N, L, C]`.
  ///   - weight: `[Z, L, C]`.
  ///   - dz: `[N, Z]`, overwritten.
  ///   - workspace: scratch memory.
  public static func expandTransposed(
    _ dy: Sequences, weight: Tensor, into dz: inout Tensor, workspace: Workspace
  ) {
    checkExpansion("expandTransposed", latents: dz, weight: weight, output: dy)
    dz = ReferenceOperations.expandTransposed(dy, weight: weight)
  }

  /// Adds the weight gradient of an expansion: `dw[z, l, c] += Σ_n z[n, z] · δy[n, l, c]`.
  ///
  /// - Parameters:
  ///   - z: `[N, Z]`, the latents.
  ///   - dy: `[N, L, C]`, the cotangent at the output.
  ///   - dw: `[Z, L, C]`.
  ///   - workspace: scratch memory.
  public static func addExpandWeightGradient(
    input z: Tensor, cotangent dy: Sequences, into dw: inout Tensor, workspace: Workspace
  ) {
    checkExpansion("addExpandWeightGradient", latents: z, weight: dw, output: dy)
    ReferenceOperations.addExpandWeightGradient(input: z, cotangent: dy, into: &dw)
  }

  /// Adds the bias gradient of an expansion: `db[l, c] += Σ_n δy[n, l, c]`.
  ///
  /// - Parameters:
  ///   - dy: `[N, L, C]`.
  ///   - db: `[L, C]`.
  public static func addExpandBiasGradient(cotangent dy: Sequences, into db: inout Tensor) {
    check("addExpandBiasGradient", "db", db.shape, [dy.length, dy.channels])
    ReferenceOperations.addExpandBiasGradient(cotangent: dy, into: &db)
  }

  private static func checkExpansion(
    _ operation: StaticString, latents z: Tensor, weight: Tensor, output y: Sequences
  ) {
    precondition(
      weight.shape.count == 3 && weight.shape[1] == y.length && weight.shape[2] == y.channels,
      """
      \(operation): weight has shape \(weight.shape), \
      expected [Z, \(y.length), \(y.channels)]
      """)
    check(operation, "latents", z.shape, [y.samples, weight.shape[0]])
  }
}
