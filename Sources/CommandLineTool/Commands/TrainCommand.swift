import ArgumentParser
import Experiments
import Files
import GenerativeModels
import Reporting
import Runs
import Tensors

/// `dgflow train CORPUS --output RUN`.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a generator and a critic on a prepared corpus.",
    discussion: """
      A WGAN-GP of 1D convolutions whose critic reads softmax outputs, as in Gulrajani et al. 2017; \
      --preset paper is their recipe, the others one that does better on a CPU. Checkpoints and records \
      are written as it goes; Ctrl-C saves and exits with status 130, and --resume goes on bit for bit.

        dgflow train corpus --output run
        dgflow train corpus --output short --minutes 30
        dgflow train corpus --output short --resume --minutes 60

      The rates of small and medium fall in a way that needs no length known beforehand; after --resume \
      they go on where they were. With --rate-form halving choose the half-life for the length.

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
    case .finished(0, let seconds) where session.iterations > 0:
      talk.say(
        "\(output): \(Figures.duration(seconds)) of training and no iteration done yet; go on "
          + "with --resume and more --minutes")
    case .finished(let iteration, let seconds):
      talk.say("\(output): \(iteration) iterations in \(Figures.duration(seconds)) of training")
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
    let resolved =
      try settings.iterations == nil && pace.minutes != nil
      ? settings.endlessRecipe() : settings.recipe()
    return try TrainingSession(
      beginning: output, corpus: corpus, preset: settings.resolvedPreset.rawValue,
      networks: try settings.networks(), recipe: resolved, pace: pace.pace, threads: threads.count)
  }
}
