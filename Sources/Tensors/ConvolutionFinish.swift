import CKernels

/// What becomes of the sums of a convolution before they are written:
/// `y = residual + scale · [mask > 0] · max(sum + bias, 0)`, each part where it is asked for.
///
/// Winograd's algorithm does it on the way to memory; the plain sum in a second pass.
public struct ConvolutionFinish: Sendable {
  /// Whether negative sums become 0 (`NaN` too).
  public var rectifies: Bool
  /// Where it is not positive, the sum becomes 0; shaped as the result.
  public var mask: Sequences?
  /// Factor of the sum.
  public var scale: Float
  /// Added last; shaped as the result.
  public var residual: Sequences?

  /// The sums as they are.
  public static let none = ConvolutionFinish()

  /// The given parts; without any, the sums as they are.
  public init(
    rectifies: Bool = false, mask: Sequences? = nil, scale: Float = 1, residual: Sequences? = nil
  ) {
    self.rectifies = rectifies
    self.mask = mask
    self.scale = scale
    self.residual = residual
  }

  var isIdentity: Bool { !rectifies && mask == nil && scale == 1 && residual == nil }

  func check(_ operation: StaticString, like y: Sequences) {
    if let mask { Operations.check(operation, "mask", mask, like: y) }
    if let residual { Operations.check(operation, "residual", residual, like: y) }
  }

  /// Runs `body` on the same for C, whose pointers begin `offset` floats into the storages.
  func read<R>(
    bias: UnsafePointer<Float>?, offset: Int, _ body: (dgflow_finish_t) -> R
  ) -> R {
    ConvolutionFinish.withOptional(mask) { mask in
      ConvolutionFinish.withOptional(residual) { residual in
        body(
          dgflow_finish_t(
            bias: bias, rectify: rectifies, mask: mask.map { $0 + offset }, scale: scale,
            residual: residual.map { $0 + offset }))
      }
    }
  }

  private static func withOptional<R>(
    _ batch: Sequences?, _ body: (UnsafePointer<Float>?) -> R
  ) -> R {
    if let batch { return batch.read { body($0) } }
    return body(nil)
  }
}
