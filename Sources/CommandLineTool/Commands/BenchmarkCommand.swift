import ArgumentParser
import Experiments
import Files
import Reporting
import Runs
import Tensors

/// `dgflow benchmark`.
struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Time the steps of training and refinement on this machine.",
    discussion: """
      Answers how long a training takes here, and how much of the machine it uses: a critic step, a \
      generator step and a refinement step (KL), on networks as they begin and random text, which \
      take as long as any others of their size. Needs no corpus and no run.

      Median and least time of the repetitions; GFLOP counts the arithmetic of the plain algorithm \
      (a multiply-add is two), so a faster algorithm may exceed the peak, which is what a loop of \
      multiply-adds in registers reaches on as many threads between the repetitions. Memory is the \
      most that the process held since the row's networks were made; for an exact figure time one \
      width and batch at a time. Other programs disturb the times: compare what was measured in turn.

        dgflow benchmark
        dgflow benchmark --width 64 --width 128 --batch 64 --batch 256 --threads 2
        dgflow benchmark --product 512x64x320
      """)

  @Option(
    name: .customLong("step"),
    help: "Step to time; may be given several times (critic, generator and refinement).")
  var steps: [TimedStep] = []

  @Option(
    name: .customLong("width"), parsing: .unconditionalSingleValue,
    help: "Channels of generator and critic; may be given several times (64, as --preset small).")
  var widths: [Int] = []

  @Option(
    name: .customLong("batch"), parsing: .unconditionalSingleValue,
    help: "Samples of a batch; may be given several times (32).")
  var batches: [Int] = []

  @Option(name: .long, parsing: .unconditional, help: "Symbols.")
  var vocabulary = StepBenchmark.Settings().vocabulary

  @Option(name: .long, parsing: .unconditional, help: "Positions of a string.")
  var length = StepBenchmark.Settings().length

  @Option(name: .long, parsing: .unconditional, help: "Residual blocks of each network.")
  var blocks = StepBenchmark.Settings().blocks

  @Option(
    name: .long,
    help: "How convolutions are computed, as in training.")
  var convolution = ConvolutionAlgorithm.standard

  @Option(
    name: .customLong("product"),
    help: ArgumentHelp(
      "Time a matrix product on one thread instead, rows x columns x depth; may be given several "
        + "times.", valueName: "MxNxK"))
  var products: [ProductExtents] = []

  @Option(name: .long, parsing: .unconditional, help: "Seconds of repetitions of a row, at least.")
  var seconds = RepetitionPace().seconds

  @Option(name: .long, parsing: .unconditional, help: "Repetitions of a row, at least.")
  var repetitions = RepetitionPace().repetitions

  @Flag(name: .long, help: "Print JSON on standard output.")
  var json = false

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var talkOptions: TalkOptions

  func validate() throws {
    try Given.number(seconds, "--seconds")
    try Given.count(repetitions, "--repetitions")
    try Given.count(vocabulary, "--vocabulary")
    try Given.count(length, "--length")
    try Given.count(blocks, "--blocks")
    for width in widths { try Given.count(width, "--width") }
    for batch in batches { try Given.count(batch, "--batch") }
    if !products.isEmpty && !(widths.isEmpty && batches.isEmpty && steps.isEmpty) {
      throw ValidationError(
        "--product is timed alone: leave --step, --width and --batch to another run")
    }
  }

  func run() throws {
    var pace = RepetitionPace()
    pace.seconds = seconds
    pace.repetitions = repetitions
    if products.isEmpty {
      try timeSteps(pace)
    } else {
      let settings = ProductSettings(products: products, pace: pace)
      let rows = ProductBenchmark.run(products, pace: pace)
      try print(rows, settings: settings, lines: SpeedTable.lines(rows))
    }
  }

  private func timeSteps(_ pace: RepetitionPace) throws {
    var settings = StepBenchmark.Settings()
    if !steps.isEmpty { settings.steps = steps }
    if !widths.isEmpty { settings.widths = widths }
    if !batches.isEmpty { settings.batches = batches }
    settings.vocabulary = vocabulary
    settings.length = length
    settings.blocks = blocks
    settings.convolution = convolution
    settings.threads = threads.count
    settings.pace = pace
    var progress = ProgressMeter("benchmark", unit: "rows", talk: talkOptions.talk)
    let rows = try StepBenchmark(settings).run { step, width, batch in
      progress.update(text: "benchmark: \(step.rawValue) step, width \(width), batch \(batch)")
    }
    progress.finish()
    try print(rows, settings: settings, lines: SpeedTable.lines(rows))
  }

  private func print<Row: Encodable>(
    _ rows: [Row], settings: some Encodable, lines: [String]
  ) throws {
    let output = StandardOutput()
    if json {
      try output.line(
        JSONOutput(
          command: "benchmark", version: Version.current, seed: nil, settings: settings, rows: rows
        ).text())
    } else {
      for line in lines { try output.line(line) }
    }
    try output.flush()
  }
}

extension TimedStep: ExpressibleByArgument {}

extension ProductExtents: ExpressibleByArgument {
  /// Reads `512x64x320`.
  public init?(argument: String) {
    let extents = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard extents.count == 3, let rows = extents[0], let columns = extents[1],
      let depth = extents[2],
      let read = try? ProductExtents(rows: rows, columns: columns, depth: depth)
    else { return nil }
    self = read
  }
}

/// Settings of `benchmark --product` in its JSON.
private struct ProductSettings: Encodable {
  let products: [ProductExtents]
  let pace: RepetitionPace
}
