import CKernels

/// The sums of a convolution's weight gradient at the eight points of Winograd's algorithm.
///
/// Pairs of inputs and cotangents are added one after another by
/// `Operations.addConvolutionWeightGradient(input:cotangent:into:workspace:)`, then
/// ``Operations/addConvolutionWeightGradient(_:into:)`` leaves the transformed domain once for all
/// of them. Holds 8 · C in · C out floats, more where C out is not a multiple of 16.
public struct TransformedGradient: Sendable {
  /// Channels of the input.
  public let inputs: Int
  /// Channels of the output.
  public let outputs: Int
  /// Whether no pair has been added since the start or the last ``removeAll()``.
  public private(set) var isEmpty = true
  private var storage: FloatStorage

  /// Sums to which no pair has been added.
  public init(inputs: Int, outputs: Int) {
    precondition(
      inputs >= 1 && outputs >= 1, "TransformedGradient: \(inputs) to \(outputs) channels")
    (self.inputs, self.outputs) = (inputs, outputs)
    storage = FloatStorage(count: dgflow_winograd_count(inputs, outputs))
  }

  /// Forgets every pair; the memory stays.
  public mutating func removeAll() {
    isEmpty = true
  }

  func read<R>(_ body: (UnsafePointer<Float>) -> R) -> R {
    withExtendedLifetime(storage) { body(UnsafePointer(storage.base)) }
  }

  /// Runs `body` on the sums and whether it must add to them.
  mutating func write(_ body: (_ sums: UnsafeMutablePointer<Float>, _ adds: Bool) -> Void) {
    if !isKnownUniquelyReferenced(&storage) { storage = FloatStorage(copying: storage) }
    withExtendedLifetime(storage) { body(storage.base, !isEmpty) }
    isEmpty = false
  }
}
