import Tensors

// Element by element operations of the residual block that update a batch in place. Padding rows stay
// zero, since each maps zeros to zero. Loops load before they choose, so that the compiler turns the
// choice into a select and vectorises it.

extension Sequences {
  /// self = max(self, 0); `NaN` becomes 0.
  mutating func rectify() {
    withUnsafeMutableValues { values in
      guard let y = values.baseAddress else { return }
      for index in 0..<values.count { y[index] = y[index] > 0 ? y[index] : 0 }
    }
  }

  /// self = self · [x > 0].
  mutating func mask(wherePositive x: Sequences) {
    check(x, "mask")
    x.withUnsafeValues { source in
      withUnsafeMutableValues { values in
        guard let y = values.baseAddress, let x = source.baseAddress else { return }
        for index in 0..<values.count {
          let (value, keeps) = (y[index], x[index] > 0)
          y[index] = keeps ? value : 0
        }
      }
    }
  }

  /// self = self · [x > 0] + a.
  mutating func mask(wherePositive x: Sequences, plus a: Sequences) {
    check(x, "mask")
    check(a, "mask")
    x.withUnsafeValues { source in
      a.withUnsafeValues { addend in
        withUnsafeMutableValues { values in
          guard let y = values.baseAddress, let x = source.baseAddress, let a = addend.baseAddress
          else { return }
          for index in 0..<values.count {
            let (value, keeps) = (y[index], x[index] > 0)
            y[index] = a[index] + (keeps ? value : 0)
          }
        }
      }
    }
  }

  /// self = scale · self + a.
  mutating func scale(_ scale: Float, plus a: Sequences) {
    check(a, "scale")
    a.withUnsafeValues { addend in
      withUnsafeMutableValues { values in
        guard let y = values.baseAddress, let a = addend.baseAddress else { return }
        for index in 0..<values.count { y[index] = a[index] + scale * y[index] }
      }
    }
  }

  /// self = scale · x.
  mutating func assign(_ scale: Float, times x: Sequences) {
    check(x, "assign")
    x.withUnsafeValues { source in
      withUnsafeMutableValues { values in
        guard let y = values.baseAddress, let x = source.baseAddress else { return }
        for index in 0..<values.count { y[index] = scale * x[index] }
      }
    }
  }

  private func check(_ other: Sequences, _ operation: StaticString) {
    precondition(
      other.samples == samples && other.length == length && other.channels == channels
        && other.padding == padding,
      "Sequences.\(operation): \(other.shape) with padding \(other.padding) meets \(shape) "
        + "with padding \(padding)")
  }
}

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
