import Files
import NGramScoring
import Refinement
import Runs
import TextCoding

/// Base against refined samples of a run, at equal counts, from the same latents and at equal cost.
///
/// The samples 0 ..< N of one seed are generated once and refined by each method. Every row is
/// scored whole, at N, beside the floor at N. The difference of JS-n to the base is at N too, with an
/// interval from paired parts: sample i of both rows comes from one latent. Recall has no such
/// interval; its difference comes from S independent sets of N/S samples, refined minus base in each
/// set, with a t interval over the sets.
public struct Comparison: Sendable {
  /// What is compared, and how.
  public struct Settings: Codable, Sendable, Equatable {
    /// Samples N.
    public var count = 10_000
    /// Independent sets S behind the difference of recall; 5, chosen here: the least that gives a usable interval.
    public var sets = 5
    /// Methods to refine by; a flow makes a row for each divergence.
    public var methods = [MethodName.dgflow]
    /// Divergences of the flow; controls follow the first.
    public var divergences = FDivergence.published
    /// E, cost units a sample that every method may spend; 50 are the 25 steps of the released flow.
    public var budget = 2 * RefinementSettings.defaultSteps
    /// Step size η of every method that has one; nil takes that of the ratio, ``Runs/RatioChoice/standardStepSize``,
    /// for flows and the published one for others.
    public var stepSize: Double?
    /// Noise weight γ.
    public var noiseWeight = RefinementSettings.defaultNoiseWeight
    /// Prior weight ω of the flow.
    public var priorWeight = 0.0
    /// Steps of the flow; nil takes as many as the budget holds.
    public var steps: Int?
    /// How a flow takes its steps.
    public var integrator = RefinementSettings.Integrator.fixed
    /// Seed of latents and noise.
    public var seed: UInt64 = 1

    /// The defaults.
    public init() {}

    /// Checks the ranges.
    ///
    /// - Throws: `Failure` of kind `usage` naming the value out of range.
    public func validate() throws {
      guard budget >= MethodSettings.leastBudget else {
        throw Failure(
          .usage,
          "a budget of \(budget) cost units is too small: give at least \(MethodSettings.leastBudget), so that every "
            + "method can take a step")
      }
      guard !divergences.isEmpty else { throw Failure(.usage, "no divergence to refine by") }
      for method in self.methods(along: RatioChoice(kind: .raw)) where method.method != .staged {
        try method.validate()
      }
      guard sets >= 2, count >= 2 * sets else {
        throw Failure(
          .usage,
          "\(count) samples cannot be cut into \(sets) sets: give at least 2 sets, and at least "
            + "twice as many samples as sets")
      }
    }

    /// What is done for each refined row; a run without stages is not refined by them.
    public func methods(along ratio: RatioChoice, stages: RunStages? = nil) -> [MethodSettings] {
      methods.flatMap { method in
        if method == .staged { return [stages?.settings].compactMap { $0 } }
        return (method == .dgflow ? divergences : Array(divergences.prefix(1))).map { divergence in
          let flow = RefinementSettings(
            divergence: divergence, stepSize: stepSize ?? ratio.standardStepSize,
            noiseWeight: noiseWeight, priorWeight: priorWeight, integrator: integrator)
          var settings = MethodSettings(method, budget: budget, flow: flow)
          if let steps, method.usesDivergence { settings.flow.steps = steps }
          if let stepSize { settings.flow.stepSize = stepSize }
          return settings
        }
      }
    }
  }

  /// What the caller is told, and may stop.
  public struct Progress: Sendable {
    /// The row that is being made.
    public let row: String
    /// Samples done of this row.
    public let done: Int
    /// Samples of a row.
    public let total: Int
  }

  private let reference: ScoringReference
  private let corpus: PreparedCorpus?
  private let classifier: TwoSampleClassifier?
  private let settings: Settings
  private let threads: Int

  /// A comparison against a reference.
  ///
  /// - Parameters:
  ///   - corpus: where MH-GAN finds real text to begin at, in the validation split, and a Markov sampler what to
  ///     count.
  ///   - classifier: trained anew on each row, where given.
  /// - Throws: `Failure` of kind `usage` when a setting is out of range.
  public init(
    reference: ScoringReference, corpus: PreparedCorpus? = nil,
    classifier: TwoSampleClassifier? = nil, settings: Settings, threads: Int
  ) throws {
    try settings.validate()
    self.reference = reference
    self.corpus = corpus
    self.classifier = classifier
    self.settings = settings
    self.threads = threads
  }

  /// The base row and one row a method of a run.
  ///
  /// - Parameters:
  ///   - name: what the run is called in the rows.
  ///   - choice: how the critic becomes a ratio; nil takes ``Runs/RatioChoice/standard(for:representation:)``.
  ///   - progress: called between blocks; throwing ends the comparison.
  /// - Throws: `Failure`, also what `progress` throws.
  public func rows(
    of run: Run, name: String, choice given: RatioChoice? = nil,
    progress: (Progress) throws -> Void = { _ in }
  ) throws -> [ComparisonRow] {
    let calibration = try run.calibration()
    let choice = given ?? .standard(for: calibration)
    let model = try TextModel(run, for: choice)
    let base = TextSampler(
      generator: model.generator, codec: model.codec, seed: settings.seed, threads: threads)
    let clock = ContinuousClock()
    let begin = clock.now
    var tokens: [UInt16] = []
    for block in TextSampler.blocks(of: 0..<settings.count) {
      try progress(Progress(row: "\(name), base", done: block.lowerBound, total: settings.count))
      tokens += base.tokens(block).withUnsafeTokens { Array($0) }
    }
    let generated = try encoded(
      TokenStrings(tokens: tokens, length: model.codec.length), from: model.codec)
    let seconds = clock.now - begin
    let baseSets = try setScores(generated)
    let baseScores = try reference.score(name: "\(name), base", generated)
    var rows = [
      ComparisonRow(
        name: "\(name), base", scores: baseScores, setSize: settings.count / settings.sets,
        seconds: seconds.inSeconds, examples: examples(generated),
        classifier: try classifier?.finding(on: generated))
    ]
    for method in settings.methods(along: choice, stages: try run.stages()) {
      let ratio = try choice.ratio(of: model, of: run, for: method)
      let realValues =
        method.method == .mhgan ? try realValues(of: ratio, run: run) : []
      let row = "\(name), \(method.title)"
      let made = try refined(
        row, RefinedSampler(base: base, ratio: ratio, settings: method, realValues: realValues),
        progress: progress)
      let strings = try encoded(made.strings, from: model.codec)
      let scores = try reference.score(name: row, strings)
      rows.append(
        ComparisonRow(
          name: row, scores: scores,
          differences: differences(
            scores.orders, minus: baseScores.orders, sets: try setScores(strings), baseSets),
          setSize: settings.count / settings.sets, seconds: made.seconds,
          examples: examples(strings),
          refinement: ComparisonRow.Refinement(
            method: method, ratio: ratio.record, fixedCost: made.fixedCost, summary: made.summary),
          classifier: try classifier?.finding(on: strings)))
    }
    return rows
  }

  /// All samples of a row, with what it took to make them.
  private func refined(
    _ row: String, _ sampler: @autoclosure () throws -> RefinedSampler,
    progress: (Progress) throws -> Void
  ) throws -> (
    strings: TokenStrings, summary: RefinementSummary, fixedCost: RefinementCost, seconds: Double
  ) {
    let clock = ContinuousClock()
    let begin = clock.now
    let sampler = try sampler()
    var summary = RefinementSummary()
    var tokens: [UInt16] = []
    for samples in TextSampler.blocks(of: 0..<settings.count) {
      let block = try sampler.refine(samples) { step in
        let done = samples.lowerBound + samples.count * step.step / max(step.steps, 1)
        try progress(Progress(row: row, done: done, total: settings.count))
        return .proceed
      }
      summary.add(block)
      tokens += block.after.withUnsafeTokens { Array($0) }
    }
    return (
      TokenStrings(tokens: tokens, length: sampler.base.codec.length), summary,
      sampler.fixedCost, (clock.now - begin).inSeconds
    )
  }

  /// d of real validation text, where chains of MH-GAN begin.
  private func realValues(of ratio: ResolvedRatio, run: Run) throws -> [Float] {
    guard let corpus else { return [] }
    try run.requireSameVocabulary(as: corpus)
    return try RealStarts.values(of: ratio, on: corpus, seed: settings.seed, threads: threads)
  }

  /// The row of a Markov sampler that is fitted to the corpus's training text.
  ///
  /// - Parameter order: of its n-grams, see ``NGramScoring/MarkovSampler``.
  /// - Throws: `Failure` of kind `usage` for an order that does not fit.
  public func row(ofMarkovSamplerOfOrder order: Int) throws -> ComparisonRow {
    guard let corpus else { preconditionFailure("Comparison: a Markov sampler without a corpus") }
    let clock = ContinuousClock()
    let begin = clock.now
    let strings = try MarkovSampler(
      training: try corpus.strings(.train), order: order,
      vocabularySize: corpus.codec.vocabulary.count
    ).strings(0..<settings.count, seed: settings.seed)
    let seconds = (clock.now - begin).inSeconds
    let samples = try encoded(strings, from: corpus.codec)
    let name = "Markov sampler, order \(order)"
    return ComparisonRow(
      name: name, scores: try reference.score(name: name, samples),
      setSize: settings.count / settings.sets, seconds: seconds, examples: examples(samples),
      classifier: try classifier?.finding(on: samples))
  }

  /// The row of a text file: at most as many lines as a row has samples.
  ///
  /// - Throws: `Failure` of kind `missingInput` or `badData`.
  public func row(ofFile path: String) throws -> ComparisonRow {
    let samples = try reference.reader.samples(contentsOf: path, limit: settings.count)
    return ComparisonRow(
      name: path, scores: try reference.score(samples), setSize: settings.count / settings.sets,
      seconds: 0, examples: samples.strings.map(examples) ?? [],
      classifier: try samples.strings.flatMap { try classifier?.finding(on: $0) })
  }

  /// Decoded and encoded again with the reference's codec, as text that went through a file is.
  private func encoded(_ strings: TokenStrings, from codec: TextCodec) throws -> TokenStrings {
    if codec == reference.codec { return try codec.canonical(strings) }
    return try reference.codec.encode(codec.decode(strings))
  }

  private func examples(_ strings: TokenStrings) -> [String] {
    reference.codec.decode(strings.prefix(5))
  }

  /// JS-n of each set, `[set][order]`.
  private func setScores(_ strings: TokenStrings) throws -> [[OrderScores]] {
    let size = settings.count / settings.sets
    return try (0..<settings.sets).map { set in
      try reference.orderScores(strings.rows(Array(set * size..<(set + 1) * size)))
    }
  }

  private func differences(
    _ refined: [OrderScores], minus base: [OrderScores], sets: [[OrderScores]],
    _ baseSets: [[OrderScores]]
  ) -> [ComparisonRow.Difference] {
    refined.indices.compactMap { index in
      refined[index].difference(minus: base[index], paired: true).map { divergence in
        ComparisonRow.Difference(
          order: refined[index].order, divergence: divergence,
          recall: PairedDifference(
            sets.map { $0[index].recall }, minus: baseSets.map { $0[index].recall }))
      }
    }
  }
}

extension Duration {
  /// Seconds as a number.
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
