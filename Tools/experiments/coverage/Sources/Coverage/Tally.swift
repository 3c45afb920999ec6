// What is kept of the replicates, and the row that comes of it.

import Glibc

/// Intervals of one estimand at one order.
struct Tally {
  private var values: [Double] = []
  private var bounds: [(lower: Double, upper: Double)] = []
  private var squares = 0.0

  mutating func add(_ value: Double, _ lower: Double?, _ upper: Double?, _ error: Double?) {
    values.append(value)
    guard let lower, let upper, let error else { return }
    bounds.append((lower, upper))
    squares += error * error
  }

  /// scenario, estimand, order, replicates, share given, coverage, misses, relative length and error.
  ///
  /// Length is the median over 2 · 1.96 standard deviations of the value; the error is the root mean
  /// square of the errors over that deviation. `truth` is the mean of the values where nil.
  func row(_ name: String, _ estimand: String, _ order: Int, truth: Double?) -> String {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let deviation =
      (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)).squareRoot()
    let target = truth ?? mean
    let given = Double(bounds.count)
    func share(_ wanted: ((lower: Double, upper: Double)) -> Bool) -> Double {
      given > 0 && !target.isNaN ? Double(bounds.count { wanted($0) }) / given : .nan
    }
    let below = share { $0.upper < target }
    let above = share { $0.lower > target }
    let lengths = bounds.map { $0.upper - $0.lower }.sorted()
    let length = lengths.isEmpty ? .nan : lengths[lengths.count / 2] / (3.92 * deviation)
    let error = given > 0 ? (squares / given).squareRoot() / deviation : .nan
    let numbers = [given / count, 1 - below - above, below, above, length, error, mean, target]
    let fields = numbers.map { Self.rounded($0) }
    return ([name, estimand, "\(order)", "\(values.count)"] + fields).joined(separator: ";")
  }

  private static func rounded(_ x: Double) -> String {
    x.isNaN ? "" : "\((x * 1e5).rounded() / 1e5)"
  }
}
