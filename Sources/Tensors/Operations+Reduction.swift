import CKernels

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
    check("reduce", "weight", weight.shape, x.length, x.channels)
    check("reduce", "scores", scores.shape, x.samples)
    if let bias { check("reduce", "bias", bias.shape, 1) }
    let width = x.length * x.channels
    let shift = bias?[0] ?? 0
    x.read { values in
      weight.read { weight in
        scores.write { scores in
          dgflow_dots(
            x.samples, 1, width, values + x.offset(sample: 0, position: 0), x.sampleStride,
            weight, width, scores, 1)
          for sample in 0..<x.samples { scores[sample] += shift }
        }
      }
    }
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
    check("reduceTransposed", "weight", weight.shape, dx.length, dx.channels)
    check("reduceTransposed", "cotangent", cotangent.shape, dx.samples)
    let (samples, stride) = (dx.samples, dx.sampleStride)
    let start = dx.offset(sample: 0, position: 0)
    cotangent.read { cotangent in
      weight.read { values in
        dx.write { dx in
          for sample in 0..<samples {
            dgflow_scale(
              weight.count, cotangent[sample], values, dx + start + sample * stride)
          }
        }
      }
    }
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
    check("addReduceWeightGradient", "dw", dw.shape, x.length, x.channels)
    check("addReduceWeightGradient", "cotangent", cotangent.shape, x.samples)
    let width = x.length * x.channels
    x.read { values in
      cotangent.read { cotangent in
        dw.write { dw in
          for sample in 0..<x.samples {
            dgflow_add_scaled(
              width, cotangent[sample], values + x.offset(sample: sample, position: 0), dw)
          }
        }
      }
    }
  }

  /// Adds the bias gradient of a reduction: `db[0] += Σ_n δscore[n]`, summed in Double.
  ///
  /// - Parameters:
  ///   - cotangent: `[N]`.
  ///   - db: `[1]`.
  public static func addReduceBiasGradient(cotangent: Tensor, into db: inout Tensor) {
    check("addReduceBiasGradient", "db", db.shape, 1)
    let sum = cotangent.withUnsafeValues { $0.reduce(0.0) { $0 + Double($1) } }
    db[0] = Float(Double(db[0]) + sum)
  }
}
