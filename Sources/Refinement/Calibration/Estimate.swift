/// A number fitted to data, with its standard error and Wald's 95 % interval.
public struct Estimate: Codable, Equatable, Sendable {
  /// The estimate.
  public let value: Double
  /// Its standard error, at least zero.
  public let standardError: Double
  /// value − 1.96 standard errors.
  public let lower: Double
  /// value + 1.96 standard errors.
  public let upper: Double

  /// The 97.5 % point of the standard normal distribution.
  static let normalQuantile = 1.959_963_984_540_054

  /// An estimate with the interval of a normal approximation.
  public init(value: Double, standardError: Double) {
    self.value = value
    self.standardError = standardError
    lower = value - Self.normalQuantile * standardError
    upper = value + Self.normalQuantile * standardError
  }

  /// Whether the interval holds a number.
  public func contains(_ number: Double) -> Bool {
    lower <= number && number <= upper
  }
}
