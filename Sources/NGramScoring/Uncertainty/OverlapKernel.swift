// What one n-gram that both sides hold takes off the divergence.

import Glibc

/// The overlap h of an n-gram: JS = 1 − Σ h over the n-grams that both sides hold.
///
/// With p and q the relative frequencies on the two sides,
///
///     h(p, q) = ½[(p + q) log₂(p + q) − p log₂ p − q log₂ q] = h_p + h_q,
///     h_p = ½ p log₂(1 + q/p) = ∂h/∂ln p,     h_q = ½ q log₂(1 + p/q) = ∂h/∂ln q,
///
/// and h = 0 where p or q is 0, so that n-grams of one side alone never need a logarithm. The second
/// derivatives are ∂²h/∂(ln p)² = h_p − w, ∂²h/∂(ln q)² = h_q − w and ∂²h/∂ln p ∂ln q = w with
/// w = ½ pq / ((p + q) ln 2).
struct OverlapKernel: Sendable {
  /// log₂ of the counts below ``tabled``.
  private let logarithms: [Double]
  private static let tabled = 4096

  init() {
    logarithms = (0..<Self.tabled).map { $0 == 0 ? 0 : log2(Double($0)) }
  }

  /// One side's size: counts become frequencies by it.
  struct Size: Sendable {
    let reciprocal: Double
    let logarithm: Double

    /// - Precondition: `size` positive.
    init(_ size: Double) {
      reciprocal = 1 / size
      logarithm = log2(size)
    }
  }

  /// A frequency and its logarithm.
  struct Frequency {
    let value: Double
    let logarithm: Double
  }

  /// Count over size, for a positive count.
  @inline(__always)
  func frequency(_ count: Int, _ size: Size) -> Frequency {
    let logarithm = count < Self.tabled ? logarithms[count] : log2(Double(count))
    return Frequency(
      value: Double(count) * size.reciprocal, logarithm: logarithm - size.logarithm)
  }

  /// h_p and h_q of positive frequencies.
  @inline(__always)
  static func parts(_ p: Frequency, _ q: Frequency) -> (p: Double, q: Double) {
    let both = log2(p.value + q.value)
    return (0.5 * p.value * (both - p.logarithm), 0.5 * q.value * (both - q.logarithm))
  }

  /// h of counts, 0 where either is 0.
  @inline(__always)
  func overlap(_ count: Int, _ size: Size, _ q: Frequency) -> Double {
    if count == 0 { return 0 }
    let parts = Self.parts(frequency(count, size), q)
    return parts.p + parts.q
  }

  /// w of positive frequencies.
  @inline(__always)
  static func curvature(_ p: Double, _ q: Double) -> Double {
    0.5 * p * q / (p + q) * 1.442695040888963407
  }

  /// What the counts of one side tell of the nonlinear part: `second` and `higher`, in units of size⁻².
  ///
  /// For a Poisson count with mean λ the variance of h splits in parts of order k,
  /// V_k = (E Δᵏh)² λᵏ/k!, and binomial(c, j) (Δʲh(c − j))² has mean Σ_k binomial(k, j) V_k up to the
  /// scatter of Δʲh. `second` is j = 2: Σ binomial(k, 2) V_k. `higher` is the alternating sum over
  /// j ≥ 3, so that `second` − `higher` is Σ (k − 1) V_k. Counts above ten, where orders above three no
  /// longer matter, take the derivatives w and w (q/(p + q) − 2) for the differences.
  @inline(__always)
  func nonlinearity(
    _ count: Int, _ size: Size, other: Frequency
  ) -> (second: Double, higher: Double) {
    if count < 2 { return (0, 0) }
    let p = Double(count) * size.reciprocal
    let units = 1 / size.reciprocal
    if count > 10 {
      let c = Double(count)
      let w = Self.curvature(p, other.value) * units
      let slope = other.value / (p + other.value) - 2
      let second = 0.5 * (c - 1) / c * (w / c) * (w / c)
      return (second, second * (c - 2) / (3 * c * c) * slope * slope)
    }
    return differences(count, size, other: other, units: units)
  }

  private func differences(
    _ count: Int, _ size: Size, other: Frequency, units: Double
  ) -> (second: Double, higher: Double) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 11) { ladder in
      for j in 0...count { ladder[j] = overlap(count - j, size, other) * units }
      var second = 0.0
      var higher = 0.0
      var binomial = 1.0
      for j in 1...count {
        for i in 0...(count - j) { ladder[i] -= ladder[i + 1] }
        binomial *= Double(count - j + 1) / Double(j)
        let square = binomial * ladder[0] * ladder[0]
        if j == 2 { second = square }
        if j >= 3 { higher += j % 2 == 1 ? square : -square }
      }
      return (second, higher)
    }
  }
}
