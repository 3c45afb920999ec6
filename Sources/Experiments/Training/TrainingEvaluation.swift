import Determinism
import Files
import GenerativeModels
import NGramScoring
import Refinement
import Runs
import TextCoding

/// What is measured of a model while it trains: the critic's gap and JS-n on validation text.
///
/// The same training strings, validation strings and latents are used at every evaluation, so that
/// the curve shows the model and not the draw. Reports use the test split; this never touches it.
struct TrainingEvaluation {
  /// What one evaluation found.
  struct Result {
    let gap: CriticGap
    /// Mean of the largest probability at each position.
    let sharpness: Double
    let duplicateRate: Double
    let scores: [TrainingRecord.Score]
    let samples: [String]
  }

  private let scorer: NGramScorer
  private let floors: [OrderFloors]?
  /// Share of duplicates among as many training strings as there are samples.
  let realDuplicateRate: Double?
  private let trainingTokens: [UInt16]
  private let heldOutTokens: [UInt16]
  private let sampleCount: Int
  private let referenceStrings: Int
  private let codec: TextCodec
  private let seed: UInt64
  private let threads: Int

  /// Number of strings behind the critic's gap: 1,000, chosen here: its standard error is then a few
  /// hundredths of the scores' deviation.
  private static let gapStrings = 1_000

  /// Checks that there is text to evaluate on, at no cost.
  static func requireValidationText(_ corpus: PreparedCorpus) throws {
    guard corpus.description.report.validation.strings > 0 else {
      throw Failure(
        .badData,
        "\(corpus.path) has no validation strings; prepare it with a larger --validation share")
    }
  }

  /// Counts the reference and draws the fixed strings.
  ///
  /// - Throws: `Failure` when the corpus has no validation text.
  init(corpus: PreparedCorpus, sampleCount: Int, seed: UInt64, threads: Int) throws {
    try Self.requireValidationText(corpus)
    let training = try corpus.strings(.train)
    let validation = try corpus.strings(.validation)
    let trainingLines = try corpus.lineNumbers(.train)
    scorer = try NGramScorer(
      reference: validation, vocabularySize: corpus.codec.vocabulary.count,
      orders: Self.orders(corpus.codec.length), settings: NGramCounter.Settings(threads: threads))
    let estimate = try scorer.floors(
      samples: sampleCount, from: training, lineNumbers: trainingLines, seed: seed)
    floors = estimate.value
    func draw(
      _ count: Int, of strings: TokenStrings, _ lineNumbers: [Int]?, _ name: String
    ) -> TokenStrings {
      strings.rows(
        RowDraw.rows(
          of: 0..<strings.count, lineNumbers: lineNumbers, count: count, seed: seed, name: name))
    }
    trainingTokens = draw(
      Self.gapStrings, of: training, trainingLines, "evaluation training strings"
    ).withUnsafeTokens { Array($0) }
    heldOutTokens = draw(
      Self.gapStrings, of: validation, try corpus.lineNumbers(.validation),
      "evaluation held-out strings"
    ).withUnsafeTokens { Array($0) }
    let real = draw(sampleCount, of: training, trainingLines, "evaluation duplicates")
    realDuplicateRate = real.count == sampleCount ? try DuplicateRate.value(of: real) : nil
    self.sampleCount = sampleCount
    referenceStrings = validation.count
    codec = corpus.codec
    self.seed = seed
    self.threads = threads
  }

  /// Measures a state.
  func evaluate(_ state: AdversarialState) throws -> Result {
    let generator = state.samplingGenerator
    // A seed of its own: the strings that users see with the run's seed are not the ones tuned on.
    let sampler = TextSampler(
      generator: generator, codec: codec, seed: seed ^ 0x65_76_61_6C, threads: threads)
    let latents = sampler.latents(0..<Self.gapStrings)
    let gap = try CriticGap(
      critic: state.critic, generator: generator, training: trainingTokens,
      heldOut: heldOutTokens, latents: latents, decoded: state.configuration.straightThrough,
      threads: threads)
    let tokens = try codec.canonical(sampler.tokens(0..<sampleCount))
    let scores = try scorer.scores(of: tokens, measures: .plain).map { score in
      TrainingRecord.Score(
        order: score.order, value: score.divergence,
        floor: floors?.first { $0.order == score.order }?.floor(of: .jensenShannon)?.mean,
        samples: sampleCount, referenceStrings: referenceStrings)
    }
    return Result(
      gap: gap, sharpness: generator.sharpness(latents, threads: threads),
      duplicateRate: try DuplicateRate.value(of: tokens), scores: scores,
      samples: codec.decode(tokens.prefix(4)))
  }

  /// The default orders that fit the string length.
  static func orders(_ length: Int) -> [Int] {
    let fitting = ScoringDefaults.orders.filter { $0 <= length }
    return fitting.isEmpty ? [length] : fitting
  }
}
