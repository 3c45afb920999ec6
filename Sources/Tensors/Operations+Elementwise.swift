extension Operations {
  /// Rectifier `y = max(x, 0)`.
  ///
  /// `NaN` becomes 0. Shapes `[N, L, C]`, equal.
  public static func rectify(_ x: Sequences, into y: inout Sequences) {
    check("rectify", "y", y, like: x)
    y = ReferenceOperations.rectify(x)
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
    y = ReferenceOperations.mask(t, wherePositive: x)
  }

  /// Scaled sum `y += scale · x` of batches of equal shape.
  public static func add(_ x: Sequences, scale: Float, into y: inout Sequences) {
    check("add", "y", y, like: x)
    y = ReferenceOperations.add(x, scale: scale, to: y)
  }

  /// Scaled sum `y += scale · x` of tensors of equal shape.
  public static func add(_ x: Tensor, scale: Float, into y: inout Tensor) {
    check("add", "y", y.shape, x.shape)
    for index in 0..<x.count { y[index] += scale * x[index] }
  }

  /// Tokens as one-hot rows: `x[n, l, c] = 1` where `c` is token (n, l), otherwise 0.
  ///
  /// - Parameters:
  ///   - tokens: `[N, L]` row-major, each below V.
  ///   - x: `[N, L, V]`, overwritten.
  public static func oneHot(_ tokens: UnsafeBufferPointer<UInt16>, into x: inout Sequences) {
    check("oneHot", "tokens", [tokens.count], [x.samples * x.length])
    x = ReferenceOperations.oneHot(
      Array(tokens), samples: x.samples, length: x.length, symbols: x.channels, padding: x.padding)
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
    check("interpolate", "weights", [weights.count], [real.samples])
    x = ReferenceOperations.interpolate(real, fake, weights: weights)
  }

  /// Euclidean norm of each sample over positions and channels, accumulated in Double.
  public static func sampleNorms(_ g: Sequences) -> [Float] {
    ReferenceOperations.sampleNorms(g)
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
    check("scaleSamples", "factors", [factors.count], [g.samples])
    y = ReferenceOperations.scaleSamples(g, by: factors)
  }
}
