import Tensors

extension Sequences {
  /// Copies samples of another batch over samples of this one; padding rows go along.
  ///
  /// - Parameters:
  ///   - range: samples of `other`.
  ///   - other: a batch of the same length, channels and padding.
  ///   - first: where the first of them goes.
  package mutating func copy(samples range: Range<Int>, of other: Sequences, to first: Int) {
    precondition(
      other.length == length && other.channels == channels && other.padding == padding
        && range.lowerBound >= 0 && range.upperBound <= other.samples
        && first >= 0 && first + range.count <= samples,
      "Sequences.copy: samples \(range) of \(other.shape) do not fit at \(first) in \(shape)")
    let stride = sampleStride
    other.withUnsafeValues { source in
      withUnsafeMutableValues { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        (to + first * stride).update(
          from: from + range.lowerBound * stride, count: range.count * stride)
      }
    }
  }
}

extension Tensor {
  /// Copies consecutive rows of a matrix `[N, Z]` over this one; this becomes `[range.count, Z]`.
  package mutating func copy(rows range: Range<Int>, of other: Tensor) {
    precondition(
      other.shape.count == 2 && range.lowerBound >= 0 && range.upperBound <= other.shape[0],
      "Tensor.copy: rows \(range) of \(other.shape)")
    let width = other.shape[1]
    if shape.count != 2 || shape[0] != range.count || shape[1] != width {
      self = Tensor(shape: [range.count, width])
    }
    other.withUnsafeValues { source in
      withUnsafeMutableValues { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        to.update(from: from + range.lowerBound * width, count: range.count * width)
      }
    }
  }
}
