// The angle between two vectors of n-gram counts.

/// The cosine of the angle between the samples' and the reference's vectors of n-gram counts.
///
///     cos = Σ c r / √(Σ c² Σ r²), in [0, 1]; 1 where the distributions are proportional.
///
/// Frequent n-grams decide it almost alone.
struct CosineSimilarity {
  private var product = CompensatedSum()
  private var samplesSquare = CompensatedSum()
  private var referenceSquare = CompensatedSum()

  @inline(__always)
  mutating func add(_ samples: Int, _ reference: Int) {
    let left = Double(samples)
    add(mean: left, square: left * left, reference)
  }

  /// Adds an n-gram whose count in the samples has this mean and mean square.
  @inline(__always)
  mutating func add(mean: Double, square: Double, _ reference: Int) {
    let right = Double(reference)
    product.add(mean * right)
    samplesSquare.add(square)
    referenceSquare.add(right * right)
  }

  var value: Double {
    let size = (samplesSquare.value * referenceSquare.value).squareRoot()
    return size > 0 ? min(1, product.value / size) : 0
  }
}
