/// Named sizes with their recipes.
public enum TrainingPreset: String, Codable, Sendable, CaseIterable {
  /// Width 32, two-time-scale: minutes on a laptop.
  case tiny
  /// Width 64, two-time-scale: the default.
  case small
  /// Width 128, two-time-scale.
  case medium
  /// Width 512 with the published recipe of gan_language.py: 10 critic steps, both rates 1e-4, 200,000
  /// iterations.
  case paper

  /// Channels of generator and critic; 512 in gan_language.py, the others chosen here for CPUs.
  public var width: Int {
    switch self {
    case .tiny: 32
    case .small: 64
    case .medium: 128
    case .paper: 512
    }
  }

  /// The recipe.
  ///
  /// The iterations of the three CPU presets are chosen here, for minutes, hours and a
  /// day of two cores.
  public var configuration: AdversarialConfiguration {
    switch self {
    case .tiny: AdversarialConfiguration(iterations: 2_000)
    case .small: AdversarialConfiguration(iterations: 20_000)
    case .medium: AdversarialConfiguration(iterations: 50_000)
    case .paper:
      AdversarialConfiguration(
        criticIterations: 10, generatorRate: 1e-4, criticRate: 1e-4, iterations: 200_000)
    }
  }
}
