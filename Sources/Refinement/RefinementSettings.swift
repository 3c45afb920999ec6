import Files

/// How a discriminator gradient flow is run: the values that a configuration file holds.
///
/// The defaults are the image settings of the released DGflow code (configs/ of clear-nus/DGflow):
/// KL, η 0.1, γ 0.01, 25 steps; four of its fourteen configurations use η 0.05, three of these with
/// 15 steps. No values for text are published.
public struct RefinementSettings: Codable, Equatable, Sendable {
  /// η = 0.1: released image settings, of a critic's score as it is; a fitted ratio is steeper.
  public static let defaultStepSize = 0.1
  /// γ = 0.01: released image settings.
  public static let defaultNoiseWeight = 0.01
  /// 25 steps: released image settings.
  public static let defaultSteps = 25

  /// Which f-divergence descends.
  public var divergence: FDivergence
  /// η, above zero.
  public var stepSize: Double
  /// γ, at least zero.
  public var noiseWeight: Double
  /// N, at least zero; zero leaves the latents as they are.
  public var steps: Int
  /// ω, at least zero: how strongly latents are drawn back to their prior; zero, as published.
  public var priorWeight: Double
  /// How a step is taken.
  public var integrator: Integrator

  /// How a step of a flow is taken.
  public enum Integrator: String, CaseIterable, Codable, Sendable {
    /// ``EulerMaruyama``, every step of one size, as published.
    case fixed
    /// ``AdaptiveFlow``, no step longer than the drift keeps its direction.
    case adaptive
  }

  /// Settings with the published defaults; ``validate()`` checks them.
  public init(
    divergence: FDivergence = .kullbackLeibler, stepSize: Double = defaultStepSize,
    noiseWeight: Double = defaultNoiseWeight, steps: Int = defaultSteps, priorWeight: Double = 0,
    integrator: Integrator = .fixed
  ) {
    self.divergence = divergence
    self.stepSize = stepSize
    self.noiseWeight = noiseWeight
    self.steps = steps
    self.priorWeight = priorWeight
    self.integrator = integrator
  }

  /// Checks every range.
  ///
  /// - Throws: `Failure` of kind `usage`, naming the value, its range and the published default.
  public func validate() throws {
    guard stepSize > 0, stepSize.isFinite else {
      throw Failure(
        .usage,
        "step size \(stepSize) is out of range: give a finite number above 0, such as "
          + "\(Self.defaultStepSize)")
    }
    guard noiseWeight >= 0, noiseWeight.isFinite else {
      throw Failure(
        .usage,
        "noise weight \(noiseWeight) is out of range: give a finite number of at least 0, such as "
          + "\(Self.defaultNoiseWeight)")
    }
    guard priorWeight >= 0, priorWeight.isFinite else {
      throw Failure(
        .usage,
        "prior weight \(priorWeight) is out of range: give a finite number of at least 0")
    }
    guard steps >= 0, steps <= Int(UInt32.max) else {
      throw Failure(
        .usage,
        "\(steps) steps are out of range: give a whole number of at least 0, such as "
          + "\(Self.defaultSteps)")
    }
  }
}
