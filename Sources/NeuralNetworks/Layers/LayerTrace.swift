import Tensors

/// The reusable memory of one evaluation of a layer.
///
/// A trace starts empty, takes the shape of the first batch and keeps its buffers, so that a repeated
/// evaluation of equally many samples allocates nothing. It belongs to one thread at a time.
public protocol LayerTrace: AnyObject {
  /// What the layer takes: ``Tensors/Sequences`` or ``Tensors/Tensor``.
  associatedtype Input
  /// What the layer gives.
  associatedtype Output

  /// An empty trace.
  init()

  /// y, written by `apply`.
  var output: Output { get }
  /// δx, written by `pullback`.
  var inputCotangent: Input { get }
  /// t_y, written by `pushforward`.
  var outputTangent: Output { get }
}

/// Something that a trace can hold before it knows the batch.
public protocol EmptyBatch: Sendable {
  /// A batch of no samples.
  static var empty: Self { get }
}

extension Tensor: EmptyBatch {
  /// A tensor without elements.
  public static var empty: Tensor { Tensor(shape: [0]) }

  /// Makes this tensor one of `shape`: zeros where the shape was another, untouched otherwise.
  package mutating func prepare(_ shape: [Int]) {
    if self.shape != shape { self = Tensor(shape: shape) }
  }

  /// As ``prepare(_:)`` for `[count]`, without making an array.
  package mutating func prepare(count: Int) {
    if shape.count != 1 || shape[0] != count { self = Tensor(shape: [count]) }
  }
}

extension Sequences: EmptyBatch {
  /// A batch without samples.
  public static var empty: Sequences { Sequences(samples: 0, length: 1, channels: 1) }

  /// Makes this batch one of the extents of `other` with `channels` channels: zeros where the extents
  /// were others, untouched otherwise.
  package mutating func prepare(like other: Sequences, channels: Int? = nil) {
    prepare(
      samples: other.samples, length: other.length, channels: channels ?? other.channels,
      padding: other.padding)
  }

  /// Makes this batch one of the given extents: zeros where the extents were others.
  package mutating func prepare(samples: Int, length: Int, channels: Int, padding: Int = 2) {
    if self.samples != samples || self.length != length || self.channels != channels
      || self.padding != padding
    {
      self = Sequences(samples: samples, length: length, channels: channels, padding: padding)
    }
  }
}

/// The trace of a layer without inner stages.
public final class MapTrace<Input: EmptyBatch, Output: EmptyBatch>: LayerTrace {
  /// y, written by `apply`.
  public internal(set) var output = Output.empty
  /// δx, written by `pullback`.
  public internal(set) var inputCotangent = Input.empty
  /// t_y, written by `pushforward`.
  public internal(set) var outputTangent = Output.empty

  /// An empty trace.
  public init() {}
}
