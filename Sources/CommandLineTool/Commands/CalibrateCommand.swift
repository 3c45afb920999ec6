import ArgumentParser
import Experiments
import Files
import GenerativeModels
import Refinement
import Reporting
import Runs

/// `dgflow calibrate RUN --reference CORPUS`.
struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Fit a run's critic as a log density ratio, and check the fit.",
    usage: "dgflow calibrate [<options>] <run> --reference <reference>",
    discussion: """
      Fits d = scale · score + offset by logistic regression on the fit part of the corpus's \
      validation split and checks it on the check part, in three representations: raw (one-hot text \
      against softmax samples), decoded (both one-hot, the one to report) and smoothed (both mixed \
      with uniform noise). Writes calibration.yml into the run; `refine` then uses it.

      --continue also trains a copy of the critic on, as a classifier of training text and the run's own \
      samples (logistic loss, decoded and smoothed), while the generator stays as it is. The copy with the \
      least log loss on the fit part is kept; `refine --ratio continued` climbs it. A third copy is trained on by \
      the training's own objective until it tells no better: `refine --ratio converged`.

        dgflow calibrate run --reference corpus
        dgflow calibrate run --reference corpus --continue
      """)

  @Argument(
    help: ArgumentHelp("Run directory, or a bundled name (newswire, news).", valueName: "run"))
  var runName: String

  @Option(name: .long, help: "Prepared corpus whose validation split is used.")
  var reference: String

  @Option(
    name: .long, parsing: .unconditional,
    help: "Strings on each side of the fit and of the check, at most.")
  var count = CriticCalibration.defaultCount

  @Flag(
    name: .customLong("continue"),
    help: "Also train the critic on as a classifier against the run's generator.")
  var continues = false

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "With --continue: steps at most (\(CriticCalibration.Continuing().steps)); less where the log loss "
        + "falls no more."))
  var steps: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: "With --continue: Adam's rate (1e-4, the published rate of the critic).")
  var rate: Double?

  @Flag(name: .long, help: "Print only; leave the run as it is.")
  var dryRun = false

  @Flag(name: .long, help: "Print JSON on standard output.")
  var json = false

  @OptionGroup var seed: SeedOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var talkOptions: TalkOptions

  func validate() throws {
    try Given.count(count, "--count", atLeast: 10)
    if let steps { try Given.count(steps, "--steps") }
    if let rate { try Given.number(rate, "--rate", positive: true) }
    if !continues, steps != nil || rate != nil {
      throw ValidationError("--steps and --rate are about --continue: add it, or leave them out")
    }
  }

  func run() throws {
    let talk = talkOptions.talk
    let run = try Run(opening: try Environment.data.run(runName))
    let corpus = try BundledCorpus.open(reference, talk: talk, threads: threads.count)
    var calibration = try CriticCalibration.calibrate(
      run, on: corpus, count: count, seed: seed.seed, threads: threads.count)
    let continued = continues ? try continuedCritics(of: run, on: corpus, talk) : []
    // From here on a signal waits for the files.
    Interruption.isNoted = true
    if continues {
      calibration.continued = continued.map(\.record)
    } else {
      // They are of the same weights, and nothing here touches them.
      calibration.continued = try? run.calibration()?.continued
    }
    if !dryRun {
      for (critic, record) in continued {
        try record.write(critic, run: run.path, iteration: calibration.iteration)
      }
      // Settings that were found along the old ratio are not those of the new one.
      try RunRefinement.remove(run: run.path)
      try calibration.write(run: run.path)
      try RunCard.write(run: run.path)
    }
    let output = StandardOutput()
    if json {
      try output.line(
        JSONOutput(
          command: "calibrate", version: Version.current, seed: seed.seed,
          settings: CalibrateSettings(
            run: run.path, reference: corpus.path, count: count,
            smoothing: CriticCalibration.smoothing, continued: calibration.continued),
          rows: calibration.records
        ).text())
    } else {
      for line in CalibrationTable.lines(calibration) { try output.line(line) }
    }
    try output.flush()
    let records = calibration.records + (calibration.continued ?? []).map(\.record)
    for record in records where record.check.isSeparable {
      talk.warn(
        "\(record.representation.rawValue): AUC above \(CalibrationCheck.separableThreshold), "
          + CalibrationCheck.separableNotice)
    }
    if let obstacle = RatioChoice.obstacle(to: calibration) {
      talk.warn("the decoded calibration \(obstacle), so `refine` keeps to the raw critic")
    }
    if !dryRun { talk.say("written to \(run.path)/calibration.yml") }
  }

  private func continuedCritics(
    of run: Run, on corpus: PreparedCorpus, _ talk: Talk
  ) throws -> [(critic: TextCritic, record: ContinuedCritic)] {
    var pace = CriticCalibration.Continuing()
    if let steps { pace.steps = steps }
    pace.rate = rate
    var progress = ProgressMeter("continue the critic", unit: "steps", talk: talk)
    defer { progress.finish() }
    return try CriticCalibration.continued(
      run, on: corpus, count: count, pace: pace, seed: seed.seed, threads: threads.count
    ) { name, point in
      progress.update(
        text: "continue the critic: \(name.rawValue), step \(point.step) of at most "
          + "\(pace.steps), log loss \(Figures.fixed(point.logLoss, 4))")
    }
  }
}

/// Settings of `calibrate` in its JSON.
private struct CalibrateSettings: Encodable {
  let run: String
  let reference: String
  let count: Int
  let smoothing: Float
  let continued: [ContinuedCritic]?
}
