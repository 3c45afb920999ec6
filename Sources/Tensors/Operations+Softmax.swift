extension Operations {
  /// Probabilities over the channels of each position: `p_c = e^(x_c − max x) / Σ_j e^(x_j − max x)`.
  ///
  /// - Parameters:
  ///   - logits: `[N, L, V]`, finite.
  ///   - p: `[N, L, V]`, overwritten; padding rows zero.
  public static func softmax(_ logits: Sequences, into p: inout Sequences) {
    check("softmax", "p", p, like: logits)
    p = ReferenceOperations.softmax(logits)
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
    y = ReferenceOperations.softmaxDerivative(p, t)
  }

  /// The most probable token of each position `[N, L]`, row-major; the first maximum wins.
  ///
  /// At most 65,536 channels. A `NaN` is never the maximum unless it stands first.
  public static func argmax(_ p: Sequences) -> [UInt16] {
    precondition(p.channels <= 65_536, "argmax: \(p.channels) channels do not fit in UInt16")
    return ReferenceOperations.argmax(p)
  }
}
