import GenerativeModels
import Refinement
import Tensors

/// What a picture of refinement in the plane shows: points before and after, paths, and the field that latents
/// follow.
public struct PlanePicture: Codable, Sendable {
  /// A place in the plane.
  public struct Point: Codable, Equatable, Sendable {
    /// Across.
    public let x: Float
    /// Up.
    public let y: Float

    /// A place.
    public init(x: Float, y: Float) {
      self.x = x
      self.y = y
    }
  }

  /// An arrow of the field.
  public struct Arrow: Codable, Equatable, Sendable {
    /// A latent.
    public let latent: Point
    /// The drift s(d) ∇d there.
    public let drift: Point
  }

  /// The flow.
  public let settings: RefinementSettings
  /// Real points.
  public let real: [Point]
  /// Points of the base model.
  public let base: [Point]
  /// The same latents' points after refinement.
  public let refined: [Point]
  /// Where some points went, step by step.
  public let paths: [[Point]]
  /// The drift on a grid of latents; empty unless Z = 2.
  public let field: [Arrow]

  /// Points of a cloud: 2,000, as many as a panel can show apart.
  static let count = 2_000
  /// Points whose path is shown.
  static let paths = 60
  /// Grid lines of the field, from −3 to 3.
  static let gridLines = 25

  /// A picture of a flow.
  ///
  /// - Parameters:
  ///   - score: generator and critic.
  ///   - ratio: what is climbed.
  ///   - settings: of the flow.
  ///   - real: real points `[N, 2]`.
  ///   - seed: of latents and noise.
  init(
    _ score: PlaneScore, ratio: any LatentLogDensityRatio, settings: RefinementSettings,
    real: Tensor, seed: UInt64, threads: Int
  ) throws {
    let prior = StandardNormalLatents(latentWidth: score.latentWidth)
    let start = prior.sample(count: Self.count, from: .latents(seed: seed))
    let refined = try Refiner(ratio: ratio, settings: settings, seed: seed, threads: threads)
      .refine(start)
    let followed = try Refiner(
      ratio: ratio, settings: settings, seed: seed, saving: .valuesAndLatents(every: 1)
    ).refine(start.rows(0..<Self.paths))
    let steps = followed.trajectory.compactMap(\.latents).map { Self.points(score.points($0)) }
    self.settings = settings
    self.real = Self.points(real)
    base = Self.points(score.points(start))
    self.refined = Self.points(score.points(refined.latents))
    paths = (0..<Self.paths).map { index in steps.map { $0[index] } }
    field =
      score.latentWidth == 2
      ? try Self.field(DiscriminatorGradientFlow(ratio: ratio, settings: settings)) : []
  }

  private static func field(_ flow: DiscriminatorGradientFlow) throws -> [Arrow] {
    let ticks = (0..<gridLines).map { 6 * Float($0) / Float(gridLines - 1) - 3 }
    let latents = Tensor(
      shape: [gridLines * gridLines, 2], values: ticks.flatMap { y in ticks.flatMap { [$0, y] } })
    let drift = try flow.evaluate(latents).drift
    return zip(points(latents), points(drift)).map { Arrow(latent: $0, drift: $1) }
  }

  private static func points(_ tensor: Tensor) -> [Point] {
    let values = tensor.values
    return (0..<tensor.shape[0]).map { Point(x: values[2 * $0], y: values[2 * $0 + 1]) }
  }
}
