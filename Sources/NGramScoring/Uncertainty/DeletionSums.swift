// The sums behind the divergences without one and two parts.

import Glibc

/// Overlaps summed over n-grams: all parts, without each, without each pair, and their derivatives.
struct DeletionSums: Sendable {
  private static let count = StringParts.count
  /// Places in ``sums``: bases of the three levels, then what single and double deletions add.
  private enum Place {
    static let base = 0  // Σ h at levels 0, 1, 2
    static let sampleSlope = 3  // Σ h_p at levels 1, 2
    static let referenceSlope = 5  // Σ h_q at levels 1, 2
    static let curvature = 7  // Σ w at level 0
    static let one = 8  // Σ h(without i) − h, level 1
    static let two = one + 16  // the same at level 2
    static let sampleSlopeOne = two + 16  // Σ h_p(without i) − h_p, level 1
    static let referenceSlopeOne = sampleSlopeOne + 16
    static let pairs = referenceSlopeOne + 16  // Σ h(without i, j) − h(i) − h(j) + h, level 2
    static let all = pairs + 120
  }
  private var sums = FixedPointSums(count: Place.all)
  /// Σ h(without i, j) − h(i) − h(j) + h of the n-grams that ``DenseDeletions`` took: `[16][16]`.
  private var densePairs = [SIMD16<Int64>](repeating: SIMD16(repeating: 0), count: count)

  /// Sizes with 16, 15 and 14 parts.
  static func levels(_ size: Double) -> [OverlapKernel.Size] {
    (0...2).map { .init(size * Double(count - $0) / Double(count)) }
  }

  /// Adds one n-gram that both sides hold.
  mutating func add(
    _ counts: PartedCount, _ others: PartedCount, kernel: OverlapKernel,
    sampleLevels n: [OverlapKernel.Size], referenceLevels m: [OverlapKernel.Size], joint: Bool
  ) {
    let c = counts.total
    let d = others.total
    let q0 = kernel.frequency(d, m[0])
    let (m1, m2) = joint ? (m[1], m[2]) : (m[0], m[0])
    let q1 = joint ? kernel.frequency(d, m1) : q0
    let q2 = joint ? kernel.frequency(d, m2) : q0
    let p0 = kernel.frequency(c, n[0])
    let all = OverlapKernel.parts(p0, q0)
    let first = OverlapKernel.parts(kernel.frequency(c, n[1]), q1)
    let second = OverlapKernel.parts(kernel.frequency(c, n[2]), q2)
    let h1 = first.p + first.q
    let h2 = second.p + second.q
    let support = joint ? counts.support | others.support : counts.support
    let (n1, n2) = (n[1], n[2])
    let dense = joint ? nil : Self.denseShares(counts, p: p0.value, q: q0.value)
    sums.update { sum in
      sum[Place.base] &+= FixedPointSums.fixed(all.p + all.q)
      sum[Place.base + 1] &+= FixedPointSums.fixed(h1)
      sum[Place.base + 2] &+= FixedPointSums.fixed(h2)
      sum[Place.sampleSlope] &+= FixedPointSums.fixed(first.p)
      sum[Place.sampleSlope + 1] &+= FixedPointSums.fixed(second.p)
      sum[Place.referenceSlope] &+= FixedPointSums.fixed(first.q)
      sum[Place.referenceSlope + 1] &+= FixedPointSums.fixed(second.q)
      sum[Place.curvature] &+= FixedPointSums.fixed(
        OverlapKernel.curvature(p0.value, q0.value))
      if dense != nil { return }
      if support & (support &- 1) == 0, !joint {
        // Without its only part the n-gram is gone.
        let i = support.trailingZeroBitCount
        sum[Place.one + i] &-= FixedPointSums.fixed(h1)
        sum[Place.two + i] &-= FixedPointSums.fixed(h2)
        sum[Place.sampleSlopeOne + i] &-= FixedPointSums.fixed(first.p)
        sum[Place.referenceSlopeOne + i] &-= FixedPointSums.fixed(first.q)
        return
      }
      withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.count) { without in
        var rest = support
        while rest != 0 {
          let i = rest.trailingZeroBitCount
          rest &= rest &- 1
          let left = c &- counts[i]
          let leftOthers = joint ? d &- others[i] : d
          var one = 0.0
          var slopes = (p: 0.0, q: 0.0)
          without[i] = 0
          if left > 0 && leftOthers > 0 {
            let q = joint ? kernel.frequency(leftOthers, m1) : q0
            slopes = OverlapKernel.parts(kernel.frequency(left, n1), q)
            one = slopes.p + slopes.q
            without[i] = kernel.overlap(
              left, n2, joint ? kernel.frequency(leftOthers, m2) : q0)
          }
          sum[Place.one + i] &+= FixedPointSums.fixed(one - h1)
          sum[Place.two + i] &+= FixedPointSums.fixed(without[i] - h2)
          sum[Place.sampleSlopeOne + i] &+= FixedPointSums.fixed(slopes.p - first.p)
          sum[Place.referenceSlopeOne + i] &+= FixedPointSums.fixed(slopes.q - first.q)
          var lower = support & ((1 &<< UInt16(truncatingIfNeeded: i)) &- 1)
          while lower != 0 {
            let j = lower.trailingZeroBitCount
            lower &= lower &- 1
            let both = left &- counts[j]
            let bothOthers = joint ? leftOthers &- others[j] : d
            var pair = h2 - without[i] - without[j]
            if both > 0 && bothOthers > 0 {
              pair += kernel.overlap(
                both, n2, joint ? kernel.frequency(bothOthers, m2) : q0)
            }
            sum[Place.pairs + GroupDeletions.pair(i, j)] &+= FixedPointSums.fixed(pair)
          }
        }
      }
    }
    guard let dense else { return }
    let share = Double(c)
    addDense(
      dense, level1: DenseDeletions(p: share * n1.reciprocal, q: q0.value, slope: first.p),
      level2: DenseDeletions(p: share * n2.reciprocal, q: q0.value, slope: second.p))
  }

  /// Each part's share of the occurrences, where a power series may stand for the logarithms.
  @inline(__always)
  private static func denseShares(
    _ counts: PartedCount, p: Double, q: Double
  ) -> SIMD16<Double>? {
    guard counts.total >= DenseDeletions.fewest, p + q < DenseDeletions.largestFrequency else {
      return nil
    }
    var shares = SIMD16<Double>(repeating: 0)
    for part in 0..<count { shares[part] = Double(counts[part]) }
    shares /= Double(counts.total)
    return shares.max() <= DenseDeletions.largestShare ? shares : nil
  }

  private mutating func addDense(
    _ x: SIMD16<Double>, level1: DenseDeletions, level2: DenseDeletions
  ) {
    let one = level1.change(x)
    let slope = level1.slopeChange(x)
    let curve = level2.curve(x)
    let two = FixedPointSums.fixed(level2.change(x))
    let (ones, slopes) = (FixedPointSums.fixed(one), FixedPointSums.fixed(slope))
    let others = FixedPointSums.fixed(one - slope)
    sums.update { sum in
      for part in 0..<Self.count {
        sum[Place.one + part] &+= ones[part]
        sum[Place.two + part] &+= two[part]
        sum[Place.sampleSlopeOne + part] &+= slopes[part]
        sum[Place.referenceSlopeOne + part] &+= others[part]
      }
    }
    densePairs.withUnsafeMutableBufferPointer { rows in
      for part in 1..<Self.count {
        let both = level2.curve(x + x[part])
        rows[part] &+= FixedPointSums.fixed(both - curve - curve[part])
      }
    }
  }

  mutating func merge(_ other: DeletionSums) {
    sums.merge(other.sums)
    for row in densePairs.indices { densePairs[row] &+= other.densePairs[row] }
  }

  /// JS with all parts, without each, without each pair.
  ///
  /// `one` and `two` are empty where a subset would have no n-gram on a side.
  ///
  /// - Parameters:
  ///   - sample: n-grams of the samples by part.
  ///   - reference: the same of the reference where its parts are left out too.
  func values(sample: [Int], reference: [Int]?) -> (all: Double, one: [Double], two: [Double]) {
    let all = 1 - sums[Place.base]
    let largest = [sample, reference ?? []].map { $0.sorted(by: >).prefix(2).reduce(0, +) }
    guard largest[0] < sample.reduce(0, +) else { return (bounded(all), [], []) }
    if let reference, largest[1] >= reference.reduce(0, +) { return (bounded(all), [], []) }
    func shift(_ ngrams: [Int]?, _ gone: Int...) -> Double {
      guard let ngrams else { return 0 }
      let whole = Double(ngrams.reduce(0, +))
      let left = whole - Double(gone.reduce(0) { $0 + ngrams[$1] })
      return log(whole * Double(Self.count - gone.count) / Double(Self.count) / left)
    }
    let w = sums[Place.curvature]
    // Σ h(eˣp, eʸq) from h = Σ h(p, q) and the difference of Σ h_p and Σ h_q: h(λp, λq) = λ h(p, q)
    // exactly; what is left is second order in (x − y)/2, its third derivative 0 where p = q.
    func moved(_ h: Double, _ difference: Double, _ x: Double, _ y: Double) -> Double {
      let apart = 0.5 * (x - y)
      return exp(0.5 * (x + y)) * (h + apart * difference + 0.5 * apart * apart * (h - 4 * w))
    }
    func difference(_ i: Int) -> Double {
      sums[Place.sampleSlopeOne + i] - sums[Place.referenceSlopeOne + i]
    }
    let base = (
      sums[Place.sampleSlope] - sums[Place.referenceSlope],
      sums[Place.sampleSlope + 1] - sums[Place.referenceSlope + 1]
    )
    let one = (0..<Self.count).map { i in
      1
        - moved(
          sums[Place.base + 1] + sums[Place.one + i], base.0 + difference(i), shift(sample, i),
          shift(reference, i))
    }
    // Level 2 is level 1 times this on both sides, and so is what a part takes off.
    let levels = Double(Self.count - 1) / Double(Self.count - 2)
    var two: [Double] = []
    for i in 1..<Self.count {
      for j in 0..<i {
        let overlap =
          sums[Place.base + 2] + sums[Place.two + i] + sums[Place.two + j]
          + sums[Place.pairs + GroupDeletions.pair(i, j)]
          + FixedPointSums.real(densePairs[i][j])
        two.append(
          1
            - moved(
              overlap, base.1 + levels * (difference(i) + difference(j)), shift(sample, i, j),
              shift(reference, i, j)))
      }
    }
    return (bounded(all), one, two)
  }

  private func bounded(_ x: Double) -> Double { min(max(x, 0), 1) }
}
