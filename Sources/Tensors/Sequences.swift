/// A batch `[N, L, C]`, channels last, stored with zero rows between the samples.
///
/// Rows of `channels` floats follow one another: `padding` zero rows, the L rows of sample 0,
/// `padding` zero rows, the L rows of sample 1, …, and `padding` zero rows at the end. Neighbours
/// share the zero rows between them, so the window of width K ≤ 2 · padding + 1 around a position is
/// K · C contiguous floats, and a convolution is a matrix product without any copy.
///
/// Invariant: padding rows are zero. Every operation of ``Operations`` keeps it; code that writes
/// through ``withUnsafeMutableValues(_:)`` must keep it too.
public struct Sequences: Sendable, Equatable {
  /// Number of samples N.
  public let samples: Int
  /// Positions of each sample L.
  public let length: Int
  /// Channels of each position C.
  public let channels: Int
  /// Zero rows before each sample and after the last.
  public let padding: Int
  private var storage: FloatStorage

  /// A batch of zeros.
  ///
  /// - Parameters:
  ///   - samples: N ≥ 0.
  ///   - length: L ≥ 1.
  ///   - channels: C ≥ 1.
  ///   - padding: zero rows P ≥ 0; a convolution of width K needs 2 P + 1 ≥ K. Default 2: width 5.
  public init(samples: Int, length: Int, channels: Int, padding: Int = 2) {
    precondition(
      samples >= 0 && length >= 1 && channels >= 1 && padding >= 0,
      "Sequences: [\(samples), \(length), \(channels)] with padding \(padding) is not a batch")
    self.samples = samples
    self.length = length
    self.channels = channels
    self.padding = padding
    let rows = samples * (length + padding) + padding
    storage = FloatStorage(count: rows * channels)
  }

  /// A batch with the elements of a dense tensor `[N, L, C]`.
  public init(_ dense: Tensor, padding: Int = 2) {
    precondition(
      dense.shape.count == 3, "Sequences: shape \(dense.shape) is not [N, L, C]")
    self.init(
      samples: dense.shape[0], length: dense.shape[1], channels: dense.shape[2], padding: padding)
    let width = length * channels
    dense.withUnsafeValues { source in
      guard let first = source.baseAddress else { return }
      for sample in 0..<samples {
        let target = storage.base + offset(sample: sample, position: 0)
        target.update(from: first + sample * width, count: width)
      }
    }
  }

  /// Shape without padding, `[N, L, C]`.
  public var shape: [Int] { [samples, length, channels] }

  /// Floats from one position to the next: C.
  public var rowStride: Int { channels }

  /// Floats from one sample to the next: (L + P) · C.
  public var sampleStride: Int { (length + padding) * channels }

  /// Floats in the storage, padding included: (N (L + P) + P) · C.
  public var count: Int { storage.count }

  /// Index of channel 0 of a position in the storage.
  public func offset(sample: Int, position: Int) -> Int {
    (padding + sample * (length + padding) + position) * channels
  }

  /// The batch as a dense tensor `[N, L, C]`, copied.
  public var dense: Tensor {
    var result = Tensor(shape: shape)
    let width = length * channels
    result.withUnsafeMutableValues { target in
      guard let first = target.baseAddress else { return }
      for sample in 0..<samples {
        (first + sample * width).update(
          from: storage.base + offset(sample: sample, position: 0), count: width)
      }
    }
    return result
  }

  /// One channel of one position.
  public subscript(sample: Int, position: Int, channel: Int) -> Float {
    get {
      check(sample, position, channel)
      return withUnsafeValues { $0[offset(sample: sample, position: position) + channel] }
    }
    set {
      check(sample, position, channel)
      let index = offset(sample: sample, position: position) + channel
      withUnsafeMutableValues { $0[index] = newValue }
    }
  }

  /// Runs `body` on the storage, padding included; the pointer is valid inside only.
  public func withUnsafeValues<R>(
    _ body: (UnsafeBufferPointer<Float>) throws -> R
  ) rethrows -> R {
    try withExtendedLifetime(storage) { try body(storage.elements) }
  }

  /// Runs `body` on the storage for writing; copies first when it is shared.
  ///
  /// Padding rows must stay zero.
  public mutating func withUnsafeMutableValues<R>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> R
  ) rethrows -> R {
    if !isKnownUniquelyReferenced(&storage) { storage = FloatStorage(copying: storage) }
    return try withExtendedLifetime(storage) { try body(storage.mutableElements) }
  }

  func read<R>(_ body: (UnsafePointer<Float>) -> R) -> R {
    withExtendedLifetime(storage) { body(UnsafePointer(storage.base)) }
  }

  /// Runs `body` on the storage for writing and makes the padding rows zero afterwards.
  mutating func write<R>(_ body: (UnsafeMutablePointer<Float>) -> R) -> R {
    if !isKnownUniquelyReferenced(&storage) { storage = FloatStorage(copying: storage) }
    return withExtendedLifetime(storage) {
      let result = body(storage.base)
      for sample in 0...samples {
        (storage.base + sample * sampleStride).update(repeating: 0, count: padding * channels)
      }
      return result
    }
  }

  /// A copy of consecutive samples.
  public func samples(_ range: Range<Int>) -> Sequences {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= samples,
      "Sequences.samples: samples \(range) are outside 0..<\(samples)")
    let result = Sequences(
      samples: range.count, length: length, channels: channels, padding: padding)
    result.storage.base.update(
      from: storage.base + range.lowerBound * sampleStride, count: result.count)
    return result
  }

  /// Equal extents, padding and elements.
  public static func == (left: Sequences, right: Sequences) -> Bool {
    left.shape == right.shape && left.padding == right.padding
      && left.withUnsafeValues { a in right.withUnsafeValues { b in a.elementsEqual(b) } }
  }

  private func check(_ sample: Int, _ position: Int, _ channel: Int) {
    precondition(
      sample >= 0 && sample < samples && position >= 0 && position < length && channel >= 0
        && channel < channels,
      "Sequences: [\(sample), \(position), \(channel)] is outside \(shape)")
  }
}
