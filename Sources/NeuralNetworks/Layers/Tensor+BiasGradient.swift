import Tensors

extension Tensor {
  /// Adds the sum over samples and positions of a cotangent `[N, L, C]`, times `scale`, to this
  /// gradient `[C]`; accumulated in Double.
  ///
  /// Behind a critic's last rectifier, gradients of real and generated samples cancel. In Double they
  /// cancel exactly; in Float a remainder of rounding would be left, which Adam, dividing by the
  /// gradient's size, would turn into steps of the full rate.
  mutating func addBiasGradient(of cotangent: Sequences, scale: Float = 1) {
    let (channels, length) = (cotangent.channels, cotangent.length)
    precondition(
      shape == [channels], "addBiasGradient: gradient \(shape) of cotangent \(cotangent.shape)")
    withUnsafeTemporaryAllocation(of: Double.self, capacity: channels) { sums in
      guard let sums = sums.baseAddress else { return }
      sums.initialize(repeating: 0, count: channels)
      cotangent.withUnsafeValues { values in
        guard let values = values.baseAddress else { return }
        for sample in 0..<cotangent.samples {
          for position in 0..<length {
            let row = values + cotangent.offset(sample: sample, position: position)
            for channel in 0..<channels { sums[channel] += Double(row[channel]) }
          }
        }
      }
      withUnsafeMutableValues { gradient in
        for channel in 0..<channels { gradient[channel] += scale * Float(sums[channel]) }
      }
    }
  }
}
