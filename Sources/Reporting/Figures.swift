/// Figures as people read them; every function takes every number.
public enum Figures {
  /// A duration in its two largest units: `45 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`.
  ///
  /// `unknown` for what is not finite, negative or beyond a thousand years.
  public static func duration(_ seconds: Double) -> String {
    guard seconds >= 0, seconds < 3.2e10 else { return "unknown" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    if whole < 86_400 { return "\(whole / 3600) h \(whole % 3600 / 60) min" }
    return "\(whole / 86_400) d \(whole % 86_400 / 3600) h"
  }

  /// A rate with about three significant digits.
  public static func rate(_ value: Double) -> String {
    fixed(value, abs(value) >= 100 ? 0 : abs(value) >= 10 ? 1 : 2)
  }

  /// A fixed number of decimals, ties away from zero; a value that rounds to zero has no sign.
  ///
  /// `nan`, `inf` and `-inf` where there are no decimals; all digits, possibly with an exponent,
  /// where the scaled value is beyond 9 · 10¹⁵ and rounding would invent some.
  ///
  /// - Parameter decimals: 0 to 15.
  public static func fixed(_ value: Double, _ decimals: Int) -> String {
    precondition((0...15).contains(decimals), "Figures.fixed: \(decimals) decimals")
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    var unit = 1
    for _ in 0..<decimals { unit *= 10 }
    let scaled = (abs(value) * Double(unit)).rounded()
    guard scaled < 9e15 else { return String(value) }
    let whole = Int(scaled)
    let sign = value < 0 && whole != 0 ? "-" : ""
    guard decimals > 0 else { return sign + String(whole) }
    let fraction = String(whole % unit)
    return sign + String(whole / unit) + "."
      + String(repeating: "0", count: decimals - fraction.utf8.count) + fraction
  }

  /// As ``fixed(_:_:)``, with a plus sign where it is positive after rounding.
  public static func signed(_ value: Double, _ decimals: Int) -> String {
    let text = fixed(value, decimals)
    let isPositive = value > 0 && text.contains { "123456789if".contains($0) }
    return isPositive ? "+" + text : text
  }

  /// As ``fixed(_:_:)``; `-` where there is no value.
  public static func fixed(_ value: Double?, _ decimals: Int) -> String {
    value.map { fixed($0, decimals) } ?? "-"
  }

  /// Cost units a sample: whole where they are, else with one decimal.
  public static func units(_ value: Double) -> String {
    fixed(value, value == value.rounded() ? 0 : 1)
  }

  /// Bytes in powers of ten: `830 bytes`, `12 kB`, `3.2 MB`, `1.40 GB`.
  public static func bytes(_ count: Int) -> String {
    switch count {
    case 1: return "1 byte"
    case ..<10_000: return "\(count) bytes"
    case ..<999_500: return fixed(Double(count) / 1e3, 0) + " kB"
    case ..<999_950_000: return fixed(Double(count) / 1e6, 1) + " MB"
    default: return fixed(Double(count) / 1e9, 2) + " GB"
    }
  }
}
