import Files
import GenerativeModels
import Tensors

/// Settings of a training as a person gives them: each may be left out.
///
/// The order is default, file, option: the preset's value, then what a configuration file says, then
/// what the command line says. The file is YAML with these names as keys, all optional:
///
/// ```yaml
/// preset: small
/// width: 64
/// blocks: 2
/// temperature: 1
/// iterations: 100000
/// batch: 32
/// criticIterations: 1
/// generatorRate: 1.0e-3
/// criticRate: 3.0e-3
/// penalty: 0.5
/// penaltyForm: zeroCentred
/// spectralBound: 1
/// straightThrough: false
/// initialisation: published
/// warmStart: 1000
/// rateHalfLife: 32000
/// rateForm: harmonic
/// averageDecay: 0.998
/// shards: 8
/// convolution: winograd
/// seed: 1
/// ```
public struct TrainingSettings: Codable, Sendable, Equatable {
  /// Named size with its recipe.
  public var preset: TrainingPreset?
  /// Channels of generator and critic.
  public var width: Int?
  /// Residual blocks of generator and critic.
  public var blocks: Int?
  /// Temperature of the generator's softmax.
  public var temperature: Double?
  /// Generator steps in all.
  public var iterations: Int?
  /// Samples of a batch.
  public var batch: Int?
  /// Critic steps before each generator step.
  public var criticIterations: Int?
  /// Adam's rate for the generator.
  public var generatorRate: Double?
  /// Adam's rate for the critic.
  public var criticRate: Double?
  /// The gradient penalty's weight λ.
  public var penalty: Double?
  /// Which gradient norms the penalty falls on.
  public var penaltyForm: PenaltyForm?
  /// Bound of the spectral norm of the critic's weights.
  public var spectralBound: Double?
  /// Whether the critic is shown decoded samples.
  public var straightThrough: Bool?
  /// How the networks begin.
  public var initialisation: AdversarialConfiguration.Initialisation?
  /// Steps of the autoencoder that the generator begins as.
  public var warmStart: Int?
  /// Iterations in which both rates first halve; 0 for never.
  public var rateHalfLife: Int?
  /// How the rates fall; an error where they stay.
  public var rateForm: RateForm?
  /// Decay of the moving average of the generator; 0 for none.
  public var averageDecay: Double?
  /// Parts that a batch is cut into.
  public var shards: Int?
  /// How convolutions are computed.
  public var convolution: ConvolutionAlgorithm?
  /// Seed of everything random.
  public var seed: UInt64?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case preset, width, blocks, temperature, iterations, batch, criticIterations, generatorRate
    case criticRate, penalty, penaltyForm, spectralBound, straightThrough, initialisation, warmStart
    case rateHalfLife, rateForm, averageDecay, shards, convolution, seed
  }

  /// The keys that a configuration file may have.
  public static var keys: [String] { CodingKeys.allCases.map(\.stringValue) }

  /// Nothing given.
  public init() {}

  /// Reads a configuration file; unknown keys are errors, so that a misspelt one is noticed.
  ///
  /// - Throws: `Failure` of kind `missingInput` or `badData`, naming the file and the key.
  public init(contentsOf path: String) throws {
    self = try YAMLFile.read(KnownKeysOnly.self, from: path).settings
  }

  /// These settings, with those of `other` where it has them.
  public func overridden(by other: TrainingSettings) -> TrainingSettings {
    var result = self
    result.preset = other.preset ?? preset
    result.width = other.width ?? width
    result.blocks = other.blocks ?? blocks
    result.temperature = other.temperature ?? temperature
    result.iterations = other.iterations ?? iterations
    result.batch = other.batch ?? batch
    result.criticIterations = other.criticIterations ?? criticIterations
    result.generatorRate = other.generatorRate ?? generatorRate
    result.criticRate = other.criticRate ?? criticRate
    result.penalty = other.penalty ?? penalty
    result.penaltyForm = other.penaltyForm ?? penaltyForm
    result.spectralBound = other.spectralBound ?? spectralBound
    result.straightThrough = other.straightThrough ?? straightThrough
    result.initialisation = other.initialisation ?? initialisation
    result.warmStart = other.warmStart ?? warmStart
    result.rateHalfLife = other.rateHalfLife ?? rateHalfLife
    result.rateForm = other.rateForm ?? rateForm
    result.averageDecay = other.averageDecay ?? averageDecay
    result.shards = other.shards ?? shards
    result.convolution = other.convolution ?? convolution
    result.seed = other.seed ?? seed
    return result
  }

  /// The preset, `small` unless given.
  public var resolvedPreset: TrainingPreset { preset ?? .small }

  /// The networks' size: the preset's with what is given here.
  ///
  /// - Throws: `Failure` of kind `usage` that names the value out of range.
  public func networks() throws -> NetworkSize {
    var size = NetworkSize(
      width: width ?? resolvedPreset.width, blocks: blocks ?? resolvedPreset.blocks)
    size.temperature = temperature ?? size.temperature
    try size.validate()
    return size
  }

  /// The recipe: the preset's with what is given here.
  ///
  /// - Throws: `Failure` of kind `usage` that names the value out of range, or a form of falling rates
  ///   without a half-life.
  public func recipe() throws -> AdversarialConfiguration {
    var recipe = resolvedPreset.configuration(iterations: iterations)
    recipe.batch = batch ?? recipe.batch
    recipe.criticIterations = criticIterations ?? recipe.criticIterations
    recipe.generatorRate = generatorRate ?? recipe.generatorRate
    recipe.criticRate = criticRate ?? recipe.criticRate
    if let penaltyForm, penaltyForm != recipe.penaltyForm {
      recipe.penaltyForm = penaltyForm
      // The preset's weight is for its own form.
      recipe.penalty = AdversarialConfiguration().penalty
    }
    recipe.penalty = penalty ?? recipe.penalty
    recipe.spectralBound = spectralBound ?? recipe.spectralBound
    recipe.straightThrough = straightThrough ?? recipe.straightThrough
    recipe.initialisation = initialisation ?? recipe.initialisation
    recipe.warmStart = warmStart ?? recipe.warmStart
    if let rateHalfLife { recipe.rateHalfLife = rateHalfLife == 0 ? nil : rateHalfLife }
    if let rateForm {
      // An explicit 0 takes back what a file says of falling rates, form included.
      guard recipe.rateHalfLife != nil || rateHalfLife == 0 else {
        throw Failure(
          .usage,
          "training: rate form is \(rateForm), but without a half-life the rates stay; give a rate "
            + "half-life too, or leave the form out")
      }
      recipe.rateForm = rateForm
    }
    if let averageDecay { recipe.averageDecay = averageDecay == 0 ? nil : averageDecay }
    recipe.shards = shards ?? min(recipe.shards, recipe.batch)
    recipe.convolution = convolution ?? recipe.convolution
    recipe.seed = seed ?? recipe.seed
    try recipe.validate()
    return recipe
  }

  /// The recipe of a training that only the clock ends.
  ///
  /// - Throws: `Failure` of kind `usage` that names the value out of range.
  public func endlessRecipe() throws -> AdversarialConfiguration {
    var recipe = try recipe()
    recipe.iterations = Int(UInt32.max) / recipe.criticIterations
    return recipe
  }
}

/// Settings from a file that holds nothing else.
private struct KnownKeysOnly: Decodable {
  struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  let settings: TrainingSettings

  init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: Key.self).allKeys.map(\.stringValue)
    let known = TrainingSettings.keys
    if let stranger = keys.sorted().first(where: { !known.contains($0) }) {
      throw Failure(
        .badData,
        "unknown setting `\(stranger)`; known are \(known.joined(separator: ", "))")
    }
    settings = try TrainingSettings(from: decoder)
  }
}
