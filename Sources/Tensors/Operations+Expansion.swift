import CKernels

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
    if let bias { check("expand", "bias", bias.shape, y.length, y.channels) }
    let (latents, width) = (weight.shape[0], y.length * y.channels)
    let (samples, stride) = (y.samples, y.sampleStride)
    let target = y.offset(sample: 0, position: 0)
    z.read { z in
      weight.read { weight in
        withOptional(bias) { bias in
          y.write { y in
            product(
              m: samples, n: width, k: latents, a: z, aStrides: (latents, 1),
              b: weight, bStrides: (width, 1), c: y + target, cRowStride: stride, bias: bias,
              workspace: workspace)
          }
        }
      }
    }
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
    let (latents, width) = (weight.shape[0], dy.length * dy.channels)
    let start = dy.offset(sample: 0, position: 0)
    dy.read { values in
      weight.read { weight in
        dz.write { dz in
          dgflow_dots(
            dy.samples, latents, width, values + start, dy.sampleStride, weight, width, dz,
            latents)
        }
      }
    }
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
    let (latents, width) = (dw.shape[0], dy.length * dy.channels)
    let start = dy.offset(sample: 0, position: 0)
    z.read { z in
      dy.read { values in
        dw.write { dw in
          product(
            m: latents, n: width, k: dy.samples, a: z, aStrides: (1, latents),
            b: values + start, bStrides: (dy.sampleStride, 1), c: dw, cRowStride: width,
            accumulate: true, workspace: workspace)
        }
      }
    }
  }

  /// Adds the bias gradient of an expansion: `db[l, c] += Σ_n δy[n, l, c]`.
  ///
  /// - Parameters:
  ///   - dy: `[N, L, C]`.
  ///   - db: `[L, C]`.
  public static func addExpandBiasGradient(cotangent dy: Sequences, into db: inout Tensor) {
    check("addExpandBiasGradient", "db", db.shape, dy.length, dy.channels)
    let width = dy.length * dy.channels
    dy.read { values in
      db.write { db in
        for sample in 0..<dy.samples {
          dgflow_add_scaled(width, 1, values + dy.offset(sample: sample, position: 0), db)
        }
      }
    }
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
    check(operation, "latents", z.shape, y.samples, weight.shape[0])
  }
}
