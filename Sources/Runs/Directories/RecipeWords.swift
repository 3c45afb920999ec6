import GenerativeModels

/// A training recipe in words, for cards and `inspect`.
public enum RecipeWords {
  /// One line: what every recipe has, then what this one has beyond the published one.
  public static func line(_ recipe: AdversarialConfiguration) -> String {
    var words = [
      "batch \(recipe.batch)",
      "critic steps before each of the generator \(recipe.criticIterations)",
      "critic rate \(recipe.criticRate)", "generator rate \(recipe.generatorRate)",
      "penalty \(recipe.penalty)"
        + (recipe.penaltyForm == .twoSided ? "" : " \(recipe.penaltyForm)"),
    ]
    if let bound = recipe.spectralBound { words.append("spectral bound \(bound)") }
    if recipe.straightThrough { words.append("straight-through samples") }
    if recipe.initialisation != .published { words.append("begun with \(recipe.initialisation)") }
    if recipe.warmStart > 0 { words.append("warm start of \(recipe.warmStart) steps") }
    if let halfLife = recipe.rateHalfLife {
      switch recipe.rateForm {
      case .halving: words.append("rates halved every \(halfLife) iterations")
      case .harmonic: words.append("rates falling as 1/(1 + t/\(halfLife)) at iteration t")
      }
    }
    if let decay = recipe.averageDecay { words.append("moving average with decay \(decay)") }
    words += [
      "seed \(recipe.seed)", "\(recipe.shards) shards", "convolutions \(recipe.convolution)",
    ]
    return words.joined(separator: ", ")
  }
}
