import GenerativeModels
import Tensors

/// How points lie about known modes.
///
/// A point belongs to the nearest mode and is of *high quality* within 4 deviations of it, as DGflow and DOT
/// count; a mode is present with at least 20 points of high quality.
public struct ModeStatistics: Codable, Equatable, Sendable {
  /// Deviations within which a point is of high quality.
  public static let radius = 4.0
  /// Points of high quality that make a mode present.
  public static let leastPoints = 20

  /// Share of points of high quality; 0.9997 of the law itself.
  public let highQualityShare: Double
  /// Modes present.
  public let modesPresent: Int
  /// Variance of the points of high quality about their mean over the mode's, median over the modes present;
  /// 0.997 of the law itself, nil where none is present.
  public let varianceRatio: Double?
  /// Total variation between the modes' shares of all points and equal shares, in [0, 1].
  public let occupancyDistance: Double
  /// Points of high quality by mode.
  public let counts: [Int]

  /// Statistics of points.
  ///
  /// - Parameters:
  ///   - points: `[N, 2]`, at least one.
  ///   - problem: one with modes.
  public init(_ points: Tensor, of problem: PlaneProblem) {
    let modes = problem.modes
    precondition(!modes.isEmpty && points.shape[0] > 0, "ModeStatistics: no modes or no points")
    var near = [[SIMD2<Double>]](repeating: [], count: modes.count)
    var members = [Int](repeating: 0, count: modes.count)
    let limit = Self.radius * problem.deviation
    for index in 0..<points.shape[0] {
      let point = SIMD2(Double(points[2 * index]), Double(points[2 * index + 1]))
      var nearest = 0
      var least = Double.infinity
      for (mode, centre) in modes.enumerated() {
        let offset = point - centre
        let square = (offset * offset).sum()
        if square < least { (least, nearest) = (square, mode) }
      }
      members[nearest] += 1
      if least <= limit * limit { near[nearest].append(point) }
    }
    let total = Double(points.shape[0])
    counts = near.map(\.count)
    highQualityShare = Double(counts.reduce(0, +)) / total
    let present = near.filter { $0.count >= Self.leastPoints }
    modesPresent = present.count
    let ratios = present.map { points in
      let mean = points.reduce(SIMD2(0, 0), +) / Double(points.count)
      let scatter = points.reduce(0.0) { sum, point in
        let offset = point - mean
        return sum + (offset * offset).sum()
      }
      return scatter / Double(2 * (points.count - 1)) / (problem.deviation * problem.deviation)
    }.sorted()
    varianceRatio = ratios.isEmpty ? nil : Self.median(ratios)
    occupancyDistance =
      members.reduce(0) { $0 + abs(Double($1) / total - 1 / Double(modes.count)) } / 2
  }

  private static func median(_ sorted: [Double]) -> Double {
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
