import Determinism
import Tensors

/// Where the standard normal numbers of a flow come from.
public enum LatentNoise: Sendable {
  /// Numbers of a counter-based stream, a function of (sample index, step, coordinate) alone: the
  /// same for any batch size, chunking and number of threads.
  case stream(RandomStream)
  /// Numbers given, `[steps, N, Z]`, for comparison with another implementation.
  case given(Tensor)

  /// The noise of one step for some rows of a batch.
  ///
  /// - Parameters:
  ///   - step: index of the step in the flow, for a stream.
  ///   - offset: index of the step in this call, for given numbers.
  ///   - rows: the rows of the batch.
  ///   - firstSample: sample index of the batch's row 0.
  ///   - width: Z.
  /// - Returns: `[rows.count, width]`.
  func numbers(step: Int, offset: Int, rows: Range<Int>, firstSample: Int, width: Int) -> Tensor {
    switch self {
    case .stream(let stream):
      var noise = Tensor(shape: [rows.count, width])
      noise.withUnsafeMutableValues { values in
        for (position, row) in rows.enumerated() {
          let sample = UnsafeMutableBufferPointer(
            rebasing: values[position * width..<(position + 1) * width])
          stream.fillNormal(sample, sample: UInt64(firstSample + row), step: UInt32(step))
        }
      }
      return noise
    case .given(let numbers):
      let start = (offset * numbers.shape[1] + rows.lowerBound) * width
      let values = numbers.withUnsafeValues { Array($0[start..<start + rows.count * width]) }
      return Tensor(shape: [rows.count, width], values: values)
    }
  }
}

extension RandomStream {
  /// The stream that starting latents are drawn from; one seed gives every command the same ones.
  public static func latents(seed: UInt64) -> RandomStream {
    RandomStream(seed: seed, name: "latents")
  }

  /// The stream of a flow's noise, independent of the latents of the same seed.
  public static func refinementNoise(seed: UInt64) -> RandomStream {
    RandomStream(seed: seed, name: "refinement noise")
  }
}
