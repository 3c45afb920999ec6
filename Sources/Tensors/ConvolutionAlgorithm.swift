/// How a convolution is computed: the plain sum, or fewer multiplications by way of transforms.
///
/// The choice is a value that callers hand on, never a global setting. Both give the same function
/// up to rounding; for each, a sample's result is bit-identical in every batch.
public enum ConvolutionAlgorithm: String, Codable, Sendable, CaseIterable {
  /// The sum as it is written: the reference path.
  case direct
  /// Winograd's F(4, 5) where it is faster, else the plain sum: 8 products for 4 outputs instead of
  /// 20 (points 0, ±1, ±2, ±1/2, ∞; S. Winograd, *Arithmetic Complexity of Computations*, 1980; A.
  /// Lavin and S. Gray, arXiv:1509.09308).
  ///
  /// Rounding, against double precision: at most 2·10⁻⁶ of the result in norm and 3·10⁻⁵ of its
  /// deviation in any element at widths 64 to 512 (found: 0.7 to 1.2·10⁻⁶ and 7·10⁻⁶), which is 2.2
  /// times that of the plain sum at width 64 and 1.5 times at 512; of weight gradients over 8
  /// samples 2.6 times, over 64 as much.
  case winograd

  /// What is used where nobody chooses: the faster one.
  ///
  /// Sixty pairs of runs trained with either came out alike, JS-4 within 0.006 after 3,000 iterations
  /// at 90 % (`Tools/experiments/convolution`).
  public static let standard = ConvolutionAlgorithm.winograd

  /// The narrowest convolution that Winograd's algorithm makes faster, in channels on either side.
  public static let leastChannels = 16

  /// Whether a weight of this shape is transformed; else the plain sum is used.
  ///
  /// Decided by the shape alone, so that batches, threads and machines agree.
  ///
  /// - Parameter shape: `[K, C in, C out]`.
  public func transforms(_ shape: [Int]) -> Bool {
    switch self {
    case .direct: return false
    case .winograd:
      return shape.count == 3 && shape[0] == TransformedWeight.width
        && min(shape[1], shape[2]) >= ConvolutionAlgorithm.leastChannels
    }
  }

  /// Memory for the transformed form of a weight, with that weight transformed into it; none where
  /// the plain sum is used.
  public func transformed(_ weight: Tensor) -> TransformedWeight? {
    transforms(weight.shape) ? TransformedWeight(weight) : nil
  }

  /// Memory for the sums of a weight's gradient, with no pair added; none where the plain sum is
  /// used.
  ///
  /// - Parameter shape: `[K, C in, C out]`.
  public func transformedGradient(shape: [Int]) -> TransformedGradient? {
    transforms(shape) ? TransformedGradient(inputs: shape[1], outputs: shape[2]) : nil
  }
}
