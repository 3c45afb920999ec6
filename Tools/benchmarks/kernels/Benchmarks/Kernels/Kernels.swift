// Speed of the kernels that training and refinement are made of, on one thread:
//
//   swift package benchmark                         every kernel
//   swift package benchmark --filter 'convolve.*'   some
//
// A row shows the time of one call and GFLOP/s, the arithmetic of the plain algorithm over that time. Operands
// are those of a shard of training, the real and generated samples of which are 16.

import Benchmark
import DGflow

let rate = BenchmarkMetric.custom("GFLOP/s", polarity: .prefersLarger, useScalingFactor: false)
let (samples, length, kernelWidth, vocabulary) = (16, 32, 5, 100)

let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = .init(
    metrics: [.wallClock, rate], warmupIterations: 3, maxDuration: .seconds(1))
  for width in [64, 128, 256, 512] {
    product("convolution", samples * length, width, kernelWidth * width)
    product("weight gradient", kernelWidth * width, width, samples * length)
    product("transformed tile", samples * length / 4, width, width)
    product("symbols", samples * length, vocabulary, width)
    convolutions(width: width)
  }
  kernel("softmax of \(vocabulary) symbols", operations: 25 * samples * length * vocabulary) {
    // 21 for the exponential's polynomial; maximum, difference, sum and factor.
    let logits = sequences(channels: vocabulary)
    var probabilities = logits
    return { Operations.softmax(logits, into: &probabilities) }
  }
  kernel("Adam of a million parameters", operations: 13 * 1_000_000) {
    // 3 for the first moment, 4 for the second, 5 for the move, 1 to move.
    let gradient = numbers([1_000_000])
    var (parameter, first, second) = (gradient, gradient, numbers([1_000_000], least: 0))
    return {
      Operations.adam(
        parameter: &parameter, gradient: gradient, first: &first, second: &second, rate: 1e-4,
        beta1: 0.5, beta2: 0.9, epsilon: 1e-8, step: 1)
    }
  }
  kernel("multiply-adds in registers, the limit", operations: 2 * 1_536 * 10_000) {
    { blackHole(Operations.multiplyAdds(rounds: 10_000)) }
  }
}

/// A product `[rows, depth] · [depth, columns]` of contiguous rows.
func product(_ use: String, _ rows: Int, _ columns: Int, _ depth: Int) {
  kernel("product \(rows)x\(columns)x\(depth), \(use)", operations: 2 * rows * columns * depth) {
    let (a, b) = (numbers([rows, depth]), numbers([depth, columns]))
    var c = Tensor(shape: [rows, columns])
    let workspace = Workspace()
    return {
      a.withUnsafeValues { a in
        b.withUnsafeValues { b in
          c.withUnsafeMutableValues { c in
            guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else {
              return
            }
            Operations.product(
              m: rows, n: columns, k: depth, a: a, aStrides: (depth, 1), b: b,
              bStrides: (columns, 1), c: c, cRowStride: columns, workspace: workspace)
          }
        }
      }
    }
  }
}

/// The three passes of a convolution of width 5 from `width` channels to as many.
func convolutions(width: Int) {
  let operations = 2 * samples * length * kernelWidth * width * width
  let shape = [kernelWidth, width, width]
  kernel("convolve, width \(width)", operations: operations) {
    let (x, weight, bias, workspace) = (
      sequences(channels: width), numbers(shape), numbers([width]), Workspace()
    )
    var y = x
    return { Operations.convolve(x, weight: weight, bias: bias, into: &y, workspace: workspace) }
  }
  kernel("convolve transposed, width \(width)", operations: operations) {
    let (dy, weight, workspace) = (sequences(channels: width), numbers(shape), Workspace())
    var dx = dy
    return { Operations.convolveTransposed(dy, weight: weight, into: &dx, workspace: workspace) }
  }
  kernel("convolve weight gradient, width \(width)", operations: operations) {
    let (x, workspace) = (sequences(channels: width), Workspace())
    var dw = Tensor(shape: shape)
    return {
      // A factor this small keeps the sum finite however often it is added to.
      Operations.addConvolutionWeightGradient(
        input: x, cotangent: x, scale: 1e-6, into: &dw, workspace: workspace)
    }
  }
}

/// Registers a kernel.
///
/// - Parameters:
///   - operations: floating-point operations of a call, a multiply-add counted as two.
///   - make: makes the operands, outside the time, and gives the call.
func kernel(
  _ name: String, operations: Int, _ make: @escaping @Sendable () -> () -> Void
) {
  Benchmark(
    name,
    closure: { benchmark, call in
      let clock = ContinuousClock()
      benchmark.startMeasurement()
      let seconds = Operations.withFlushedDenormals { clock.measure(call) } / .seconds(1)
      benchmark.stopMeasurement()
      benchmark.measurement(rate, Int((Double(operations) / seconds / 1e9).rounded()))
    }, setup: { make() })
}

/// Numbers in [`least`, 1) without a pattern that matters.
func numbers(_ shape: [Int], least: Float = -1) -> Tensor {
  let count = shape.reduce(1, *)
  return Tensor(
    shape: shape, values: (0..<count).map { least + (1 - least) * Float($0 % 509) / 509 })
}

/// A shard's batch with this many channels.
func sequences(channels: Int) -> Sequences { Sequences(numbers([samples, length, channels])) }
