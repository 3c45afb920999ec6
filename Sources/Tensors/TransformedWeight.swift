import CKernels

/// The weight of a convolution of width 5 at the eight points of Winograd's algorithm, for the
/// convolution and for its transpose.
///
/// Compute it once after each change of the weight and hand it to every call until the next: at
/// batch 8, transforming costs as much as a third (widths 64 to 256) or all (512) of one
/// convolution. Holds 16 · C in · C out floats and a little more where the widths are not multiples
/// of 16. A weight that changed without ``update(from:)`` gives the results of the old one.
public struct TransformedWeight: Sendable {
  /// The only kernel width that it serves.
  public static let width = 5
  /// Channels of the input.
  public let inputs: Int
  /// Channels of the output.
  public let outputs: Int
  private var storage: FloatStorage

  /// A transformed weight.
  ///
  /// - Parameter weight: `[5, C in, C out]`.
  public init(_ weight: Tensor) {
    precondition(
      weight.shape.count == 3 && weight.shape[0] == TransformedWeight.width,
      "TransformedWeight: weight has shape \(weight.shape), expected [5, C in, C out]")
    (inputs, outputs) = (weight.shape[1], weight.shape[2])
    storage = FloatStorage(
      count: dgflow_winograd_count(inputs, outputs) + dgflow_winograd_count(outputs, inputs))
    update(from: weight)
  }

  /// Transforms another weight of the same shape into this memory; in double precision, rounded
  /// once.
  public mutating func update(from weight: Tensor) {
    Operations.check(
      "TransformedWeight.update", "weight", weight.shape, TransformedWeight.width, inputs, outputs)
    if !isKnownUniquelyReferenced(&storage) { storage = FloatStorage(count: storage.count) }
    withExtendedLifetime(storage) {
      weight.read { weight in
        dgflow_winograd_weight(
          inputs, outputs, weight, storage.base,
          storage.base + dgflow_winograd_count(inputs, outputs))
      }
    }
  }

  /// Runs `body` on the transform for the convolution, or for its transpose.
  func read<R>(transposed: Bool, _ body: (UnsafePointer<Float>) -> R) -> R {
    withExtendedLifetime(storage) {
      body(storage.base + (transposed ? dgflow_winograd_count(inputs, outputs) : 0))
    }
  }
}
