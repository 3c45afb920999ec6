import ArgumentParser
import Experiments
import Files
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

        dgflow calibrate run --reference corpus
      """)

  @Argument(
    help: ArgumentHelp("Run directory, or a bundled name (newswire).", valueName: "run"))
  var runName: String

  @Option(name: .long, help: "Prepared corpus whose validation split is used.")
  var reference: String

  @Option(
    name: .long, parsing: .unconditional,
    help: "Strings on each side of the fit and of the check, at most.")
  var count = CriticCalibration.defaultCount

  @Flag(name: .long, help: "Print only; leave the run as it is.")
  var dryRun = false

  @Flag(name: .long, help: "Print JSON on standard output.")
  var json = false

  @OptionGroup var seed: SeedOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var talkOptions: TalkOptions

  func validate() throws { try Given.count(count, "--count", atLeast: 10) }

  func run() throws {
    let talk = talkOptions.talk
    let run = try Run(opening: try Environment.data.run(runName))
    let corpus = try BundledCorpus.open(reference, talk: talk, threads: threads.count)
    let calibration = try CriticCalibration.calibrate(
      run, on: corpus, count: count, seed: seed.seed, threads: threads.count)
    // From here on a signal waits for the files.
    Interruption.isNoted = true
    if !dryRun {
      try calibration.write(to: run.path + "/calibration.yml")
      try RunCard.write(run: run.path)
    }
    let output = StandardOutput()
    if json {
      try output.line(
        JSONOutput(
          command: "calibrate", version: Version.current, seed: seed.seed,
          settings: CalibrateSettings(
            run: run.path, reference: corpus.path, count: count,
            smoothing: CriticCalibration.smoothing),
          rows: calibration.records
        ).text())
    } else {
      for line in CalibrationTable.lines(calibration) { try output.line(line) }
    }
    try output.flush()
    for record in calibration.records where record.check.isSeparable {
      talk.warn(
        "\(record.representation.rawValue): AUC above \(CalibrationCheck.separableThreshold), "
          + CalibrationCheck.separableNotice)
    }
    if let obstacle = RatioChoice.obstacle(to: calibration) {
      talk.warn("the decoded calibration \(obstacle), so `refine` keeps to the raw critic")
    }
    if !dryRun { talk.say("written to \(run.path)/calibration.yml") }
  }
}

/// Settings of `calibrate` in its JSON.
private struct CalibrateSettings: Encodable {
  let run: String
  let reference: String
  let count: Int
  let smoothing: Float
}
