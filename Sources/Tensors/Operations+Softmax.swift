import CKernels

extension Operations {
  /// Probabilities over the channels of each position: `p_c = e^(x_c − max x) / Σ_j e^(x_j − max x)`.
  ///
  /// - Parameters:
  ///   - logits: `[N, L, V]`, finite.
  ///   - p: `[N, L, V]`, overwritten; padding rows zero.
  public static func softmax(_ logits: Sequences, into p: inout Sequences) {
    check("softmax", "p", p, like: logits)
    logits.read { values in
      p.write { p in
        for sample in 0..<logits.samples {
          let at = logits.offset(sample: sample, position: 0)
          dgflow_softmax(logits.length, logits.channels, values + at, p + at)
        }
      }
    }
  }

  /// Derivative of the softmax times a vector, `y = p ⊙ (t − ⟨p, t⟩)`.
  ///
  /// The Jacobian is symmetric, so this serves tangents and cotangents alike.
  ///
  /// - Parameters:
  ///   - p: probabilities `[N, L, V]`.
  ///   - t: tangent or cotangent `[N, L, V]`.
  ///   - y: `[N, L, V]`, overwritten; padding rows zero.
  public static func softmaxDerivative(_ p: Sequences, _ t: Sequences, into y: inout Sequences) {
    check("softmaxDerivative", "t", t, like: p)
    check("softmaxDerivative", "y", y, like: p)
    p.read { values in
      t.read { t in
        y.write { y in
          for sample in 0..<p.samples {
            let at = p.offset(sample: sample, position: 0)
            dgflow_softmax_derivative(p.length, p.channels, values + at, t + at, y + at)
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
