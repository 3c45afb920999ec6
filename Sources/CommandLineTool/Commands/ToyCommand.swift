import ArgumentParser
import Experiments
import Files
import GenerativeModels
import Refinement
import Reporting
import Runs

extension PlaneProblem: ExpressibleByArgument {}
extension PlaneComparison.RatioKind: ExpressibleByArgument {}

/// `dgflow toy 25gaussians|swissroll`.
struct ToyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "toy",
    abstract: "Train and refine in the plane, where the data's law is known.",
    discussion: """
      Trains the small WGAN-GP of the papers on 25 Gaussians or a spiral, refines its points by every method at \
      one cost, and measures them against the law: the share within 4 deviations of a mode, modes with at least \
      20 such points, the variance within modes over the law's, the total variation of the modes' shares, the \
      energy distance and the kernel score of fresh real points. The first row is real points against others.

        dgflow toy 25gaussians --plot refined.svg
        dgflow toy swissroll --iterations 20000 --width 256 --seeds 5 --json > swissroll.json
      """)

  @Argument(help: "25gaussians or swissroll.")
  var problem: PlaneProblem

  @Option(
    name: .long, parsing: .unconditional,
    help: "Generator steps (published: 100000).")
  var iterations = PlaneRecipe().iterations

  @Option(name: .long, parsing: .unconditional, help: "Hidden units (published: 512).")
  var width = PlaneRecipe().width

  @Option(
    name: .long, parsing: .unconditional, help: "Adam's rate of both networks (as published).")
  var rate = PlaneRecipe().rate

  @Option(
    name: .long, parsing: .unconditional, help: "Trainings, of seeds --seed and following.")
  var seeds = 1

  @Option(name: .long, parsing: .unconditional, help: "Points of a row (published: 5000).")
  var count = PlaneComparison.Settings().count

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Methods and controls, as `dgflow refine --method` names them, with commas between, or all.",
      valueName: "names"))
  var methods: MethodList?

  @Option(
    name: .customLong("divergence"),
    help: "Divergence of the flow; may be given several times (kl, js and logd).")
  var divergences: [FDivergence] = []

  @Option(
    name: .long, parsing: .unconditional, help: "Cost units a point that each method may spend.")
  var budget = PlaneComparison.Settings().budget

  @Option(
    name: .long,
    help:
      "The critic's score as it is, centred, or fitted as a ratio, or trained on first: continued as a classifier, or converged by its own objective."
  )
  var ratio = PlaneComparison.Settings().ratio

  @Option(name: .long, parsing: .unconditional, help: "Step size η of flows.")
  var stepSize = PlaneComparison.Settings().stepSize

  @Option(name: .long, parsing: .unconditional, help: "Noise weight γ of flows.")
  var noise = PlaneComparison.Settings().noiseWeight

  @Option(name: .long, help: "How a flow takes its steps: fixed, as published, or adaptive.")
  var integrator = PlaneComparison.Settings().integrator

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Draw the last training's points before and after the first divergence's flow, paths and drift (SVG).",
      valueName: "file"))
  var plot: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Keep trained networks here, and read those that are there in place of training them anew.",
      valueName: "folder"))
  var networks: String?

  @Flag(name: .long, help: "Print JSON on standard output.")
  var json = false

  @OptionGroup var seed: SeedOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var talkOptions: TalkOptions

  func validate() throws {
    try Given.count(iterations, "--iterations", atLeast: 0)
    try Given.count(width, "--width")
    try Given.count(seeds, "--seeds")
    try Given.count(count, "--count", atLeast: 10)
    try Given.count(budget, "--budget", atLeast: MethodSettings.leastBudget)
    try Given.number(stepSize, "--step-size", positive: true)
    try Given.number(noise, "--noise")
    try Given.number(rate, "--rate", positive: true)
  }

  func run() throws {
    Interruption.isNoted = true
    let talk = talkOptions.talk
    var settings = PlaneComparison.Settings()
    settings.count = count
    if let methods { settings.methods = methods.names }
    if !divergences.isEmpty { settings.divergences = divergences }
    settings.budget = budget
    settings.ratio = ratio
    settings.stepSize = stepSize
    settings.noiseWeight = noise
    settings.integrator = integrator
    settings.seed = seed.seed
    if let networks { try FileSystem.makeDirectory(networks) }
    // Where the picture cannot be written is said before the training, not after it.
    if let plot { try AtomicFile.Writer(path: plot).cancel() }
    let comparison = try PlaneComparison(settings: settings, threads: threads.count)
    let output = StandardOutput()
    var outcomes: [PlaneComparison.Outcome] = []
    for trainingSeed in (0..<seeds).map({ seed.seed &+ UInt64($0) }) {
      let networks = try train(seed: trainingSeed, talk: talk)
      var progress = ProgressMeter("toy", unit: "rows", talk: talk)
      let outcome = try comparison.outcome(
        of: networks, problem: problem, trainingSeed: trainingSeed
      ) { row in
        try requireTime()
        progress.update(text: "toy: refining, \(row)")
      }
      progress.finish()
      outcomes.append(outcome)
      if let plot {
        let picture = try comparison.picture(of: networks, problem: problem)
        try AtomicFile.write(PlanePlot.document(picture, problem: problem), to: plot)
      }
      guard !json else { continue }
      if seeds > 1 { try output.line("training seed \(trainingSeed)") }
      for line in PlaneTable.lines(outcome) { try output.line(line) }
      try output.flush()
    }
    if json {
      try output.line(
        JSONOutput(
          command: "toy", version: Version.current, seed: seed.seed,
          settings: ToySettings(
            problem: problem, recipe: recipe(seed: seed.seed), comparison: settings),
          rows: outcomes
        ).text())
    }
    try output.flush()
  }

  private func recipe(seed: UInt64) -> PlaneRecipe {
    var recipe = PlaneRecipe()
    recipe.iterations = iterations
    recipe.width = width
    recipe.rate = rate
    recipe.seed = seed
    return recipe
  }

  private func train(seed: UInt64, talk: Talk) throws -> PlaneNetworks {
    let recipe = recipe(seed: seed)
    let file = networks.map { "\($0)/\(problem.rawValue)-\(seed).safetensors" }
    if let file, FileSystem.exists(file) {
      return try PlaneNetworks(contentsOf: file, problem: problem, recipe: recipe)
    }
    var training = try PlaneTraining(problem, recipe: recipe, threads: threads.count)
    var progress = ProgressMeter("toy: training", unit: "iterations", talk: talk)
    while training.iteration < iterations {
      try requireTime()
      try training.step()
      progress.update(done: training.iteration, total: iterations)
    }
    progress.finish()
    if let file { try training.networks.write(to: file, problem: problem, recipe: recipe) }
    return training.networks
  }

  private func requireTime() throws {
    if Interruption.isRequested {
      throw Failure(
        .interrupted,
        "stopped before the end; " + (json ? "nothing was printed" : "what was finished is printed")
      )
    }
  }
}

/// Settings of `toy` in its JSON.
private struct ToySettings: Encodable {
  let problem: PlaneProblem
  let recipe: PlaneRecipe
  let comparison: PlaneComparison.Settings
}
