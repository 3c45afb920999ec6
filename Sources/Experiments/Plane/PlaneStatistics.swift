import GenerativeModels
import Tensors

/// How near points of the plane are to a problem's law.
public struct PlaneStatistics: Codable, Equatable, Sendable {
  /// About the modes; nil for a problem without.
  public let modes: ModeStatistics?
  /// Energy distance to fresh real points; 0 for the law itself, on average.
  public let energyDistance: Double
  /// Mean log-likelihood of fresh real points under a kernel estimate from the points, nats a point.
  public let kernelScore: Double
  /// As ``kernelScore``, with Scott's bandwidth of the points themselves.
  public let kernelScoreScott: Double
}

/// The yardstick of a problem: real points that nothing was trained on, and a bandwidth chosen on others.
public struct PlaneReference: Sendable {
  /// The problem.
  public let problem: PlaneProblem
  /// The bandwidth of ``PlaneStatistics/kernelScore``, chosen by the likelihood of real points in five folds.
  public let bandwidth: Double
  private let real: PlanePoints
  private let threads: Int

  /// Real points of the bandwidth's choice: 2,000, which take a second.
  private static let bandwidthPoints = 2_000

  /// A reference of so many points.
  public init(_ problem: PlaneProblem, count: Int, seed: UInt64, threads: Int) {
    self.problem = problem
    self.threads = threads
    real = PlanePoints(
      problem.points(count: count, from: .init(seed: seed, name: "plane.reference")),
      threads: threads)
    bandwidth = KernelDensity.bandwidth(
      of: PlanePoints(
        problem.points(
          count: Self.bandwidthPoints, from: .init(seed: seed, name: "plane.bandwidth")),
        threads: threads))
  }

  /// The statistics of points `[N, 2]`, at least two.
  public func statistics(_ points: Tensor) -> PlaneStatistics {
    let set = PlanePoints(points, threads: threads)
    func score(_ bandwidth: Double) -> Double {
      KernelDensity(centres: set.points, bandwidth: bandwidth).meanLogDensity(of: real)
    }
    return PlaneStatistics(
      modes: problem.modes.isEmpty ? nil : ModeStatistics(points, of: problem),
      energyDistance: EnergyDistance.value(set, real), kernelScore: score(bandwidth),
      kernelScoreScott: score(KernelDensity.scott(set)))
  }
}
