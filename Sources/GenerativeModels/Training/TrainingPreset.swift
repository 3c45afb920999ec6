/// Named sizes with their recipes.
///
/// The three presets for CPUs share the recipe that made the best generator of real news at equal
/// compute (Tools/experiments/quality): two blocks, batches of 32, ten times the two-time-scale rates
/// of Heusel et al., a warm start of the generator and a zero-centred penalty. How the rates fall was
/// chosen later, for longer trainings.
public enum TrainingPreset: String, Codable, Sendable, CaseIterable {
  /// Width 32: minutes on a laptop.
  case tiny
  /// Width 64, under an hour of two cores: the default.
  case small
  /// Width 128, hours of two cores.
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

  /// Residual blocks of generator and critic; 5 in gan_language.py.
  public var blocks: Int { self == .paper ? 5 : 2 }

  /// Generator steps in all; 200,000 in gan_language.py, the others chosen here, for minutes, an hour
  /// and hours of two cores.
  public var iterations: Int {
    switch self {
    case .tiny: 20_000
    case .small, .medium: 100_000
    case .paper: 200_000
    }
  }

  /// Iterations in which the rates first halve; nil where they stay. Chosen here, on validation text:
  ///
  /// - `tiny`: on newswire, 20,000 iterations of seed 1, JS-4 of 2,000 samples was 0.493 with rates that
  ///   stay, 0.502 and 0.525 with rates that halve every 20,000 and 8,000.
  /// - `small` and `medium`: Tools/experiments/quality. The wider the networks, the sooner the softmax
  ///   saturates at rates that stay, and the text declines.
  public var rateHalfLife: Int? {
    switch self {
    case .tiny, .paper: nil
    case .small: 32_000
    case .medium: 8_000
    }
  }

  /// The recipe for so many iterations; nil for the preset's own number.
  ///
  /// Rates that fall do so harmonically, so that a training of any length may go on. The warm start
  /// takes a twentieth of the steps, at most 1,000. The penalty's weight gives the critic a slope of
  /// about 1, as the published penalty does, so that its raw score has the scale that the released step
  /// sizes of refinement are for.
  public func configuration(iterations: Int? = nil) -> AdversarialConfiguration {
    let iterations = iterations ?? self.iterations
    guard self != .paper else {
      return AdversarialConfiguration(
        criticIterations: 10, generatorRate: 1e-4, criticRate: 1e-4, iterations: iterations)
    }
    var recipe = AdversarialConfiguration(
      batch: 32, generatorRate: 1e-3, criticRate: 3e-3, penalty: 0.5, averageDecay: 0.998,
      iterations: iterations)
    recipe.penaltyForm = .zeroCentred
    recipe.warmStart = min(1_000, max(0, iterations) / 20)
    if let rateHalfLife {
      recipe.rateHalfLife = rateHalfLife
      recipe.rateForm = .harmonic
    }
    return recipe
  }
}
