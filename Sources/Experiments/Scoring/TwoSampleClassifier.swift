import Determinism
import Files
import GenerativeModels
import NGramScoring
import Refinement
import Runs
import TextCoding

/// How well a fresh classifier tells samples from real text that it was not trained on.
///
/// A critic of random weights is trained to classify real training strings and half of the samples. Of its states the
/// one that does best on a quarter of the samples is kept, and judged on the last quarter; as many real strings of
/// the reference split stand on the other side, at most one a line, others for the choice than for the judgement. The
/// log loss is ln 2 = 0.693 where it finds no difference, and falls as it finds one. No ratio and no critic that
/// refined the samples takes part, so what those were fooled by counts here.
public struct TwoSampleClassifier: Sendable {
  /// How the classifier is built and trained.
  public struct Settings: Codable, Sendable, Equatable {
    /// Channels: 32, chosen here, the width of the smallest preset.
    public var width = 32
    /// Residual blocks: 2, as in the presets.
    public var blocks = 2
    /// Steps of 64 pairs at most: 1,000, chosen here.
    public var steps = 1_000
    /// Steps between looks: 50, chosen here.
    public var every = 50
    /// Looks without a lower log loss after which the rest is left; 5, chosen here.
    public var patience = 5
    /// Adam's rate: 1e-3, chosen here.
    public var rate = 1e-3
    /// Most strings of a kind that judge: 10,000, chosen here: the loss is then known to about 0.005.
    public var judges = 10_000
    /// Seed of weights and draws.
    public var seed: UInt64 = 1

    /// The defaults.
    public init() {}
  }

  /// What the classifier found.
  public struct Finding: Codable, Sendable, Equatable {
    /// Log loss on strings that it was not trained on, nats a string.
    public let logLoss: Double
    /// Standard error of the log loss, from the strings' spread.
    public let standardError: Double
    /// The chance that a real string scores above a sample.
    public let areaUnderCurve: Double
    /// The step that was kept.
    public let step: Int
    /// Samples that it was trained on.
    public let trainingSamples: Int
    /// Strings of each kind that judged it.
    public let judges: Int
    /// How it was built and trained.
    public let settings: Settings
  }

  private let settings: Settings
  private let training: CorpusBatches
  private let held: TokenStrings
  private let vocabulary: Int
  private let threads: Int

  /// A classifier for samples of a corpus's codec.
  ///
  /// - Parameter split: whose strings judge; another than `train`.
  /// - Throws: `Failure` where a split cannot be read or is empty.
  public init(
    corpus: PreparedCorpus, split: CorpusSplit, settings: Settings = Settings(), threads: Int
  ) throws {
    guard split != .train else {
      throw Failure(
        .usage, "a classifier is trained on the train split: judge it on another --split")
    }
    self.settings = settings
    self.threads = threads
    training = try CorpusBatches(corpus)
    vocabulary = corpus.codec.vocabulary.count
    let strings = try corpus.strings(split)
    guard strings.count > 0 else {
      throw Failure(
        .badData, "\(corpus.path) has no \(split.rawValue) strings to judge a classifier on")
    }
    held = strings.rows(
      RowDraw.rows(
        of: 0..<strings.count, lineNumbers: try corpus.lineNumbers(split),
        count: 2 * settings.judges,
        seed: settings.seed, name: "classifier judges"))
  }

  /// Trains a classifier on half of the samples, chooses its state on a quarter and judges it on the rest.
  ///
  /// - Parameter samples: `[N, L]` of the corpus's codec, N ≥ 4.
  /// - Throws: `Failure` of kind `usage` for fewer samples.
  public func finding(on samples: TokenStrings) throws -> Finding {
    guard samples.count >= 4, held.count >= 2 else {
      throw Failure(
        .usage,
        "\(samples.count) samples and \(held.count) real lines are too few for a classifier: give at least 4 and 2"
      )
    }
    let half = samples.count / 2
    let count = min((samples.count - half) / 2, held.count / 2)
    func part(_ index: Int, of critic: TextCritic) throws -> ScoreSet {
      func scores(_ strings: TokenStrings) -> [Float] {
        critic.scores(tokens: strings.withUnsafeTokens { Array($0) }, threads: threads).values
      }
      return try ScoreSet(
        real: scores(held.rows(Array(index * count..<(index + 1) * count))),
        generated: scores(
          samples.rows(Array(half + index * count..<half + (index + 1) * count))))
    }
    let kept = try trained(on: samples.prefix(half)) { try part(0, of: $0) }
    let judged = try part(1, of: kept.critic)
    let losses = Self.losses(judged)
    let mean = losses.reduce(0, +) / Double(losses.count)
    let square = losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(losses.count - 1)
    return Finding(
      logLoss: mean, standardError: (square / Double(losses.count)).squareRoot(),
      areaUnderCurve: areaUnderCurve(judged), step: kept.step, trainingSamples: half, judges: count,
      settings: settings)
  }

  /// The classifier with the least log loss on the scores that `look` gives of it.
  private func trained(
    on samples: TokenStrings, look: (TextCritic) throws -> ScoreSet
  ) throws -> (critic: TextCritic, step: Int) {
    var pace = CriticContinuation.Settings(.decoded, seed: settings.seed)
    pace.rate = settings.rate
    let continuation = try CriticContinuation(
      of: TextCritic(
        CriticConfiguration(
          length: samples.length, width: settings.width, blocks: settings.blocks,
          vocabulary: vocabulary), seed: settings.seed),
      against: .strings(
        try TokenMatrix(
          tokens: samples.withUnsafeTokens { Array($0) }, length: samples.length,
          vocabulary: vocabulary)), settings: pace, threads: threads)
    var kept = (critic: continuation.critic, step: 0, loss: Double.infinity)
    while continuation.step < settings.steps,
      kept.step + settings.patience * settings.every > continuation.step
    {
      let left = settings.steps - continuation.step
      for _ in 0..<min(settings.every, left) { _ = try continuation.advance(training) }
      let losses = Self.losses(try look(continuation.critic))
      let loss = losses.reduce(0, +) / Double(losses.count)
      if loss < kept.loss { kept = (continuation.critic, continuation.step, loss) }
    }
    return (kept.critic, kept.step)
  }

  private static func losses(_ scores: ScoreSet) -> [Double] {
    scores.real.map { LogisticObjective.loss($0) }
      + scores.generated.map { LogisticObjective.loss(-$0) }
  }
}
