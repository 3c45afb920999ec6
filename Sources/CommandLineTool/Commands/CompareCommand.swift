import ArgumentParser
import Experiments
import Files
import NGramScoring
import Refinement
import Reporting
import Runs
import TextCoding

/// `dgflow compare RUN|FILE… --reference CORPUS`.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare base and refined samples of a run, or text files, by their scores.",
    discussion: """
      Generates samples, refines the same latents by DGflow under each divergence, or by each of --methods \
      at the same cost, and scores all of them against the reference, each beside its floor. Differences to \
      the base come with 95 % intervals over independent sets of samples. Choose settings on the validation \
      split and report on test. A cost unit is one forward pass of generator and critic on one sample; a \
      gradient costs two.

        dgflow compare run --reference corpus
        dgflow compare run --reference corpus --split validation --steps 10
        dgflow compare run --reference corpus --methods all --budget 50
        dgflow compare ours.txt theirs.txt --reference corpus
      """)

  @Argument(
    help: "Run directories, bundled names (newswire, news) or files of samples, one a line.")
  var inputs: [String]

  @Option(name: .long, help: "Prepared corpus, or a bundled name (newswire).")
  var reference: String

  @Option(name: .long, help: "Split to score against; reports use test.")
  var split: CorpusSplit = .test

  @Option(name: .long, parsing: .unconditional, help: "Samples of each row.")
  var count = Comparison.Settings().count

  @Option(
    name: .long, parsing: .unconditional,
    help: "Independent sets behind the intervals of runs (\(Comparison.Settings().sets)).")
  var sets: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Methods and controls to compare, as `dgflow refine --method` names them, with commas between, or all.",
      valueName: "names"))
  var methods: MethodList?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Cost units a sample that each method may spend (\(Comparison.Settings().budget)).")
  var budget: Int?

  @Option(
    name: .customLong("divergence"),
    help: "Divergence to refine by; may be given several times (kl, js and logd).")
  var divergences: [FDivergence] = []

  @Option(
    name: .customLong("order"), parsing: .unconditionalSingleValue,
    help: "n-gram order; may be given several times (4 and 6, as the published tables).")
  var orders: [Int] = []

  @Option(
    name: .long, parsing: .unconditional,
    help: "Add a row of text from a Markov chain of characters of this n-gram order, as context.")
  var markov: Int?

  @Flag(
    name: .long,
    help: """
      Train a fresh classifier of training text and half of each row's samples, and say its log loss on others and real \
      text of the split: 0.693 where it finds no difference.
      """)
  var classifier = false

  @OptionGroup(title: "Flow and ratio") var flow: RefinementOptions

  @Flag(name: .long, help: "Print JSON on standard output.")
  var json = false

  @OptionGroup var seed: SeedOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var talkOptions: TalkOptions

  func validate() throws {
    try Given.count(count, "--count")
    if let markov { try Given.count(markov, "--markov", atLeast: 2) }
    if let sets { try Given.count(sets, "--sets", atLeast: 2) }
    for order in orders { try Given.count(order, "--order") }
    if let methods, !divergences.isEmpty, !methods.names.contains(where: \.usesDivergence) {
      throw ValidationError("--divergence is about flows, and none of --methods is one")
    }
    if let budget { try Given.count(budget, "--budget", atLeast: MethodSettings.leastBudget) }
  }

  func run() throws {
    Interruption.isNoted = true
    try requireRuns()
    let talk = talkOptions.talk
    let corpus = try BundledCorpus.open(reference, talk: talk, threads: threads.count)
    var options = ScoringReference.Options()
    if !orders.isEmpty { options.orders = orders }
    options.seed = seed.seed
    options.settings = NGramCounter.Settings(threads: threads.count)
    let measured = try ScoringReference(corpus: corpus, split: split, options: options)
    var settings = Comparison.Settings()
    settings.count = count
    if let sets { settings.sets = sets }
    if !divergences.isEmpty { settings.divergences = divergences }
    settings.stepSize = flow.stepSize
    if let noise = flow.noise { settings.noiseWeight = noise }
    settings.steps = flow.steps
    if let integrator = flow.integrator { settings.integrator = integrator }
    if let weight = flow.priorWeight { settings.priorWeight = weight }
    if let methods { settings.methods = methods.names }
    if let budget { settings.budget = budget }
    settings.seed = seed.seed
    let comparison = try Comparison(
      reference: measured, corpus: corpus,
      classifier: classifier
        ? try TwoSampleClassifier(corpus: corpus, split: split, threads: threads.count) : nil,
      settings: settings, threads: threads.count)
    // What cannot be done is said before the work, not after half of it.
    let subjects = try inputs.map { try subject($0, settings: settings, talk: talk) }
    var progress = ProgressMeter("compare", unit: "samples", talk: talk)
    var rows: [ComparisonRow] = []
    for subject in subjects {
      switch subject {
      case .file(let path):
        if Interruption.isRequested {
          throw Failure(.interrupted, "stopped before \(path); nothing was printed")
        }
        rows.append(try comparison.row(ofFile: path))
      case .run(let run, let name, let choice):
        rows += try comparison.rows(of: run, name: name, choice: choice) { step in
          if Interruption.isRequested {
            throw Failure(.interrupted, "stopped in the row \(step.row); nothing was printed")
          }
          progress.update(
            text: "compare: \(step.row), \(step.done) of \(step.total) samples")
        }
      }
    }
    if let markov { rows.append(try comparison.row(ofMarkovSamplerOfOrder: markov)) }
    progress.finish()
    let output = StandardOutput()
    if json {
      try output.line(
        JSONOutput(
          command: "compare", version: Version.current, seed: seed.seed, settings: settings,
          rows: rows
        ).text())
    } else {
      for line in ComparisonTable.lines(rows) { try output.line(line) }
    }
    try output.flush()
  }

  private func isFile(_ input: String) -> Bool {
    FileSystem.exists(input) && !FileSystem.isDirectory(input)
  }

  /// Fails where something was asked for that only runs can do, and there is no run.
  private func requireRuns() throws {
    let given =
      !divergences.isEmpty
      ? "--divergence"
      : sets != nil
        ? "--sets" : methods != nil ? "--methods" : budget != nil ? "--budget" : flow.firstGiven
    guard let given, inputs.allSatisfy(isFile) else { return }
    throw Failure(
      .usage, "\(given) is about runs, and only files of samples are compared; leave it out")
  }

  /// One of the inputs.
  private enum Subject {
    case file(String)
    case run(Run, name: String, choice: RatioChoice)
  }

  private func subject(
    _ input: String, settings: Comparison.Settings, talk: Talk
  ) throws -> Subject {
    if isFile(input) { return .file(input) }
    let run = try Run(opening: try Environment.data.run(input))
    let calibration = try run.calibration()
    let choice = try flow.choice(calibration)
    let model = try TextModel(run, for: choice)
    if let methods, !methods.isAll, methods.names.contains(.staged) { _ = try run.requireStages() }
    for method in settings.methods(along: choice, stages: try run.stages()) {
      _ = try choice.ratio(of: model, of: run, for: method)
    }
    if let note = flow.note(calibration, of: run.path) { talk.say(note) }
    let name = FileSystem.lastName(of: input)
    return .run(run, name: name, choice: choice)
  }
}
