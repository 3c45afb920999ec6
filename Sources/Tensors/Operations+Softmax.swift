import CKernels

extension Operations {
  /// Probabilities over the channels of each position: `p_c = e^(s x_c − max s x) / Σ_j e^(s x_j −
  /// max s x)`.
  ///
  /// - Parameters:
  ///   - logits: `[N, L, V]`, finite.
  ///   - scale: s, the inverse of a temperature.
  ///   - p: `[N, L, V]`, overwritten; padding rows zero.
  public static func softmax(_ logits: Sequences, scale: Float = 1, into p: inout Sequences) {
    check("softmax", "p", p, like: logits)
    let width = logits.length * logits.channels
    logits.read { values in
      p.write { p in
        for sample in 0..<logits.samples {
          let at = logits.offset(sample: sample, position: 0)
          if scale != 1 { dgflow_scale(width, scale, values + at, p + at) }
          dgflow_softmax(
            logits.length, logits.channels, scale == 1 ? values + at : UnsafePointer(p + at),
            p + at)
        }
      }
    }
  }

  /// Derivative of the softmax times a vector, `y = s p ⊙ (t − ⟨p, t⟩)`.
  ///
  /// The Jacobian is symmetric, so this serves tangents and cotangents alike.
  ///
  /// - Parameters:
  ///   - p: probabilities `[N, L, V]`.
  ///   - t: tangent or cotangent `[N, L, V]`.
  ///   - scale: s, that of ``softmax(_:scale:into:)``.
  ///   - y: `[N, L, V]`, overwritten; padding rows zero.
  public static func softmaxDerivative(
    _ p: Sequences, _ t: Sequences, scale: Float = 1, into y: inout Sequences
  ) {
    check("softmaxDerivative", "t", t, like: p)
    check("softmaxDerivative", "y", y, like: p)
    let width = p.length * p.channels
    p.read { values in
      t.read { t in
        y.write { y in
          for sample in 0..<p.samples {
            let at = p.offset(sample: sample, position: 0)
            dgflow_softmax_derivative(p.length, p.channels, values + at, t + at, y + at)
            if scale != 1 { dgflow_scale(width, scale, y + at, y + at) }
          }
        }
      }
    }
  }

  /// The most probable token of each position `[N, L]`, row-major; the first maximum wins.
  ///
  /// At most 65,536 channels. A `NaN` is never the maximum unless it stands first.
  public static func argmax(_ p: Sequences) -> [UInt16] {
    precondition(p.channels <= 65_536, "argmax: \(p.channels) channels do not fit in UInt16")
    return p.read { values in
      [UInt16](unsafeUninitializedCapacity: p.samples * p.length) { tokens, count in
        count = p.samples * p.length
        guard let first = tokens.baseAddress else { return }
        for sample in 0..<p.samples {
          dgflow_argmax(
            p.length, p.channels, values + p.offset(sample: sample, position: 0),
            first + sample * p.length)
        }
      }
    }
  }
}
