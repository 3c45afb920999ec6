extension ReferenceOperations {
  /// Reference of ``Operations/rectify(_:into:)``.
  public static func rectify(_ x: Sequences) -> Sequences {
    make(like: x) { n, l, c in Double(Swift.max(x[n, l, c], 0)) }
  }

  /// Reference of ``Operations/mask(_:wherePositive:into:)``.
  public static func mask(_ t: Sequences, wherePositive x: Sequences) -> Sequences {
    make(like: x) { n, l, c in x[n, l, c] > 0 ? Double(t[n, l, c]) : 0 }
  }

  /// Reference of ``Operations/add(_:scale:into:)-swift.type.method``: y + scale · x.
  public static func add(_ x: Sequences, scale: Float, to y: Sequences) -> Sequences {
    make(like: x) { n, l, c in Double(y[n, l, c]) + Double(scale) * Double(x[n, l, c]) }
  }

  /// Reference of ``Operations/oneHot(_:into:)``.
  public static func oneHot(
    _ tokens: [UInt16], samples: Int, length: Int, symbols: Int, padding: Int = 2
  ) -> Sequences {
    let shape = Sequences(samples: samples, length: length, channels: symbols, padding: padding)
    return make(like: shape) { n, l, c in Int(tokens[n * length + l]) == c ? 1 : 0 }
  }

  /// Reference of ``Operations/interpolate(_:_:weights:into:)``.
  public static func interpolate(
    _ real: Sequences, _ fake: Sequences, weights: [Float]
  ) -> Sequences {
    make(like: real) { n, l, c in
      let start = Double(real[n, l, c])
      return start + Double(weights[n]) * (Double(fake[n, l, c]) - start)
    }
  }

  /// Reference of ``Operations/sampleNorms(_:)``.
  public static func sampleNorms(_ g: Sequences) -> [Float] {
    (0..<g.samples).map { n in
      var sum = 0.0
      for l in 0..<g.length {
        for c in 0..<g.channels { sum += Double(g[n, l, c]) * Double(g[n, l, c]) }
      }
      return Float(sum.squareRoot())
    }
  }

  /// Reference of ``Operations/scaleSamples(_:by:into:)``.
  public static func scaleSamples(_ g: Sequences, by factors: [Float]) -> Sequences {
    make(like: g) { n, l, c in Double(factors[n]) * Double(g[n, l, c]) }
  }
}
