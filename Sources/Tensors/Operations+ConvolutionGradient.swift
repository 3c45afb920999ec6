import CKernels

extension Operations {
  /// Adds the weight gradient of a convolution:
  /// `dw[k, i, o] += scale · Σ_n,l x[n, l + k − K/2, i] · δy[n, l, o]`.
  ///
  /// - Parameters:
  ///   - x: `[N, L, C in]`, the input (or the tangent at the input).
  ///   - samples: which samples of `x` to pair with those of `dy`; all unless given.
  ///   - dy: `[N, L, C out]` of the same padding, the cotangent at the output.
  ///   - cotangentSamples: as many samples of `dy`; all unless given.
  ///   - scale: factor of the sum.
  ///   - dw: `[K, C in, C out]`, K odd and ≤ 2 P + 1.
  ///   - workspace: scratch memory.
  public static func addConvolutionWeightGradient(
    input x: Sequences, samples: Range<Int>? = nil, cotangent dy: Sequences,
    cotangentSamples: Range<Int>? = nil, scale: Float = 1, into dw: inout Tensor,
    workspace: Workspace
  ) {
    let pair = ConvolutionPair(
      "addConvolutionWeightGradient", x, samples, dy, cotangentSamples,
      shape: KernelShape(dw))
    // dw [K · C in, C out] += windowsᵀ · δy, summed over rows in groups of L.
    let (width, inputs, outputs) = (dw.shape[0], x.channels, dy.channels)
    let window = pair.input - width / 2 * inputs
    x.read { values in
      dy.read { cotangents in
        dw.write { dw in
          workspace.scratch(count: productScratch) { scratch in
            var task = dgflow_product_t(
              m: width * inputs, n: outputs, k: pair.samples * x.length,
              row_group: width * inputs, depth_group: x.length,
              a: values + window, a_row: 1, a_row_group: 0,
              a_depth: inputs, a_depth_group: x.sampleStride,
              b: cotangents + pair.cotangent, b_column: 1, b_depth: outputs,
              b_depth_group: dy.sampleStride,
              c: dw, c_row: outputs, c_row_group: 0,
              bias: nil, scale: scale, accumulate: true, scratch: scratch)
            dgflow_product(&task)
          }
        }
      }
    }
  }

  /// Adds a pair to the sums of a weight gradient of width 5, by Winograd's algorithm.
  ///
  /// - Parameters:
  ///   - x: `[N, L, C in]`, the input (or the tangent at the input).
  ///   - samples: which samples of `x` to pair with those of `dy`; all unless given.
  ///   - dy: `[N, L, C out]` of the same padding ≥ 2, the cotangent at the output.
  ///   - cotangentSamples: as many samples of `dy`; all unless given.
  ///   - scale: factor of this pair.
  ///   - sums: those of a weight `[5, C in, C out]`.
  ///   - workspace: scratch memory.
  public static func addConvolutionWeightGradient(
    input x: Sequences, samples: Range<Int>? = nil, cotangent dy: Sequences,
    cotangentSamples: Range<Int>? = nil, scale: Float = 1, into sums: inout TransformedGradient,
    workspace: Workspace
  ) {
    let pair = ConvolutionPair(
      "addConvolutionWeightGradient", x, samples, dy, cotangentSamples,
      shape: KernelShape(
        width: TransformedWeight.width, inputs: sums.inputs, outputs: sums.outputs))
    guard pair.samples > 0 else { return }
    x.read { values in
      dy.read { cotangents in
        sums.write { sums, adds in
          workspace.scratch(count: dgflow_winograd_scratch(x.channels, dy.channels)) { scratch in
            var task = dgflow_winograd_gradient_t(
              samples: pair.samples, length: x.length, inputs: x.channels, outputs: dy.channels,
              x: values + pair.input, x_sample: x.sampleStride,
              y: cotangents + pair.cotangent, y_sample: dy.sampleStride,
              scale: scale, adds: adds, sums: sums, scratch: scratch)
            dgflow_winograd_gradient(&task)
          }
        }
      }
    }
  }

  /// Adds the weight gradient of every pair in `sums`.
  ///
  /// - Parameters:
  ///   - sums: of a weight of width 5; nothing is added when it is empty.
  ///   - dw: `[5, C in, C out]`.
  public static func addConvolutionWeightGradient(
    _ sums: TransformedGradient, into dw: inout Tensor
  ) {
    check(
      "addConvolutionWeightGradient", "dw", dw.shape, TransformedWeight.width, sums.inputs,
      sums.outputs)
    guard !sums.isEmpty else { return }
    sums.read { values in
      dw.write { dgflow_winograd_gradient_end(sums.inputs, sums.outputs, values, $0) }
    }
  }

  /// Adds the bias gradient of a convolution: `db[o] += Σ_n,l δy[n, l, o]`.
  ///
  /// - Parameters:
  ///   - dy: `[N, L, C out]`.
  ///   - samples: which samples to add; all unless given.
  ///   - db: `[C out]`.
  public static func addBiasGradient(
    cotangent dy: Sequences, samples: Range<Int>? = nil, into db: inout Tensor
  ) {
    check("addBiasGradient", "db", db.shape, dy.channels)
    let samples = dy.checked("addBiasGradient", samples)
    let start = dy.offset(sample: samples.lowerBound, position: 0)
    dy.read { values in
      db.write { db in
        dgflow_add_row_sums(
          samples.count * dy.length, dy.channels, values + start, dy.length, dy.sampleStride, db)
      }
    }
  }
}

/// Where the samples of an input and a cotangent begin that a weight gradient pairs, and their
/// number.
private struct ConvolutionPair {
  let samples: Int
  let input: Int
  let cotangent: Int

  init(
    _ operation: StaticString, _ x: Sequences, _ inputSamples: Range<Int>?, _ dy: Sequences,
    _ cotangentSamples: Range<Int>?, shape: KernelShape
  ) {
    let inputSamples = x.checked(operation, inputSamples)
    let cotangentSamples = dy.checked(operation, cotangentSamples)
    Operations.checkConvolution(
      operation, input: x, samples: inputSamples.count, weight: shape, output: dy,
      outputSamples: cotangentSamples.count)
    samples = inputSamples.count
    input = x.offset(sample: inputSamples.lowerBound, position: 0)
    cotangent = dy.offset(sample: cotangentSamples.lowerBound, position: 0)
  }
}

extension Sequences {
  /// A range of samples, or all of them.
  fileprivate func checked(_ operation: StaticString, _ range: Range<Int>?) -> Range<Int> {
    let range = range ?? 0..<samples
    precondition(
      range.lowerBound >= 0 && range.upperBound <= samples,
      "\(operation): samples \(range) are outside 0..<\(samples)")
    return range
  }
}
