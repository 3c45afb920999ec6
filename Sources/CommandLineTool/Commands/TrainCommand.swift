import ArgumentParser
import Experiments
import Files
import GenerativeModels
import Reporting
import Runs
import Tensors

extension TrainingPreset: ExpressibleByArgument {}

/// `dgflow train CORPUS --output RUN`.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a generator and a critic on a prepared corpus.",
    discussion: """
      A WGAN-GP of 1D convolutions whose critic reads softmax outputs, as in Gulrajani et al. 2017. \
      Checkpoints and records are written as it goes; Ctrl-C saves and exits with status 130, and \
      --resume goes on bit for bit.

        dgflow train corpus --output run --minutes 30
        dgflow train corpus --output run --resume --iterations 40000

      The preset's values can be overridden by a YAML file (--config) and by options, in this order. \
      The file's keys: \(TrainingSettings.keys.joined(separator: ", ")).
      """)

  @Argument(help: "Prepared corpus, or a bundled name (newswire).")
  var corpus: String

  @Option(name: .long, help: "Run directory to make, or to resume.")
  var output: String

  @Flag(name: .long, help: "Go on from the newest checkpoint.")
  var resume = false

  @Option(name: .long, help: "YAML file with settings, by the keys above.")
  var config: String?

  @OptionGroup(title: "Recipe") var recipe: RecipeOptions
  @OptionGroup(title: "Pace") var pace: PaceOptions

  @Option(name: .long, parsing: .unconditional, help: "Seed of weights, batches and latents (1).")
  var seed: UInt64?

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var talkOptions: TalkOptions

  func validate() throws {
    if resume, config != nil || seed != nil || recipe.changesMoreThanIterations {
      throw ValidationError(
        "--resume goes on with the run's own recipe; only --iterations and --minutes may change")
    }
  }

  func run() throws {
    Interruption.isNoted = true
    let talk = talkOptions.talk
    let prepared = try BundledCorpus.open(corpus, talk: talk, threads: threads.count)
    let session = try makeSession(prepared)
    if session.changesInstructionSet {
      talk.warn("the run was trained with another instruction set; it goes on, but not bit for bit")
    }
    guard session.iteration <= session.iterations else {
      throw Failure(
        .usage,
        "\(output) is at iteration \(session.iteration) already; give more than "
          + "--iterations \(session.iterations)")
    }
    if session.iteration > 0, session.iteration == session.iterations {
      talk.say("\(output): all \(session.iterations) iterations are done; give more --iterations")
    } else {
      talk.say("\(output): iteration \(session.iteration), training on \(prepared.path)")
    }
    talk.detail("measuring the floor of the validation split")
    var progress = ProgressMeter("train", unit: "iterations", talk: talk, interval: 30)
    var words = TrainingWords(iterations: session.iterations, minutes: pace.minutes)
    let outcome = try session.run { event in
      switch event {
      case .warmStart(let report, _):
        if Interruption.isRequested { return .stop }
        progress.update(text: words.line(report))
      case .iteration(let report, let seconds):
        if Interruption.isRequested { return .stop }
        progress.update(text: words.line(report, seconds: seconds))
      case .record(let record, let samples):
        guard record.scores != nil else { return .proceed }
        progress.finish()
        for line in words.evaluation(record, samples: samples) { talk.say(line) }
      case .checkpoint(let path): talk.detail("checkpoint \(path)")
      }
      return .proceed
    }
    progress.finish()
    switch outcome {
    case .finished(let iteration, let seconds):
      talk.say("\(output): \(iteration) iterations in \(Figures.duration(seconds)) of training")
    case .stopped(0, _):
      throw Failure(
        .interrupted,
        "stopped before the first iteration was done; --resume begins training anew, a warm start "
          + "included")
    case .stopped(let iteration, _):
      throw Failure(
        .interrupted,
        "stopped at iteration \(iteration); everything is saved, go on with --resume")
    }
  }

  private func makeSession(_ corpus: PreparedCorpus) throws -> TrainingSession {
    if resume {
      return try TrainingSession(
        resuming: output, corpus: corpus, iterations: recipe.iterations, pace: pace.pace,
        threads: threads.count)
    }
    if FileSystem.exists(output) {
      throw Failure(
        .cannotWrite,
        "\(output) exists already; give --resume to go on with it, or another --output")
    }
    let file = try config.map { try TrainingSettings(contentsOf: $0) } ?? TrainingSettings()
    var given = recipe.settings
    given.seed = seed
    let settings = file.overridden(by: given)
    var resolved = try settings.recipe()
    if settings.iterations == nil, pace.minutes != nil {
      // Only the clock ends it.
      resolved.iterations = Int(UInt32.max) / resolved.criticIterations
    }
    return try TrainingSession(
      beginning: output, corpus: corpus, preset: settings.resolvedPreset.rawValue,
      networks: try settings.networks(), recipe: resolved, pace: pace.pace, threads: threads.count)
  }
}

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
    name: .long,
    help: """
      Show the critic generated samples decoded, one-hot like real text; the generator's gradient \
      passes straight through.
      """)
  var straightThrough = false

  @Option(
    name: .long,
    help:
      "How the networks begin: published, or with residual blocks as identities (closedBranches).")
  var initialisation: AdversarialConfiguration.Initialisation?

  @Option(
    name: .long, parsing: .unconditional,
    help: """
      Steps in which the generator is first trained as the decoder of an autoencoder, at a rate of \
      1e-3; interrupted in them, training begins anew (0).
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
    settings.straightThrough = straightThrough ? true : nil
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

extension ConvolutionAlgorithm: ExpressibleByArgument {}
extension PenaltyForm: ExpressibleByArgument {}
extension AdversarialConfiguration.Initialisation: ExpressibleByArgument {}

/// How often things happen.
struct PaceOptions: ParsableArguments {
  @Option(
    name: .long, parsing: .unconditional,
    help: "Stop after so many minutes of training, resumed parts included.")
  var minutes: Double?

  @Option(name: .long, parsing: .unconditional, help: "Iterations between evaluations.")
  var evaluateEvery = TrainingSession.Pace().evaluateEvery

  @Option(name: .long, parsing: .unconditional, help: "Iterations between checkpoints.")
  var checkpointEvery = TrainingSession.Pace().checkpointEvery

  @Option(name: .long, parsing: .unconditional, help: "Samples scored at an evaluation.")
  var evaluationSamples = TrainingSession.Pace().sampleCount

  func validate() throws {
    if let minutes { try Given.number(minutes, "--minutes", positive: true) }
    try Given.count(evaluateEvery, "--evaluate-every")
    try Given.count(checkpointEvery, "--checkpoint-every")
    try Given.count(evaluationSamples, "--evaluation-samples")
  }

  var pace: TrainingSession.Pace {
    var pace = TrainingSession.Pace()
    pace.evaluateEvery = evaluateEvery
    pace.recordEvery = min(pace.recordEvery, evaluateEvery)
    pace.checkpointEvery = checkpointEvery
    pace.sampleCount = evaluationSamples
    pace.secondsLimit = minutes.map { $0 * 60 }
    return pace
  }
}
