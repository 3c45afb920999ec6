/// Monotonic time as seconds.
enum Stopwatch {
  /// Seconds that `body` takes.
  static func seconds(_ body: () throws -> Void) rethrows -> Double {
    try seconds(in: ContinuousClock().measure(body))
  }

  /// A duration as a number.
  static func seconds(in duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }
}

/// The times of something that is repeated, with a burst of ``MultiplyAddPeak`` after each repetition.
struct RepetitionTimes {
  private(set) var times: [Double] = []
  private(set) var peaks: [Double] = []
  private let peak: MultiplyAddPeak
  private let pace: RepetitionPace
  private let clock = ContinuousClock()
  private var begin = ContinuousClock.now

  init(pace: RepetitionPace, peak: MultiplyAddPeak) {
    self.pace = pace
    self.peak = peak
  }

  /// Whether there are enough repetitions and seconds.
  var isDone: Bool { times.count >= pace.repetitions && times.reduce(0, +) >= pace.seconds }

  /// Begins a repetition.
  mutating func start() { begin = clock.now }

  /// Ends a repetition, then runs the burst outside its time.
  mutating func stop() {
    times.append(Stopwatch.seconds(in: begin.duration(to: clock.now)))
    peaks.append(peak.rate())
  }

  /// Repeats `body` until there is enough.
  mutating func fill(_ body: () throws -> Void) rethrows {
    while !isDone {
      start()
      try body()
      stop()
    }
  }

  /// What the times come to.
  ///
  /// - Parameter operations: floating-point operations of a repetition.
  func summary(operations: Double) -> RepetitionSummary {
    RepetitionSummary(
      repetitions: times.count, medianSeconds: Self.median(times),
      leastSeconds: times.min() ?? .nan, operations: operations,
      peakOperationsPerSecond: Self.median(peaks))
  }

  /// The middle value, or the mean of the middle two; NaN of none.
  static func median(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return .nan }
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}

/// How long something is repeated.
public struct RepetitionPace: Codable, Sendable, Equatable {
  /// Seconds of repetitions at least; 2, chosen here.
  public var seconds = 2.0
  /// Repetitions at least; 5, chosen here.
  public var repetitions = 5

  /// The default pace.
  public init() {}
}

/// The times of repetitions of one thing, in short.
public struct RepetitionSummary: Codable, Sendable, Equatable {
  /// How many repetitions, after two that are not counted.
  public let repetitions: Int
  /// Median time of a repetition in seconds.
  public let medianSeconds: Double
  /// Shortest time of a repetition in seconds.
  public let leastSeconds: Double
  /// Floating-point operations of a repetition by the plain algorithm.
  public let operations: Double
  /// The machine's multiply-adds beside it, as floating-point operations a second on the same number of
  /// threads: the median of short bursts, one after each repetition.
  public let peakOperationsPerSecond: Double

  /// A summary.
  public init(
    repetitions: Int, medianSeconds: Double, leastSeconds: Double, operations: Double,
    peakOperationsPerSecond: Double
  ) {
    self.repetitions = repetitions
    self.medianSeconds = medianSeconds
    self.leastSeconds = leastSeconds
    self.operations = operations
    self.peakOperationsPerSecond = peakOperationsPerSecond
  }

  /// Operations of the plain algorithm over the median time; an algorithm with fewer multiplications
  /// may exceed the peak.
  public var operationsPerSecond: Double { operations / medianSeconds }

  /// The share of the peak that is reached.
  public var shareOfPeak: Double { operationsPerSecond / peakOperationsPerSecond }
}
