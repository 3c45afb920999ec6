/// Logarithm, sine and cosine from additions, multiplications and one division.
///
/// C libraries differ in the last bit, and one library differs between processors. These use only
/// operations that IEEE 754 fixes to the last bit, in a fixed order, so they give the same bits
/// everywhere. Relative error below 1e-14, far finer than the Float that the results are rounded to.
enum PortableMath {
  /// The natural logarithm of x in (0, 1], a normal number.
  ///
  /// x = 2ᵉ m with m in [√½, √2), then log m = 2 artanh(s), s = (m − 1)/(m + 1), |s| ≤ 0.1716; the
  /// series s + s³/3 + … + s¹⁹/19 leaves less than 1e-17.
  @inline(__always)
  static func logarithm(_ x: SIMD2<Double>) -> SIMD2<Double> {
    let bits = SIMD2<UInt64>(x[0].bitPattern, x[1].bitPattern)
    // Adding 1 − √½ in bits moves the cut of the exponent from 1 to √½.
    let shifted = bits &+ (0x3FF0_0000_0000_0000 &- 0x3FE6_A09E_667F_3BCD)
    let exponents = SIMD2<Double>(
      Double(Int64(truncatingIfNeeded: shifted[0] >> 52) - 1023),
      Double(Int64(truncatingIfNeeded: shifted[1] >> 52) - 1023))
    let mantissas = (shifted & 0x000F_FFFF_FFFF_FFFF) &+ 0x3FE6_A09E_667F_3BCD
    let m = SIMD2(Double(bitPattern: mantissas[0]), Double(bitPattern: mantissas[1]))
    let s = (m - 1) / (m + 1)
    let q = s * s
    var sum = SIMD2<Double>(repeating: 1.0 / 19)
    sum = sum * q + 1.0 / 17
    sum = sum * q + 1.0 / 15
    sum = sum * q + 1.0 / 13
    sum = sum * q + 1.0 / 11
    sum = sum * q + 1.0 / 9
    sum = sum * q + 1.0 / 7
    sum = sum * q + 1.0 / 5
    sum = sum * q + 1.0 / 3
    sum = sum * q
    // The small parts are added first, then the exponent's share in two pieces.
    let fine = 2 * s * sum + exponents * 1.908_214_929_270_587_70e-10
    return exponents * 6.931_471_803_691_238_16e-01 + (2 * s + fine)
  }

  /// sin 2πt and cos 2πt for t in [0, 1).
  ///
  /// t is cut into quarter turns q and a rest in [−⅛, ⅛] turn; Taylor series for the rest, then the
  /// quarter decides which is which and the signs.
  @inline(__always)
  static func sineAndCosine(
    turns t: SIMD2<Double>
  ) -> (sine: SIMD2<Double>, cosine: SIMD2<Double>) {
    // Adding and taking away 1.5 · 2⁵² rounds to the nearest whole number.
    let quarters = (t * 4 + 0x1.8p52) - 0x1.8p52
    let angle = (t - quarters * 0.25) * (2 * Double.pi)
    let q = angle * angle
    var sine = SIMD2<Double>(repeating: -1.0 / 1_307_674_368_000)
    sine = sine * q + 1.0 / 6_227_020_800
    sine = sine * q - 1.0 / 39_916_800
    sine = sine * q + 1.0 / 362_880
    sine = sine * q - 1.0 / 5_040
    sine = sine * q + 1.0 / 120
    sine = sine * q - 1.0 / 6
    sine = angle + angle * (q * sine)
    var cosine = SIMD2<Double>(repeating: 1.0 / 20_922_789_888_000)
    cosine = cosine * q - 1.0 / 87_178_291_200
    cosine = cosine * q + 1.0 / 479_001_600
    cosine = cosine * q - 1.0 / 3_628_800
    cosine = cosine * q + 1.0 / 40_320
    cosine = cosine * q - 1.0 / 720
    cosine = cosine * q + 1.0 / 24
    cosine = 1 - 0.5 * q + q * (q * cosine)
    // Quarter 0: (s, c); 1: (c, −s); 2: (−s, −c); 3: (−c, s); 4 is 0 again.
    let odd = quarters .== 1 .| quarters .== 3
    let sineNegative = quarters .== 2 .| quarters .== 3
    let cosineNegative = quarters .== 1 .| quarters .== 2
    let sineOut = sine.replacing(with: cosine, where: odd)
    let cosineOut = cosine.replacing(with: sine, where: odd)
    return (
      sineOut.replacing(with: -sineOut, where: sineNegative),
      cosineOut.replacing(with: -cosineOut, where: cosineNegative)
    )
  }
}
