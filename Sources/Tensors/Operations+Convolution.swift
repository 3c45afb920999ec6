import CKernels

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
    let (width, inputs, outputs) = (weight.shape[0], x.channels, y.channels)
    let (length, samples) = (x.length, x.samples)
    let window = x.offset(sample: 0, position: 0) - width / 2 * inputs
    let target = y.offset(sample: 0, position: 0)
    let (inputStride, outputStride) = (x.sampleStride, y.sampleStride)
    x.read { x in
      weight.read { weight in
        withOptional(bias) { bias in
          y.write { y in
            workspace.scratch(count: productScratch) { scratch in
              var task = dgflow_product_t(
                m: samples * length, n: outputs, k: width * inputs,
                row_group: length, depth_group: width * inputs,
                a: x + window, a_row: inputs, a_row_group: inputStride,
                a_depth: 1, a_depth_group: 0,
                b: weight, b_column: 1, b_depth: outputs, b_depth_group: 0,
                c: y + target, c_row: outputs, c_row_group: outputStride,
                bias: bias, scale: 1, accumulate: false, scratch: scratch)
              dgflow_product(&task)
            }
          }
        }
      }
    }
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
    // The same product with the weights flipped: row (k, o) of b is column o of w[K − 1 − k].
    let (width, inputs, outputs) = (weight.shape[0], dx.channels, dy.channels)
    let (length, samples) = (dy.length, dy.samples)
    let window = dy.offset(sample: 0, position: 0) - width / 2 * outputs
    let target = dx.offset(sample: 0, position: 0)
    let (inputStride, outputStride) = (dx.sampleStride, dy.sampleStride)
    dy.read { dy in
      weight.read { weight in
        dx.write { dx in
          workspace.scratch(count: productScratch) { scratch in
            var task = dgflow_product_t(
              m: samples * length, n: inputs, k: width * outputs,
              row_group: length, depth_group: outputs,
              a: dy + window, a_row: outputs, a_row_group: outputStride,
              a_depth: 1, a_depth_group: outputs,
              b: weight + (width - 1) * inputs * outputs, b_column: outputs,
              b_depth: 1, b_depth_group: -inputs * outputs,
              c: dx + target, c_row: inputs, c_row_group: inputStride,
              bias: nil, scale: 1, accumulate: false, scratch: scratch)
            dgflow_product(&task)
          }
        }
      }
    }
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
    // dw [K · C in, C out] += windowsᵀ · δy, summed over rows in groups of L.
    let (width, inputs, outputs) = (dw.shape[0], x.channels, dy.channels)
    let (length, samples) = (x.length, x.samples)
    let window = x.offset(sample: 0, position: 0) - width / 2 * inputs
    let cotangent = dy.offset(sample: 0, position: 0)
    let (inputStride, outputStride) = (x.sampleStride, dy.sampleStride)
    x.read { x in
      dy.read { dy in
        dw.write { dw in
          workspace.scratch(count: productScratch) { scratch in
            var task = dgflow_product_t(
              m: width * inputs, n: outputs, k: samples * length,
              row_group: width * inputs, depth_group: length,
              a: x + window, a_row: 1, a_row_group: 0,
              a_depth: inputs, a_depth_group: inputStride,
              b: dy + cotangent, b_column: 1, b_depth: outputs, b_depth_group: outputStride,
              c: dw, c_row: outputs, c_row_group: 0,
              bias: nil, scale: scale, accumulate: true, scratch: scratch)
            dgflow_product(&task)
          }
        }
      }
    }
  }

  /// Adds the bias gradient of a convolution: `db[o] += Σ_n,l δy[n, l, o]`.
  ///
  /// - Parameters:
  ///   - dy: `[N, L, C out]`.
  ///   - db: `[C out]`.
  public static func addBiasGradient(cotangent dy: Sequences, into db: inout Tensor) {
    check("addBiasGradient", "db", db.shape, [dy.channels])
    let start = dy.offset(sample: 0, position: 0)
    dy.read { values in
      db.write { db in
        dgflow_add_row_sums(
          dy.samples * dy.length, dy.channels, values + start, dy.length, dy.sampleStride, db)
      }
    }
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
