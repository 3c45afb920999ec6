/// Figures as people read them.
public enum Figures {
  /// `45 s`, `3 min 20 s`, `2 h 5 min`.
  public static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite else { return "unknown" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }

  /// A rate with two to three significant digits.
  public static func rate(_ value: Double) -> String {
    value >= 100 ? String(Int(value.rounded())) : fixed(value, value >= 10 ? 1 : 2)
  }

  /// A fixed number of decimals.
  public static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (abs(value) * scale).rounded()
    guard scaled < 9e15 else { return String(value) }
    let whole = Int(scaled)
    let sign = value < 0 && whole != 0 ? "-" : ""
    guard decimals > 0 else { return sign + String(whole) }
    let unit = Int(scale)
    let fraction = String(whole % unit)
    return sign + String(whole / unit) + "."
      + String(repeating: "0", count: decimals - fraction.utf8.count) + fraction
  }

  /// `1.4 GB`, `12 MB`, `830 bytes`.
  public static func bytes(_ count: Int) -> String {
    switch count {
    case ..<10_000: return "\(count) bytes"
    case ..<1_000_000: return fixed(Double(count) / 1e3, 0) + " kB"
    case ..<1_000_000_000: return fixed(Double(count) / 1e6, 1) + " MB"
    default: return fixed(Double(count) / 1e9, 2) + " GB"
    }
  }
}
