#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension ReferenceOperations {
  /// Reference of ``Operations/softmax(_:scale:into:)``.
  public static func softmax(_ logits: Sequences, scale: Float = 1) -> Sequences {
    var result = logits
    for n in 0..<logits.samples {
      for l in 0..<logits.length {
        let row = (0..<logits.channels).map { Double(scale) * Double(logits[n, l, $0]) }
        let greatest = row.max() ?? 0
        let powers = row.map { exp($0 - greatest) }
        let sum = powers.reduce(0, +)
        for c in 0..<logits.channels { result[n, l, c] = Float(powers[c] / sum) }
      }
    }
    return result
  }

  /// Reference of ``Operations/softmaxDerivative(_:_:scale:into:)``.
  public static func softmaxDerivative(
    _ p: Sequences, _ t: Sequences, scale: Float = 1
  ) -> Sequences {
    var result = p
    for n in 0..<p.samples {
      for l in 0..<p.length {
        var inner = 0.0
        for c in 0..<p.channels { inner += Double(p[n, l, c]) * Double(t[n, l, c]) }
        for c in 0..<p.channels {
          result[n, l, c] = Float(
            Double(scale) * Double(p[n, l, c]) * (Double(t[n, l, c]) - inner))
        }
      }
    }
    return result
  }

  /// Reference of ``Operations/argmax(_:)``.
  public static func argmax(_ p: Sequences) -> [UInt16] {
    var result: [UInt16] = []
    for n in 0..<p.samples {
      for l in 0..<p.length {
        var best = 0
        for c in 1..<Swift.max(p.channels, 1) where p[n, l, c] > p[n, l, best] { best = c }
        result.append(UInt16(best))
      }
    }
    return result
  }
}
