import Tensors

/// The energy distance between two sets of points, 2 E|X − Y| − E|X − X′| − E|Y − Y′|.
///
/// Zero for equal laws, above zero otherwise; needs no bandwidth. Means within a set are over different points,
/// so that the estimate is unbiased and can come out slightly below zero. O(*nm*) time.
/// Source: Székely and Rizzo, "Energy statistics", J. Stat. Plan. Inference 143 (2013).
enum EnergyDistance {
  /// The distance.
  ///
  /// - Parameters: sets of at least two points.
  static func value(_ first: PlanePoints, _ second: PlanePoints) -> Double {
    2 * mean(first, second) - within(first) - within(second)
  }

  private static func mean(_ first: PlanePoints, _ second: PlanePoints) -> Double {
    let others = second.points
    return first.mean { point in
      var sum: Double = 0
      for other in others { sum += Double(distance(point, other)) }
      return sum / Double(others.count)
    }
  }

  private static func within(_ set: PlanePoints) -> Double {
    let count = Double(set.points.count)
    return mean(set, set) * count / (count - 1)
  }

  private static func distance(_ first: SIMD2<Float>, _ second: SIMD2<Float>) -> Float {
    let offset = first - second
    return (offset * offset).sum().squareRoot()
  }
}
