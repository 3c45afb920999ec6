import Files
import NeuralNetworks

extension PlaneNetworks {
  /// The format's name and version in the file's metadata, under `format`.
  public static let fileFormat = "dgflow.plane/1"

  /// Reads networks that a recipe trained.
  ///
  /// - Throws: `Failure` of kind `missingInput` when the file is absent, `badData` when it is damaged or holds
  ///   something else, also networks of another problem or recipe.
  public init(
    contentsOf path: String, problem: PlaneProblem, recipe: PlaneRecipe
  ) throws {
    let file = try SafetensorsFile(contentsOf: path)
    try FileFormat.check(file, expected: Self.fileFormat)
    let stamp = Self.stamp(problem, recipe)
    for (key, value) in stamp.sorted(by: { $0.key < $1.key }) where file.metadata[key] != value {
      throw Failure(
        .badData,
        "\(path) was trained with \(key) \(file.metadata[key] ?? "unknown"), not \(value); remove it or give "
          + "another folder")
    }
    self.init(recipe)
    let parameters = try NamedParameters(file)
    try generator.load(parameters.under("generator."), source: path)
    try critic.load(parameters.under("critic."), source: path)
  }

  /// Writes the networks as safetensors, atomically, with the recipe that trained them.
  ///
  /// - Throws: `Failure` of kind `cannotWrite`.
  public func write(to path: String, problem: PlaneProblem, recipe: PlaneRecipe) throws {
    var parameters = NamedParameters()
    parameters.append(generator.parameters, prefix: "generator.")
    parameters.append(critic.parameters, prefix: "critic.")
    try parameters.write(
      to: path,
      metadata: Self.stamp(problem, recipe).merging(["format": Self.fileFormat]) { $1 })
  }

  private static func stamp(_ problem: PlaneProblem, _ recipe: PlaneRecipe) -> [String: String] {
    [
      "problem": problem.rawValue, "latent width": String(recipe.latentWidth),
      "width": String(recipe.width), "batch": String(recipe.batch),
      "critic iterations": String(recipe.criticIterations), "penalty": String(recipe.penalty),
      "rate": String(recipe.rate), "iterations": String(recipe.iterations),
      "seed": String(recipe.seed), "shards": String(recipe.shards),
    ]
  }
}
