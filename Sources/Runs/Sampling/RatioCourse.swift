import Refinement

/// The mean of d along the steps of refinement, accumulated over blocks.
public struct RatioCourse: Sendable {
  /// The mean at one step.
  public struct Point: Codable, Sendable, Equatable {
    /// Steps taken.
    public let step: Int
    /// Mean of d over all samples so far, nats.
    public var meanRatio: Double
    /// Samples in the mean.
    public var samples: Int
  }

  /// Points in the order of their steps.
  public private(set) var points: [Point] = []

  /// An empty course.
  public init() {}

  /// Takes in the trajectory of a block.
  public mutating func add(_ trajectory: [TrajectoryPoint]) {
    for entry in trajectory {
      let sum = entry.values.reduce(0.0) { $0 + Double($1) }
      if let index = points.firstIndex(where: { $0.step == entry.step }) {
        let total = points[index].samples + entry.values.count
        points[index].meanRatio +=
          (sum - points[index].meanRatio * Double(entry.values.count)) / Double(max(total, 1))
        points[index].samples = total
      } else {
        points.append(
          Point(
            step: entry.step, meanRatio: sum / Double(max(entry.values.count, 1)),
            samples: entry.values.count))
      }
    }
  }
}
