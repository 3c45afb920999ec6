import Files
import NGramScoring
import Runs
import TextCoding

/// Text to score samples against: a split of a prepared corpus, any text file, or counts.
///
/// Samples are text; they are encoded with the reference's codec, so that every command scores the
/// same way. A corpus takes its floor from its other splits; a text file and counts by holding out
/// parts of their own.
public struct ScoringReference: Sendable {
  /// How lines of samples are read, counted and measured.
  public struct Options: Sendable {
    /// n-gram orders.
    public var orders = ScoringDefaults.orders
    /// What is measured.
    public var metrics = Metric.standard
    /// Leave out n-grams that contain padding; the published metric counts them.
    public var excludesPadding = false
    /// Whether floors and intervals are made; without them only the plug-in values are.
    public var isPlain = false
    /// Draws behind a floor.
    public var draws = ScoringDefaults.floorDraws
    /// Seed of the draws.
    public var seed = ScoringDefaults.seed
    /// Threads and memory; without influence on the result.
    public var settings = NGramCounter.Settings()

    /// The published metric with default orders.
    public init() {}

    var wantsPerplexity: Bool {
      metrics.contains(.forwardPerplexity) || metrics.contains(.reversePerplexity)
    }

    /// Whether real text stands beside the samples.
    var wantsFloor: Bool { madeDraws > 0 }

    /// Draws that are made: none where values stand alone.
    public var madeDraws: Int { isPlain ? 0 : draws }

    /// The orders that are counted: a character model needs every order from 1.
    func countedOrders(length: Int) throws -> ClosedRange<Int> {
      let range = try NGramScorer.range(of: orders)
      guard wantsPerplexity else { return range }
      return 1...max(range.upperBound, min(ScoringDefaults.modelOrder, length))
    }

    /// What the scorer computes.
    var measures: NGramScorer.Measures {
      var measures = NGramScorer.Measures()
      measures.metrics = Set(metrics)
      measures.intervals = !isPlain && metrics.contains(.jensenShannon)
      measures.trueDivergence = measures.intervals
      return measures
    }

    /// What the scorer computes of a draw behind a floor.
    var floorMeasures: NGramScorer.Measures {
      var measures = NGramScorer.Measures()
      measures.metrics = Set(metrics)
      measures.intervals = false
      return measures
    }
  }

  /// Where floors come from, and what else the reference can say.
  enum Source: Sendable {
    /// Strings of other splits; training text is nil where it is the reference itself: real text is
    /// then its own copy.
    case corpus(
      strings: TokenStrings, pool: TokenStrings, poolLines: [Int]?, training: TokenStrings?,
      cut: CutRule)
    /// Parts of the reference; its strings where they fit the memory and something needs them.
    case parts(strings: TokenStrings?)
  }

  /// How samples are encoded.
  public let codec: TextCodec
  /// What the reference is called in results.
  public let description: ScoreRow.Reference
  let scorer: NGramScorer
  let source: Source
  private(set) var options: Options
  /// What predicts samples, where forward perplexity is measured.
  let judge: Judge?
  private let tokenRule: TokenRule

  init(
    codec: TextCodec, description: ScoreRow.Reference, counts: NGramCounts, source: Source,
    options: Options, tokenRule: TokenRule = .asEncoded
  ) throws {
    self.codec = codec
    self.description = description
    self.source = source
    self.options = options
    self.tokenRule = tokenRule
    scorer = try NGramScorer(
      reference: counts, orders: options.orders, settings: options.settings)
    if options.wantsPerplexity { try Self.requireModel(counts, description.name) }
    guard options.metrics.contains(.forwardPerplexity) else {
      judge = nil
      return
    }
    let isDivided = if case .parts = source { true } else { false }
    judge = try Judge(
      scorer, order: min(ScoringDefaults.modelOrder, codec.length),
      holdsOutPart: isDivided && options.wantsFloor)
  }

  /// What is measured.
  public var metrics: [Metric] { options.metrics }

  /// Reads samples to score against this reference.
  public var reader: SampleReader {
    SampleReader(codec: codec, tokenRule: tokenRule, options: options)
  }

  /// Whether the share of words can be measured: neither against counts nor against a text whose
  /// strings did not fit the memory.
  public var knowsWords: Bool {
    if case .parts(strings: nil) = source { false } else { true }
  }

  /// The same reference, which does not measure a metric.
  public func without(_ metric: Metric) -> ScoringReference {
    var reference = self
    reference.options.metrics.removeAll { $0 == metric }
    return reference
  }

  private static func requireModel(_ counts: NGramCounts, _ name: String) throws {
    let layout = counts.layout
    let order = min(ScoringDefaults.modelOrder, layout.length)
    guard layout.holdsBeginnings, layout.order >= order else {
      throw Failure(
        .usage,
        "\(name): perplexity needs counts of every order from 1 to \(order) with padding; these are "
          + "of orders \(layout.shortest) to \(layout.order)"
          + (layout.excludesPadding ? " without padding" : ""))
    }
  }
}
