import CKernels

extension Operations {
  /// Convolution over positions, zero outside a sample:
  /// `y[n, l, o] = finish(b[o] + Σ_k,i w[k, i, o] · x[n, l + k − K/2, i])`.
  ///
  /// - Parameters:
  ///   - x: `[N, L, C in]`.
  ///   - weight: `[K, C in, C out]`, K odd and ≤ 2 P + 1.
  ///   - transformed: the same weight transformed: computes by Winograd's algorithm. None: the
  ///     plain sum.
  ///   - bias: `[C out]`, or none.
  ///   - finish: what becomes of the sums.
  ///   - y: `[N, L, C out]` of the same padding, overwritten; padding rows zero.
  ///   - workspace: scratch memory.
  public static func convolve(
    _ x: Sequences, weight: Tensor, transformed: TransformedWeight? = nil, bias: Tensor?,
    then finish: ConvolutionFinish = .none, into y: inout Sequences, workspace: Workspace
  ) {
    checkConvolution("convolve", input: x, weight: KernelShape(weight), output: y)
    finish.check("convolve", like: y)
    if let bias { check("convolve", "bias", bias.shape, weight.shape[2]) }
    if let transformed {
      check("convolve", transformed: transformed, like: weight)
      withOptional(bias) { bias in
        winograd(
          x, weight: transformed, isTransposed: false, bias: bias, then: finish, into: &y,
          workspace: workspace)
      }
      return
    }
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
            finishRows(
              finish, of: y, at: target, samples: samples, count: length * outputs,
              stride: outputStride)
          }
        }
      }
    }
  }

  /// Transposed convolution, the input gradient of
  /// ``convolve(_:weight:transformed:bias:then:into:workspace:)``:
  /// `δx[n, l, i] = finish(Σ_k,o w[k, i, o] · δy[n, l − k + K/2, o])`.
  ///
  /// - Parameters:
  ///   - dy: `[N, L, C out]`.
  ///   - weight: `[K, C in, C out]`, K odd and ≤ 2 P + 1.
  ///   - transformed: the same weight transformed: computes by Winograd's algorithm. None: the
  ///     plain sum.
  ///   - finish: what becomes of the sums.
  ///   - dx: `[N, L, C in]` of the same padding, overwritten; padding rows zero.
  ///   - workspace: scratch memory.
  public static func convolveTransposed(
    _ dy: Sequences, weight: Tensor, transformed: TransformedWeight? = nil,
    then finish: ConvolutionFinish = .none, into dx: inout Sequences, workspace: Workspace
  ) {
    checkConvolution("convolveTransposed", input: dx, weight: KernelShape(weight), output: dy)
    finish.check("convolveTransposed", like: dx)
    if let transformed {
      check("convolveTransposed", transformed: transformed, like: weight)
      winograd(
        dy, weight: transformed, isTransposed: true, bias: nil, then: finish, into: &dx,
        workspace: workspace)
      return
    }
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
          finishRows(
            finish, of: dx, at: target, samples: samples, count: length * inputs,
            stride: inputStride)
        }
      }
    }
  }

  /// The convolution, or its transpose, by Winograd's algorithm.
  private static func winograd(
    _ x: Sequences, weight: TransformedWeight, isTransposed: Bool, bias: UnsafePointer<Float>?,
    then finish: ConvolutionFinish, into y: inout Sequences, workspace: Workspace
  ) {
    let source = x.offset(sample: 0, position: 0)
    let target = y.offset(sample: 0, position: 0)
    let (outputs, outputStride) = (y.channels, y.sampleStride)
    let scratchCount = dgflow_winograd_scratch(x.channels, outputs)
    x.read { values in
      weight.read(transposed: isTransposed) { weight in
        finish.read(bias: bias, offset: target) { finish in
          y.write { y in
            workspace.scratch(count: scratchCount) { scratch in
              var task = dgflow_winograd_t(
                samples: x.samples, length: x.length, inputs: x.channels, outputs: outputs,
                x: values + source, x_sample: x.sampleStride, weight: weight, y: y + target,
                y_sample: outputStride, finish: finish, scratch: scratch)
              dgflow_winograd(&task)
            }
          }
        }
      }
    }
  }

  /// What remains to be done with the plain sums of each sample.
  private static func finishRows(
    _ finish: ConvolutionFinish, of y: UnsafeMutablePointer<Float>, at target: Int, samples: Int,
    count: Int, stride: Int
  ) {
    guard !finish.isIdentity else { return }
    for sample in 0..<samples {
      let start = target + sample * stride
      finish.read(bias: nil, offset: start) { finish in
        withUnsafePointer(to: finish) { dgflow_finish(count, $0, y + start) }
      }
    }
  }

  static func checkConvolution(
    _ operation: StaticString, input x: Sequences, samples: Int? = nil, weight shape: KernelShape,
    output y: Sequences, outputSamples: Int? = nil
  ) {
    precondition(
      shape.inputs == x.channels && shape.outputs == y.channels && shape.width % 2 == 1,
      "\(operation): weight has shape \(shape), expected [odd K, \(x.channels), \(y.channels)]")
    precondition(
      shape.width <= 2 * x.padding + 1,
      "\(operation): width \(shape.width) needs padding \(shape.width / 2), not \(x.padding)")
    let (inputs, outputs) = (samples ?? x.samples, outputSamples ?? y.samples)
    precondition(
      inputs == outputs && x.length == y.length && x.padding == y.padding,
      """
      \(operation): input is \([inputs, x.length, x.channels]) with padding \(x.padding), \
      output is \([outputs, y.length, y.channels]) with padding \(y.padding)
      """)
  }

  private static func check(
    _ operation: StaticString, transformed: TransformedWeight, like weight: Tensor
  ) {
    check(
      operation, "weight", weight.shape, TransformedWeight.width, transformed.inputs,
      transformed.outputs)
  }
}

/// The shape `[K, C in, C out]` of a convolution's weight.
struct KernelShape: CustomStringConvertible {
  let width: Int
  let inputs: Int
  let outputs: Int

  var description: String { "[\(width), \(inputs), \(outputs)]" }

  init(width: Int, inputs: Int, outputs: Int) {
    self.width = width
    self.inputs = inputs
    self.outputs = outputs
  }

  init(_ weight: Tensor) {
    precondition(
      weight.shape.count == 3,
      "convolution: weight has shape \(weight.shape), expected three extents")
    self.init(width: weight.shape[0], inputs: weight.shape[1], outputs: weight.shape[2])
  }
}
