import Testing

@testable import Reporting

@Suite("Figures")
struct FiguresTests {
  @Test(
    "a fixed number of decimals, ties away from zero",
    arguments: [
      (0, 2, "0.00"), (0.005, 2, "0.01"), (0.125, 2, "0.13"), (-0.125, 2, "-0.13"),
      (1.9999, 3, "2.000"), (-1.9999, 3, "-2.000"), (12.3, 0, "12"), (12.5, 0, "13"),
      (0.0625, 3, "0.063"), (99.995, 1, "100.0"), (1e-300, 4, "0.0000"),
      (123_456_789.123, 2, "123456789.12"), (0.1, 15, "0.100000000000000"),
    ] as [(Double, Int, String)])
  func fixed(value: Double, decimals: Int, text: String) {
    #expect(Figures.fixed(value, decimals) == text)
  }

  @Test("what rounds to zero has no sign", arguments: [-0.0, -0.00004, -0.0000499999, -1e-300])
  func negativeZero(value: Double) {
    #expect(Figures.fixed(value, 4) == "0.0000")
    #expect(Figures.signed(value, 4) == "0.0000")
    #expect(Figures.signed(-value, 4) == "0.0000")
  }

  @Test("signs: plus where positive, minus where negative, none for zero")
  func signed() {
    #expect(Figures.signed(0.25, 2) == "+0.25")
    #expect(Figures.signed(-0.25, 2) == "-0.25")
    #expect(Figures.signed(0, 2) == "0.00")
    #expect(Figures.signed(.infinity, 2) == "+inf")
    #expect(Figures.signed(-.infinity, 2) == "-inf")
    #expect(Figures.signed(.nan, 2) == "nan")
    #expect(Figures.signed(1e300, 2) == "+1e+300")
  }

  @Test(
    "numbers that are not finite and huge ones are said, not rounded",
    arguments: [
      (.nan, "nan"), (-.nan, "nan"), (.infinity, "inf"), (-.infinity, "-inf"),
      (1e300, "1e+300"), (-1e300, "-1e+300"), (.greatestFiniteMagnitude, "1.7976931348623157e+308"),
      (9e11, "900000000000.0"), (1e18, "1e+18"),
    ] as [(Double, String)])
  func extremes(value: Double, text: String) {
    let decimals = value == 9e11 ? 1 : 4
    #expect(Figures.fixed(value, decimals) == text)
  }

  @Test("a missing value is a dash")
  func missing() {
    #expect(Figures.fixed(Double?.none, 3) == "-")
    #expect(Figures.fixed(Double?.some(2), 1) == "2.0")
  }

  @Test(
    "durations in their two largest units",
    arguments: [
      (0, "0 s"), (0.4, "0 s"), (59.4, "59 s"), (59.5, "1 min 0 s"), (61, "1 min 1 s"),
      (3599.6, "1 h 0 min"), (7500, "2 h 5 min"), (86_400, "1 d 0 h"), (273_600, "3 d 4 h"),
      (-1, "unknown"), (.nan, "unknown"), (.infinity, "unknown"), (1e300, "unknown"),
    ] as [(Double, String)])
  func duration(seconds: Double, text: String) {
    #expect(Figures.duration(seconds) == text)
  }

  @Test(
    "rates",
    arguments: [
      (0, "0.00"), (3.14159, "3.14"), (31.4159, "31.4"), (314.159, "314"), (-314.159, "-314"),
      (.infinity, "inf"), (.nan, "nan"), (1e300, "1e+300"),
    ] as [(Double, String)])
  func rate(value: Double, text: String) {
    #expect(Figures.rate(value) == text)
  }

  @Test(
    "bytes",
    arguments: [
      (0, "0 bytes"), (1, "1 byte"), (9_999, "9999 bytes"), (10_000, "10 kB"),
      (999_499, "999 kB"), (999_500, "1.0 MB"), (12_345_678, "12.3 MB"),
      (999_949_999, "999.9 MB"), (999_950_000, "1.00 GB"), (1_792_209_805, "1.79 GB"),
    ])
  func bytes(count: Int, text: String) {
    #expect(Figures.bytes(count) == text)
  }
}
