import CKernels

extension Operations {
  /// Rectifier `y = max(x, 0)`.
  ///
  /// `NaN` becomes 0. Shapes `[N, L, C]`, equal.
  public static func rectify(_ x: Sequences, into y: inout Sequences) {
    check("rectify", "y", y, like: x)
    x.read { values in y.write { dgflow_rectify(x.count, values, $0) } }
  }

  /// `y = t · [x > 0]`: the derivative of ``rectify(_:into:)`` in both directions.
  ///
  /// - Parameters:
  ///   - t: tangent or cotangent `[N, L, C]`.
  ///   - x: the input of the rectifier, or its output: both have the same sign.
  ///   - y: `[N, L, C]`, overwritten.
  public static func mask(
    _ t: Sequences, wherePositive x: Sequences, into y: inout Sequences
  ) {
    check("mask", "x", x, like: t)
    check("mask", "y", y, like: t)
    t.read { t in
      x.read { values in y.write { dgflow_mask(x.count, t, values, $0) } }
    }
  }

  /// Scaled sum `y += scale · x` of batches of equal shape.
  public static func add(_ x: Sequences, scale: Float, into y: inout Sequences) {
    check("add", "y", y, like: x)
    x.read { values in y.write { dgflow_add_scaled(x.count, scale, values, $0) } }
  }

  /// Scaled sum `y += scale · x` of tensors of equal shape.
  public static func add(_ x: Tensor, scale: Float, into y: inout Tensor) {
    check("add", "y", y.shape, x.shape)
    x.read { values in y.write { dgflow_add_scaled(x.count, scale, values, $0) } }
  }

  /// Tokens as one-hot rows: `x[n, l, c] = 1` where `c` is token (n, l), otherwise 0.
  ///
  /// - Parameters:
  ///   - tokens: `[N, L]` row-major, each below V.
  ///   - x: `[N, L, V]`, overwritten.
  public static func oneHot(_ tokens: UnsafeBufferPointer<UInt16>, into x: inout Sequences) {
    precondition(
      tokens.count == x.samples * x.length,
      "oneHot: \(tokens.count) tokens for samples \(x.shape)")
    let (samples, length, symbols) = (x.samples, x.length, x.channels)
    let (start, stride) = (x.offset(sample: 0, position: 0), x.sampleStride)
    x.write { x in
      for sample in 0..<samples {
        let rows = x + start + sample * stride
        rows.update(repeating: 0, count: length * symbols)
        for position in 0..<length {
          let token = Int(tokens[sample * length + position])
          precondition(token < symbols, "oneHot: token \(token) is not below \(symbols)")
          rows[position * symbols + token] = 1
        }
      }
    }
  }

  /// A point between two batches for each sample: `x = real + α[n] · (fake − real)`.
  ///
  /// - Parameters:
  ///   - real: `[N, L, C]`.
  ///   - fake: `[N, L, C]`.
  ///   - weights: α, one for each sample.
  ///   - x: `[N, L, C]`, overwritten.
  public static func interpolate(
    _ real: Sequences, _ fake: Sequences, weights: [Float], into x: inout Sequences
  ) {
    check("interpolate", "fake", fake, like: real)
    check("interpolate", "x", x, like: real)
    precondition(
      weights.count == real.samples,
      "interpolate: \(weights.count) weights for \(real.samples) samples")
    real.read { a in
      fake.read { b in
        x.write { x in
          for sample in 0..<real.samples {
            let at = real.offset(sample: sample, position: 0)
            dgflow_interpolate(
              real.length * real.channels, weights[sample], a + at, b + at, x + at)
          }
        }
      }
    }
  }

  /// Euclidean norm of each sample over positions and channels, accumulated in Double.
  public static func sampleNorms(_ g: Sequences) -> [Float] {
    g.read { values in
      (0..<g.samples).map { sample in
        let from = values + g.offset(sample: sample, position: 0)
        return Float(dgflow_square_sum(g.length * g.channels, from).squareRoot())
      }
    }
  }

  /// `y[n, l, c] = factors[n] · g[n, l, c]`.
  ///
  /// - Parameters:
  ///   - g: `[N, L, C]`.
  ///   - factors: one for each sample.
  ///   - y: `[N, L, C]`, overwritten.
  public static func scaleSamples(
    _ g: Sequences, by factors: [Float], into y: inout Sequences
  ) {
    check("scaleSamples", "y", y, like: g)
    precondition(
      factors.count == g.samples,
      "scaleSamples: \(factors.count) factors for \(g.samples) samples")
    g.read { values in
      y.write { y in
        for sample in 0..<g.samples {
          let at = g.offset(sample: sample, position: 0)
          dgflow_scale(g.length * g.channels, factors[sample], values + at, y + at)
        }
      }
    }
  }
}
