import Determinism
import Files
import GenerativeModels
import Refinement
import Runs
import Tensors

/// Times the steps of training and refinement on networks as they begin, on this machine.
///
/// Every step draws its latents and noise as training and `refine` do; real strings are random symbols
/// that lie in memory. Times depend on extents and not on weights or text, so they hold for any corpus
/// of the same length and vocabulary.
public struct StepBenchmark: Sendable {
  /// What is timed, and how.
  public struct Settings: Codable, Sendable, Equatable {
    /// The steps, in the order of the rows.
    public var steps = TimedStep.allCases
    /// Channels; 64, the width of the default preset.
    public var widths = [64]
    /// Samples of a batch; 32, as the default preset.
    public var batches = [32]
    /// Symbols; 100, about those of a corpus of news.
    public var vocabulary = 100
    /// Positions; 32, the published length.
    public var length = 32
    /// Residual blocks; 2, as the default preset.
    public var blocks = 2
    /// Width of a latent; 128, as published.
    public var latentWidth = 128
    /// How convolutions are computed.
    public var convolution = ConvolutionAlgorithm.standard
    /// Threads that share a step.
    public var threads = 1
    /// How long each step is repeated.
    public var pace = RepetitionPace()

    /// The default settings.
    public init() {}

    /// Checks the ranges, which are wide enough for anything that fits into memory.
    ///
    /// - Throws: `Failure` of kind `usage` naming the value out of range.
    public func validate() throws {
      func require(_ values: [Int], _ field: String, atMost limit: Int) throws {
        for value in values where !(1...limit).contains(value) {
          throw Failure(.usage, "benchmark: \(field) \(value), it must be in 1...\(limit)")
        }
      }
      try require(widths, "width", atMost: 16_384)
      try require(batches, "batch", atMost: 65_536)
      try require([vocabulary], "vocabulary", atMost: 65_536)
      try require([length], "length", atMost: 4_096)
      try require([blocks], "blocks", atMost: 1_024)
      try require([latentWidth], "latent width", atMost: 16_384)
      try require([threads], "threads", atMost: 1_024)
      try require([pace.repetitions], "repetitions", atMost: 1_000_000)
      guard pace.seconds >= 0, pace.seconds.isFinite else {
        throw Failure(.usage, "benchmark: seconds \(pace.seconds), it must be at least 0")
      }
    }
  }

  private let settings: Settings
  private let peak: MultiplyAddPeak

  /// A benchmark.
  ///
  /// - Throws: `Failure` of kind `usage` when a setting is out of range.
  public init(_ settings: Settings) throws {
    try settings.validate()
    self.settings = settings
    peak = MultiplyAddPeak(threads: settings.threads)
  }

  /// Times every step at every width and batch, widths in the outer turn.
  ///
  /// - Parameter progress: told before each row what comes next.
  /// - Throws: what `progress` throws, and `Failure` when a loss or drift is not finite.
  public func run(
    progress: (TimedStep, _ width: Int, _ batch: Int) throws -> Void = { _, _, _ in }
  ) throws -> [StepTiming] {
    var rows: [StepTiming] = []
    for width in settings.widths {
      for batch in settings.batches {
        let size = ModelSize(
          width: width, vocabulary: settings.vocabulary, length: settings.length,
          blocks: settings.blocks, latentWidth: settings.latentWidth)
        var workload: TrainingWorkload?
        for step in settings.steps {
          try progress(step, width, batch)
          if step == .refinement { workload = nil }
          if workload == nil { ResidentMemory.resetPeak() }
          let times: RepetitionTimes
          switch step {
          case .critic: times = try trainingTimes(&workload, size, batch) { try $0.stepCritic() }
          case .generator:
            times = try trainingTimes(&workload, size, batch) { try $0.stepGenerator() }
          case .refinement: times = try refinementTimes(size, batch: batch)
          }
          rows.append(row(step, size, batch, times))
        }
      }
    }
    return rows
  }

  /// Times of a step on networks in training, which are made where there are none yet.
  private func trainingTimes(
    _ workload: inout TrainingWorkload?, _ size: ModelSize, _ batch: Int,
    _ step: (inout TrainingWorkload) throws -> Void
  ) throws -> RepetitionTimes {
    var training =
      try workload
      ?? TrainingWorkload(
        size, batch: batch, convolution: settings.convolution, threads: settings.threads)
    workload = nil
    for _ in 0..<Self.warmUp { try step(&training) }
    var times = RepetitionTimes(pace: settings.pace, peak: peak)
    try times.fill { try step(&training) }
    workload = training
    return times
  }

  /// Steps of KL refinement, whose times are those between the refiner's reports.
  private func refinementTimes(_ size: ModelSize, batch: Int) throws -> RepetitionTimes {
    var generator = TextGenerator(size.generator, seed: 1)
    var critic = TextCritic(size.critic, seed: 1)
    generator.convolution = settings.convolution
    critic.convolution = settings.convolution
    let score = try LatentCriticScore(generator: generator, critic: critic)
    var refiner = Refiner(
      ratio: score, settings: RefinementSettings(), seed: 1, threads: settings.threads)
    let start = StandardNormalLatents(latentWidth: size.latentWidth)
      .sample(count: batch, from: .latents(seed: 1))
    refiner.steps = Self.warmUp
    _ = try refiner.refine(start)
    refiner.steps = RefinementSettings.defaultSteps
    var times = RepetitionTimes(pace: settings.pace, peak: peak)
    while !times.isDone {
      times.start()
      _ = try refiner.refine(start) { _ in
        times.stop()
        times.start()
        return times.isDone ? .stop : .proceed
      }
    }
    return times
  }

  private func row(
    _ step: TimedStep, _ size: ModelSize, _ batch: Int, _ times: RepetitionTimes
  ) -> StepTiming {
    StepTiming(
      step: step, size: size, batch: batch, threads: settings.threads,
      instructionSet: Operations.instructionSet,
      times: times.summary(operations: step.operations(size, batch: batch)),
      peakMemory: ResidentMemory.peak)
  }

  /// Repetitions before those that count: after them all memory is there.
  private static let warmUp = 2
}

/// What one step took at one width and batch.
public struct StepTiming: Codable, Sendable, Equatable {
  /// Which step.
  public let step: TimedStep
  /// The networks.
  public let size: ModelSize
  /// Samples of the batch.
  public let batch: Int
  /// Threads that shared the step.
  public let threads: Int
  /// The instruction set that ran.
  public let instructionSet: String
  /// Median, least, arithmetic and the machine's peak.
  public let times: RepetitionSummary
  /// The most resident memory of the process in bytes, since the networks of the row were made.
  ///
  /// Steps of training share theirs. Nil where the system does not tell.
  public let peakMemory: Int?

  /// A row.
  public init(
    step: TimedStep, size: ModelSize, batch: Int, threads: Int, instructionSet: String,
    times: RepetitionSummary, peakMemory: Int?
  ) {
    self.step = step
    self.size = size
    self.batch = batch
    self.threads = threads
    self.instructionSet = instructionSet
    self.times = times
    self.peakMemory = peakMemory
  }
}
