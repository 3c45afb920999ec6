import Foundation
import Testing

@testable import Determinism

@Suite struct PortableMathTests {
  /// Points that the generator can ask for: the ends, powers of two and a spread in between.
  private static var fractions: [Double] {
    let words: [UInt32] = [0, 1, 2, 3, 1 << 31, (1 << 31) - 1, .max, .max - 1, 0xB504_F333]
    let powers = (0..<32).flatMap { [UInt32(1) << $0, (UInt32(1) << $0) &- 1] }
    let spread = (0..<20_000).map { UInt32(truncatingIfNeeded: $0 &* 2_654_435_761) }
    return (words + powers + spread).map { (Double($0) + 0.5) * 0x1p-32 }
  }

  @Test("the logarithm agrees with the C library to 1e-14")
  func logarithm() {
    for x in Self.fractions {
      let found = PortableMath.logarithm(SIMD2(x, 1))
      #expect(abs(found[0] - log(x)) <= 1e-14 * abs(log(x)))
      #expect(found[1] == 0)
    }
  }

  @Test("sine and cosine agree with the C library to 1e-14 of a turn's scale")
  func sineAndCosine() {
    for t in Self.fractions + [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875] {
      let (sine, cosine) = PortableMath.sineAndCosine(turns: SIMD2(t, 0))
      #expect(abs(sine[0] - sin(2 * Double.pi * t)) < 1e-14)
      #expect(abs(cosine[0] - cos(2 * Double.pi * t)) < 1e-14)
      #expect(abs(sine[0] * sine[0] + cosine[0] * cosine[0] - 1) < 1e-14)
      #expect(sine[1] == 0 && cosine[1] == 1)
    }
  }
}
