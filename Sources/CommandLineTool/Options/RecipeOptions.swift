import ArgumentParser
import GenerativeModels
import Runs
import Tensors

extension TrainingPreset: ExpressibleByArgument {}
extension ConvolutionAlgorithm: ExpressibleByArgument {}
extension PenaltyForm: ExpressibleByArgument {}
extension RateForm: ExpressibleByArgument {}
extension AdversarialConfiguration.Initialisation: ExpressibleByArgument {}

/// The recipe, where it differs from the preset's.
struct RecipeOptions: ParsableArguments {
  private static let small = TrainingPreset.small.configuration()
  private static let paper = TrainingPreset.paper.configuration()

  @Option(
    name: .long,
    help: """
      Size and recipe: tiny (width 32), small (64, default) and medium (128) with the recipe that did \
      best on a CPU, paper (512) with the published one.
      """)
  var preset: TrainingPreset?

  @Option(
    name: .long, parsing: .unconditional, help: "Channels of generator and critic (the preset's).")
  var width: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help:
      "Residual blocks of generator and critic (\(TrainingPreset.small.blocks); paper \(TrainingPreset.paper.blocks))."
  )
  var blocks: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Temperature of the generator's softmax: below 1 sharper (1).")
  var temperature: Double?

  @Option(
    name: .long, parsing: .unconditional,
    help: """
      Generator steps in all (tiny \(TrainingPreset.tiny.iterations), small and medium \
      \(TrainingPreset.small.iterations), paper \(TrainingPreset.paper.iterations)).
      """)
  var iterations: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Samples of a batch (\(small.batch); paper \(paper.batch)).")
  var batch: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help:
      "Critic steps before each generator step (\(small.criticIterations); paper \(paper.criticIterations))."
  )
  var criticIterations: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Adam's rate for the generator (\(small.generatorRate); paper \(paper.generatorRate)).")
  var generatorRate: Double?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Adam's rate for the critic (\(small.criticRate); paper \(paper.criticRate)).")
  var criticRate: Double?

  @Option(
    name: .long, parsing: .unconditional,
    help:
      "Weight of the gradient penalty (\(small.penalty); paper and other forms \(paper.penalty)).")
  var penalty: Double?

  @Option(
    name: .long,
    help: """
      Slopes that the penalty falls on: unlike 1 (twoSided, of paper), above 1 (oneSided) or all \
      (zeroCentred, of the others).
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
      1e-3 (a twentieth of the iterations, at most 1000; paper 0).
      """)
  var warmStart: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: """
      Iterations in which both rates first halve, 0 for never (small \
      \(TrainingPreset.small.rateHalfLife ?? 0), medium \(TrainingPreset.medium.rateHalfLife ?? 0), tiny \
      and paper 0).
      """)
  var rateHalfLife: Int?

  @Option(
    name: .long,
    help: """
      How rates fall at iteration t: as 1/(1 + t/half-life) (harmonic, of small and medium) or \
      halved every half-life (halving, of the others where a half-life is given).
      """)
  var rateForm: RateForm?

  @Option(
    name: .long, parsing: .unconditional,
    help: """
      Decay of a moving average of the generator, 0 for none (\(small.averageDecay ?? 0); paper none).
      """)
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
    settings.rateForm = rateForm
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
