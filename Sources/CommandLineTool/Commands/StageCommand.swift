import ArgumentParser
import Experiments
import Files
import GenerativeModels
import Refinement
import Reporting
import Runs

/// `dgflow stage RUN --reference CORPUS`.
struct StageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stage",
    abstract: "Fit the ratios of a staged refinement, one after the other.",
    usage: "dgflow stage [<options>] <run> --reference <reference>",
    discussion: """
      A flow reuses one ratio although its samples move. Here particles pass through stages; before each one \
      the critic is trained on as a classifier of training text and the particles where they stand, and fitted \
      and checked on validation text. Writes stages.yml and a critic a stage into the run; `refine --method \
      staged` sends samples of its own through the frozen stages. The first stage is OBRS, which chooses where \
      the flows begin.

        dgflow stage run --reference corpus
        dgflow stage run --reference corpus --stages 3 --no-select
        dgflow refine run --method staged
      """)

  @Argument(
    help: ArgumentHelp("Run directory, or a bundled name (newswire, news).", valueName: "run"))
  var runName: String

  @Option(name: .long, help: "Prepared corpus whose training and validation splits are used.")
  var reference: String

  @Option(name: .long, parsing: .unconditional, help: "Flows, each with a ratio of its own.")
  var stages = 1

  @Flag(
    inversion: .prefixedNo,
    help: "Whether OBRS comes first, with two fifths of the budget.")
  var select = true

  @Option(
    name: .long, parsing: .unconditional,
    help: "Cost units a sample that all stages together may spend.")
  var budget = 2 * RefinementSettings.defaultSteps

  @Option(name: .long, help: "f-divergence of the flows.")
  var divergence = FDivergence.kullbackLeibler

  @Option(
    name: .long, parsing: .unconditional,
    help: "Step size η of the flows.")
  var stepSize = RatioStaging.stepSize

  @Option(name: .customLong("noise"), parsing: .unconditional, help: "Noise weight γ of the flows.")
  var noise = RefinementSettings.defaultNoiseWeight

  @Option(name: .long, help: "How the flows take their steps.")
  var integrator = RefinementSettings.Integrator.fixed

  @Option(
    name: .long, parsing: .unconditional, help: "Particles that pass through the stages.")
  var particles = RatioStaging.Settings(plan: []).particles

  @Option(
    name: .long, parsing: .unconditional,
    help: "Strings on each side of each fit and of its check, at most.")
  var count = CriticCalibration.defaultCount

  @Option(
    name: .customLong("steps"), parsing: .unconditional,
    help: "Steps of each critic at most; less where the log loss falls no more.")
  var criticSteps = CriticCalibration.Continuing().steps

  @Option(
    name: .long, parsing: .unconditional,
    help: "Adam's rate of the critics (1e-4, the published rate of the critic).")
  var rate: Double?

  @Option(
    name: .long, parsing: .unconditional,
    help:
      "λ of the zero-centred gradient penalty of a flow's critic, which keeps it smooth enough to climb."
  )
  var penalty = RatioStaging.Settings(plan: []).penalty

  @Flag(name: .long, help: "Print JSON on standard output.")
  var json = false

  @OptionGroup var seed: SeedOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var talkOptions: TalkOptions

  func validate() throws {
    try Given.count(stages, "--stages")
    try Given.count(budget, "--budget", atLeast: MethodSettings.leastBudget)
    try Given.number(stepSize, "--step-size", positive: true)
    try Given.number(noise, "--noise")
    try Given.count(particles, "--particles")
    try Given.count(count, "--count", atLeast: CriticCalibration.leastCount)
    try Given.count(criticSteps, "--steps")
    try Given.number(penalty, "--penalty")
    if let rate { try Given.number(rate, "--rate", positive: true) }
  }

  func run() throws {
    Interruption.isNoted = true
    let talk = talkOptions.talk
    let run = try Run(opening: try Environment.data.run(runName))
    let corpus = try BundledCorpus.open(reference, talk: talk, threads: threads.count)
    var settings = RatioStaging.Settings(
      plan: RatioStaging.Settings.plan(
        budget: budget, stages: stages, selects: select,
        flow: RefinementSettings(
          divergence: divergence, stepSize: stepSize, noiseWeight: noise, integrator: integrator)))
    settings.particles = particles
    settings.count = count
    settings.pace.steps = criticSteps
    settings.pace.rate = rate
    settings.penalty = penalty
    var progress = ProgressMeter("stage", unit: "steps", talk: talk)
    let fitted = try RatioStaging.stages(
      of: run, on: corpus, settings: settings, seed: seed.seed, threads: threads.count
    ) { step in
      if Interruption.isRequested {
        throw Failure(.interrupted, "stopped before the stages were fitted; nothing was written")
      }
      progress.update(text: "stage " + words(step, of: settings.plan.count))
    }
    progress.finish()
    try fitted.record.write(fitted.critics, run: run.path)
    try RunCard.write(run: run.path)
    let output = StandardOutput()
    if json {
      try output.line(
        JSONOutput(
          command: "stage", version: Version.current, seed: seed.seed,
          settings: StageSettings(
            run: run.path, reference: corpus.path, particles: particles, count: count,
            cost: fitted.record.cost),
          rows: fitted.record.stages
        ).text())
    } else {
      for line in StageTable.lines(fitted.record) { try output.line(line) }
    }
    try output.flush()
    talk.say("written to \(run.path)/\(RunStages.fileName)")
  }

  private func words(_ step: RatioStaging.Progress, of count: Int) -> String {
    switch step {
    case .critic(let stage, let point):
      "\(stage + 1) of \(count): critic, step \(point.step) of at most \(criticSteps), log loss "
        + Figures.fixed(point.logLoss, 4)
    case .particles(let stage, let done, let total):
      "\(stage + 1) of \(count): \(done) of \(total) particles moved"
    }
  }
}

/// Settings of `stage` in its JSON.
private struct StageSettings: Encodable {
  let run: String
  let reference: String
  let particles: Int
  let count: Int
  let cost: RefinementCost
}
