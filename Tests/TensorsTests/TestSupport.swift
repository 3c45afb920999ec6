import Testing

@testable import Tensors

/// Numbers in [-1, 1) that depend on the seed only (SplitMix64).
struct Numbers {
  private var state: UInt64

  init(seed: Int) { state = UInt64(bitPattern: Int64(seed)) }

  mutating func next() -> Float {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    word ^= word >> 31
    return Float(Int64(word >> 40) - (1 << 23)) / Float(1 << 23)
  }

  mutating func array(_ count: Int) -> [Float] { (0..<count).map { _ in next() } }

  mutating func tensor(_ shape: [Int]) -> Tensor {
    Tensor(shape: shape, values: array(shape.reduce(1, *)))
  }

  mutating func sequences(_ n: Int, _ l: Int, _ c: Int, padding: Int = 2) -> Sequences {
    var result = Sequences(tensor([n, l, c]), padding: padding)
    result.fillSlack()
    return result
  }
}

extension Sequences {
  /// Puts NaN behind the storage: an operation that lets a read past the end through shows it.
  mutating func fillSlack() {
    withUnsafeMutableValues { values in
      guard let first = values.baseAddress else { return }
      (first + values.count).update(repeating: .nan, count: FloatStorage.slack)
    }
  }

  /// A batch of the same extents whose storage, padding and slack included, is NaN.
  func soiled(channels: Int? = nil) -> Sequences {
    var result = Sequences(
      samples: samples, length: length, channels: channels ?? self.channels, padding: padding)
    result.withUnsafeMutableValues { $0.update(repeating: .nan) }
    result.fillSlack()
    return result
  }

  /// Whether the slack still holds what `fillSlack` put there.
  var slackIsUntouched: Bool {
    withUnsafeValues { values in
      guard let first = values.baseAddress else { return false }
      return (0..<FloatStorage.slack).allSatisfy { (first + values.count)[$0].isNaN }
    }
  }

  var paddingIsZero: Bool {
    withUnsafeValues { values in
      (0...samples).allSatisfy { sample in
        let start = sample * sampleStride
        return values[start..<start + padding * channels].allSatisfy { $0 == 0 }
      }
    }
  }
}

/// Largest difference; infinite where a value is not finite or counts differ.
func difference(_ a: [Float], _ b: [Float]) -> Float {
  guard a.count == b.count else { return .infinity }
  var worst: Float = 0
  for (x, y) in zip(a, b) {
    let gap = abs(x - y)
    guard gap.isFinite else { return .infinity }
    worst = max(worst, gap)
  }
  return worst
}

func difference(_ a: Tensor, _ b: Tensor) -> Float {
  a.shape == b.shape ? difference(a.values, b.values) : .infinity
}

func difference(_ a: Sequences, _ b: Sequences) -> Float { difference(a.dense, b.dense) }

/// Bound for a float sum of `terms` products of numbers in [-1, 1], against the exact sum: one unit
/// roundoff of a running sum for each term is terms² ε / 2 at worst, about terms ε / 6 in the mean.
func bound(terms: Int) -> Float { Float.ulpOfOne * Float(8 + terms) / 2 }

/// Bit patterns, so that comparison is exact.
func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }

/// A case of the conformance suite: batch, widths and instruction set.
struct Shape: Sendable, CustomTestStringConvertible {
  let n: Int
  let l: Int
  let inputs: Int
  let outputs: Int
  let k: Int
  let set: String

  var padding: Int { max(k / 2, k == 1 ? 0 : 1) }
  var testDescription: String { "[\(n), \(l)] \(inputs)→\(outputs) width \(k) on \(set)" }

  /// Every width of channels with every kernel width once, batches and lengths in rotation.
  static let convolutions: [Shape] = {
    let widths = [(1, 1), (3, 16), (16, 3), (17, 17), (64, 64), (100, 17), (17, 100), (64, 1)]
    let batches = [(1, 1), (1, 7), (1, 32), (3, 1), (2, 7), (2, 32), (5, 7), (11, 1)]
    var result: [Shape] = []
    for set in Operations.availableInstructionSets {
      for k in [1, 3, 5, 7] {
        for (index, width) in widths.enumerated() {
          let batch = batches[(index + k) % batches.count]
          result.append(
            Shape(
              n: batch.0, l: batch.1, inputs: width.0, outputs: width.1, k: k, set: set))
        }
      }
    }
    // Several blocks of the summed index and of columns.
    for set in Operations.availableInstructionSets {
      result.append(Shape(n: 2, l: 5, inputs: 129, outputs: 300, k: 5, set: set))
      result.append(Shape(n: 13, l: 32, inputs: 3, outputs: 5, k: 3, set: set))
      result.append(Shape(n: 1, l: 400, inputs: 5, outputs: 3, k: 5, set: set))
    }
    return result
  }()

  /// Kernel width 1 only: for operations without one.
  static let rows: [Shape] = convolutions.filter { $0.k == 1 || $0.inputs == 129 }
}
