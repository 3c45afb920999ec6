import ArgumentParser
import GenerativeModels
import Runs
import Tensors

extension TrainingPreset: ExpressibleByArgument {}
extension ConvolutionAlgorithm: ExpressibleByArgument {}
extension PenaltyForm: ExpressibleByArgument {}
extension AdversarialConfiguration.Initialisation: ExpressibleByArgument {}

/// The recipe, where it differs from the preset's.
struct RecipeOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Size and recipe: tiny (width 32), small (64, default), medium (128) with two-time-scale rates "
        + "(Heusel et al. 2017), paper (512) with the published ones."))
  var preset: TrainingPreset?

  @Option(
    name: .long, parsing: .unconditional, help: "Channels of generator and critic (the preset's).")
  var width: Int?

  @Option(
    name: .long, parsing: .unconditional, help: "Residual blocks of generator and critic (5).")
  var blocks: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Temperature of the generator's softmax: below 1 sharper (1).")
  var temperature: Double?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Generator steps in all (tiny 2000, small 20000, medium 50000, paper 200000).")
  var iterations: Int?

  @Option(name: .long, parsing: .unconditional, help: "Samples of a batch (64).")
  var batch: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Critic steps before each generator step (1; paper 10).")
  var criticIterations: Int?

  @Option(name: .long, parsing: .unconditional, help: "Adam's rate for the generator (1e-4).")
  var generatorRate: Double?

  @Option(
    name: .long, parsing: .unconditional, help: "Adam's rate for the critic (3e-4; paper 1e-4).")
  var criticRate: Double?

  @Option(name: .long, parsing: .unconditional, help: "Weight of the gradient penalty (10).")
  var penalty: Double?

  @Option(
    name: .long,
    help: """
      Slopes that the penalty falls on: unlike 1 (twoSided, as published), above 1 (oneSided) or all \
      (zeroCentred).
      """)
  var penaltyForm: PenaltyForm?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Bound of the spectral norm of the critic's weights, kept by projection (none).")
  var spectralBound: Double?

  @Flag(
    inversion: .prefixedNo,
    help: """
      Show the critic generated samples decoded, one-hot like real text; the generator's gradient \
      passes straight through (no).
      """)
  var straightThrough: Bool?

  @Option(
    name: .long,
    help:
      "How the networks begin: published, or with residual blocks as identities (closedBranches).")
  var initialisation: AdversarialConfiguration.Initialisation?

  @Option(
    name: .long, parsing: .unconditional,
    help: """
      Steps in which the generator is first trained as the decoder of an autoencoder, at a rate of \
      1e-3 (0).
      """)
  var warmStart: Int?

  @Option(
    name: .long, parsing: .unconditional, help: "Iterations in which both rates halve (never).")
  var rateHalfLife: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Decay of a moving average of the generator, such as 0.999 (none).")
  var averageDecay: Double?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Parts of a batch; part of the result's definition (8).")
  var shards: Int?

  @Option(
    name: .long,
    help: """
      How convolutions are computed: the plain sum (direct) or fewer multiplications (winograd); the \
      same up to rounding (\(ConvolutionAlgorithm.standard.rawValue)).
      """)
  var convolution: ConvolutionAlgorithm?

  var settings: TrainingSettings {
    var settings = TrainingSettings()
    settings.preset = preset
    settings.width = width
    settings.blocks = blocks
    settings.temperature = temperature
    settings.iterations = iterations
    settings.batch = batch
    settings.criticIterations = criticIterations
    settings.generatorRate = generatorRate
    settings.criticRate = criticRate
    settings.penalty = penalty
    settings.penaltyForm = penaltyForm
    settings.spectralBound = spectralBound
    settings.straightThrough = straightThrough
    settings.initialisation = initialisation
    settings.warmStart = warmStart
    settings.rateHalfLife = rateHalfLife
    settings.averageDecay = averageDecay
    settings.shards = shards
    settings.convolution = convolution
    return settings
  }

  /// Whether anything but the number of iterations is given.
  var changesMoreThanIterations: Bool {
    var rest = settings
    rest.iterations = nil
    return rest != TrainingSettings()
  }
}
