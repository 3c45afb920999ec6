import Determinism
import Files
import NGramScoring
import Refinement
import Runs
import Tensors
import TextCoding

/// Finds divergence, step size, noise weight and number of steps of a run's flow on validation text.
///
/// Successive halving: all candidates refine the same few samples, the better half goes on with twice as many, until
/// one is left, each round at the same cost. A candidate is judged at every look along its steps, which costs no
/// further step, so the number of steps is found on the way. Text is scored against the tune part of the
/// validation split, on which no ratio was fitted or checked.
///
/// The best look has the least JS-n of the lowest order among those that count and whose recall is not below that of
/// the start; where none is, the least of all that count. Looks stop to count before the critic is fooled: when JS
/// has risen twice in a row, when the mean norm has left the prior's shell, or when d rises and the text stays.
///
/// Source of the halving: Jamieson and Talwalkar 2016 (arXiv 1502.07943).
public struct RefinementTuning: Sendable {
  /// What is tried, and for how much.
  public struct Settings: Codable, Sendable, Equatable {
    /// A flow, or a flow after OBRS.
    public var method = MethodName.dgflow
    /// E, cost units a sample of a refinement.
    public var budget = 2 * RefinementSettings.defaultSteps
    /// Cost units of the whole search: 2 million, chosen here: 40,000 samples' worth of the default budget.
    public var spend = 2_000_000
    /// Divergences.
    public var divergences = FDivergence.published
    /// η as multiples of the ratio's standard one: chosen here.
    public var stepFactors = [0.1, 0.3, 1, 3, 10]
    /// γ: the published one and ten times as much, chosen here.
    public var noiseWeights = [RefinementSettings.defaultNoiseWeight, 0.1]
    /// Seed of latents and noise.
    public var seed: UInt64 = 1

    /// The defaults.
    public init() {}
  }

  /// How far the mean norm may be from that of the prior, as a share of it: 0.1, chosen here.
  static let shell = 0.1
  /// Share of symbols that must change between looks while d rises: 0.001, chosen here.
  static let leastChange = 0.001
  /// Looks along a flow: 9, chosen here.
  static let looks = 9
  /// The fewest samples of the first round: 50, chosen here.
  static let leastSamples = 50

  private let run: Run
  private let choice: RatioChoice
  private let settings: Settings
  private let threads: Int
  private let scorer: NGramScorer
  private let digest: String
  private let model: TextModel

  /// A search.
  ///
  /// - Parameters:
  ///   - corpus: of the run's vocabulary; its validation split decides.
  ///   - choice: the ratio that is climbed.
  /// - Throws: `Failure` of kind `usage` for settings out of range, `badData` for a corpus without validation text.
  public init(
    _ run: Run, on corpus: PreparedCorpus, along choice: RatioChoice, settings: Settings,
    threads: Int
  ) throws {
    precondition(
      settings.method == .dgflow || settings.method == .selectedFlow,
      "RefinementTuning: \(settings.method) is no flow")
    try run.requireSameVocabulary(as: corpus)
    try TrainingEvaluation.requireValidationText(corpus)
    let tune = try corpus.strings(.validation).part(.tune)
    guard tune.count > 0 else {
      throw Failure(
        .badData, "\(corpus.path) has no validation strings to tune on; prepare more text")
    }
    self.run = run
    self.choice = choice
    self.settings = settings
    self.threads = threads
    scorer = try NGramScorer(
      reference: tune, vocabularySize: corpus.codec.vocabulary.count,
      orders: TrainingEvaluation.orders(corpus.codec.length),
      settings: NGramCounter.Settings(threads: threads))
    digest = corpus.description.digest
    model = try TextModel(run, for: choice)
    guard samples(inRound: 0) >= Self.leastSamples else {
      throw Failure(
        .usage,
        "\(settings.spend) cost units leave \(samples(inRound: 0)) samples to the first round of "
          + "\(candidates.count) candidates: give at least \(Self.leastSamples * unitsPerSample)")
    }
  }

  /// What is tried at first.
  private var candidates: [RefinementSettings] {
    settings.divergences.flatMap { divergence in
      settings.stepFactors.flatMap { factor in
        settings.noiseWeights.map { noise in
          let flow = RefinementSettings(
            divergence: divergence, stepSize: choice.standardStepSize * factor, noiseWeight: noise)
          return MethodSettings(settings.method, budget: settings.budget, flow: flow).flow
        }
      }
    }
  }

  /// Candidates of each round: half as many as in the one before, down to two.
  private var counts: [Int] {
    var counts = [candidates.count]
    while let last = counts.last, last > 2 { counts.append((last + 1) / 2) }
    return counts
  }

  /// Cost units of the search for each sample of the first round.
  private var unitsPerSample: Int {
    counts.enumerated().reduce(0) { $0 + ($1.element << $1.offset) } * (settings.budget + 1)
  }

  private func samples(inRound round: Int) -> Int { (settings.spend / unitsPerSample) << round }

  /// Searches.
  ///
  /// The result depends on run, corpus, settings and seed, not on threads.
  ///
  /// - Parameter progress: told the candidates tried and all there are to try; throwing ends the search.
  /// - Returns: the choice, not yet written.
  public func result(
    progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
  ) throws -> RunRefinement {
    var left = candidates
    var outcomes: [RefinementCandidate] = []
    var (spent, done) = (0, 0)
    let total = counts.reduce(0, +)
    for round in counts.indices {
      let start = try start(count: samples(inRound: round))
      spent += start.cost.units
      var tried: [RefinementCandidate] = []
      for flow in left {
        try progress(done, total)
        let (candidate, cost) = try trial(flow, from: start.latents)
        tried.append(candidate)
        spent += cost.units
        done += 1
      }
      tried.sort { Self.precedes($0, $1) }
      outcomes =
        tried
        + outcomes.filter { old in
          !tried.contains { $0.settings.isSameFlow(as: old.settings) }
        }
      left = tried.prefix((tried.count + 1) / 2).compactMap { candidate in
        left.first { $0.isSameFlow(as: candidate.settings) }
      }
    }
    var chosen = MethodSettings(settings.method, budget: settings.budget)
    chosen.flow = outcomes[0].settings
    return RunRefinement(
      corpusDigest: digest, seed: settings.seed,
      iteration: run.configuration.progress.iterations, ratio: choice, settings: chosen,
      candidates: outcomes, spent: spent)
  }

  /// Latents that flows begin at: of the prior, or chosen by OBRS.
  private func start(count: Int) throws -> (latents: Tensor, cost: RefinementCost) {
    // A seed of its own: the strings that users see with a seed are not the ones tuned on.
    let sampler = TextSampler(
      generator: model.generator, codec: model.codec, seed: tuningSeed, threads: threads)
    let latents = sampler.latents(0..<count)
    guard settings.method == .selectedFlow else { return (latents, RefinementCost()) }
    let whole = MethodSettings(.selectedFlow, budget: settings.budget)
    let ratio = try choice.ratio(of: model, of: run, for: whole)
    let prepared = try PreparedMethod(
      whole.selection,
      for: PreparedMethod.Problem(
        ratio: ratio.stages.first?.ratio ?? ratio.decoded ?? ratio.ratio, prior: sampler.prior),
      seed: tuningSeed, sharing: BatchSharing(threads: threads))
    let selected = try prepared.method.refine(latents)
    return (selected.latents, selected.cost + prepared.fixedCost)
  }

  private var tuningSeed: UInt64 { settings.seed ^ 0x74_75_6E_65 }

  /// Refines by a candidate and looks at it on the way.
  private func trial(
    _ flow: RefinementSettings, from latents: Tensor
  ) throws -> (RefinementCandidate, RefinementCost) {
    let ratio = try choice.ratio(of: model, of: run, for: MethodSettings(.dgflow, flow: flow))
    let prepared = try PreparedMethod(
      MethodSettings(.dgflow, flow: flow),
      for: PreparedMethod.Problem(
        ratio: ratio.ratio,
        prior: StandardNormalLatents(latentWidth: model.generator.configuration.latentWidth)),
      seed: tuningSeed, saving: .valuesAndLatents(every: max(1, flow.steps / Self.looks)),
      sharing: BatchSharing(threads: threads))
    let result = try prepared.method.refine(latents)
    var looks: [RefinementCandidate.Look] = []
    var end = RefinementCandidate.End.budget
    var before: [UInt16]?
    for point in result.trajectory {
      guard let at = point.latents else { continue }
      let tokens = model.generator.tokens(at, threads: threads)
      looks.append(try look(point, at: at, tokens: tokens, before: before))
      before = tokens
      if let reason = Self.reason(toEnd: looks) {
        end = reason
        break
      }
    }
    let best = Self.best(of: looks, end: end)
    var settled = flow
    settled.steps = looks[best].step
    return (
      RefinementCandidate(
        settings: settled, samples: latents.shape[0], looks: looks, best: best, end: end),
      result.cost
    )
  }

  private func look(
    _ point: TrajectoryPoint, at latents: Tensor, tokens: [UInt16], before: [UInt16]?
  ) throws -> RefinementCandidate.Look {
    let strings = try model.codec.canonical(
      TokenStrings(tokens: tokens, length: model.codec.length))
    let scores = try scorer.scores(of: strings, measures: .plain)
    let width = latents.shape[1]
    let norms = latents.withUnsafeValues { values in
      (0..<latents.shape[0]).reduce(0.0) { sum, row in
        sum
          + values[row * width..<(row + 1) * width].reduce(0.0) { $0 + Double($1) * Double($1) }
          .squareRoot()
      }
    }
    let changed = before.map { zip($0, tokens).reduce(0) { $0 + ($1.0 == $1.1 ? 0 : 1) } } ?? 0
    return RefinementCandidate.Look(
      step: point.step, divergences: scores.map(\.divergence), recall: scores[0].recall,
      meanRatio: point.values.reduce(0.0) { $0 + Double($1) } / Double(point.values.count),
      meanNorm: norms / Double(latents.shape[0]) / Double(width).squareRoot(),
      changed: Double(changed) / Double(tokens.count))
  }

  /// Why the last look ends a trial; nil where it does not.
  static func reason(
    toEnd looks: [RefinementCandidate.Look]
  ) -> RefinementCandidate.End? {
    guard let last = looks.last, looks.count > 1 else { return nil }
    if abs(last.meanNorm - looks[0].meanNorm) > shell { return .leavesShell }
    let before = looks[looks.count - 2]
    if last.meanRatio > before.meanRatio, last.changed < leastChange { return .textStays }
    guard looks.count > 2 else { return nil }
    let rises =
      last.divergences[0] > before.divergences[0]
      && before.divergences[0] > looks[looks.count - 3].divergences[0]
    return rises ? .divergenceRises : nil
  }

  /// The index of the best look that counts.
  static func best(of looks: [RefinementCandidate.Look], end: RefinementCandidate.End) -> Int {
    let counting = end == .leavesShell ? looks.indices.dropLast() : looks.indices
    let keeping = counting.filter { looks[$0].recall >= looks[0].recall }
    func least(_ indices: some Sequence<Int>) -> Int {
      indices.min { looks[$0].divergences[0] < looks[$1].divergences[0] } ?? 0
    }
    // The start keeps its own recall; it is the best only where nothing that counts is lower.
    let kept = least(keeping)
    return kept > 0 ? kept : least(counting)
  }

  /// Whether a candidate is better: by recall kept, then by JS-n of the lowest order.
  static func precedes(_ first: RefinementCandidate, _ second: RefinementCandidate) -> Bool {
    func keeps(_ candidate: RefinementCandidate) -> Bool {
      candidate.best > 0 && candidate.looks[candidate.best].recall >= candidate.looks[0].recall
    }
    if keeps(first) != keeps(second) { return keeps(first) }
    return first.looks[first.best].divergences[0] < second.looks[second.best].divergences[0]
  }
}

extension RefinementSettings {
  /// Whether two flows differ in their number of steps at most.
  fileprivate func isSameFlow(as other: RefinementSettings) -> Bool {
    var other = other
    other.steps = steps
    return self == other
  }
}
