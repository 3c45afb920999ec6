import Files
import NGramScoring
import Refinement
import Runs
import Testing
import TextCoding

@testable import Experiments

@Suite("Comparing base and refined samples")
struct ComparisonTests {
  private let folder: TemporaryFolder
  private let corpus: PreparedCorpus
  private let run: Run

  init() throws {
    folder = try TemporaryFolder()
    corpus = try Small.corpus(at: folder.file("corpus"))
    run = try Small.run(at: folder.file("run"), corpus: corpus)
  }

  private var settings: Comparison.Settings {
    var settings = Comparison.Settings()
    settings.count = 50
    settings.sets = 4
    settings.steps = 3
    settings.stepSize = 2
    settings.seed = 8
    return settings
  }

  private func comparison(
    _ settings: Comparison.Settings, threads: Int = 1, split: CorpusSplit = .test
  ) throws -> Comparison {
    var options = ScoringReference.Options()
    options.orders = [2, 3]
    options.settings.threads = threads
    return try Comparison(
      reference: try ScoringReference(corpus: corpus, split: split, options: options),
      settings: settings, threads: threads)
  }

  private let raw = RatioChoice(kind: .raw, offset: .none)

  @Test("no steps: every refined row is the base row, and every difference exactly zero")
  func noSteps() throws {
    var settings = settings
    settings.steps = 0
    let rows = try comparison(settings).rows(of: run, name: "run", choice: raw)
    #expect(rows.map(\.name) == ["run, base", "run, KL", "run, JS", "run, log D"])
    let base = try #require(rows.first)
    #expect(base.differences.isEmpty && base.refinement == nil)
    for row in rows.dropFirst() {
      #expect(row.scores.map(\.value) == base.scores.map(\.value))
      #expect(row.scores.map(\.floor) == base.scores.map(\.floor))
      #expect(row.examples == base.examples && row.setSize == 12)
      #expect(row.differences.map(\.order) == [2, 3])
      for difference in row.differences {
        #expect(difference.divergence.value == 0 && difference.divergence.gap != nil)
        #expect(difference.divergence.lower == nil && difference.divergence.paired)
        let recall = difference.recall
        #expect(recall.mean == 0 && recall.standardError == 0 && recall.sets == 4)
        #expect(recall.lower == 0 && recall.upper == 0)
      }
      let summary = try #require(row.refinement?.summary)
      #expect(summary.charactersChanged == 0 && summary.costPerSample == 1)
    }
  }

  @Test("the same for any number of threads, but for the seconds")
  func deterministic() throws {
    let one = try comparison(settings).rows(of: run, name: "run", choice: raw)
    let three = try comparison(settings, threads: 3).rows(of: run, name: "run", choice: raw)
    for (left, right) in zip(one, three) {
      #expect(left.scores == right.scores)
      #expect(left.refinement?.summary == right.refinement?.summary)
      #expect(left.differences.map(\.divergence) == right.differences.map(\.divergence))
      #expect(left.differences.map(\.recall) == right.differences.map(\.recall))
      #expect(left.examples == right.examples)
    }
    var other = settings
    other.seed = 9
    let reseeded = try comparison(other).rows(of: run, name: "run", choice: raw)
    #expect(reseeded[0].scores != one[0].scores)
  }

  @Test("a row's scores and differences are those of its samples, scored by hand")
  func direct() throws {
    let row = try comparison(settings).rows(of: run, name: "run", choice: raw)[2]
    let method = try #require(row.refinement?.method)
    #expect(method.method == .dgflow && method.flow.divergence == .jensenShannon)
    let model = try TextModel(run)
    let base = TextSampler(
      generator: model.generator, codec: model.codec, seed: 8, threads: 1)
    let block = try RefinedSampler(
      base: base,
      ratio: try raw.ratio(
        of: model, calibration: nil, divergence: .jensenShannon, run: run.path),
      settings: method
    ).refine(0..<50)
    let (before, after) = (
      try model.codec.canonical(block.before), try model.codec.canonical(block.after)
    )
    #expect(before != after)
    let scorer = try NGramScorer(
      reference: try corpus.strings(.test), vocabularySize: model.codec.vocabulary.count,
      orders: [2, 3])
    let beforeScores = try scorer.scores(of: before)
    for (index, score) in try scorer.scores(of: after).enumerated() {
      let found = row.scores.first { $0.metric == .jensenShannon && $0.order == score.order }
      #expect(found?.value == score.divergence && found?.lower == score.interval?.lower)
      #expect(found?.samples == 50)
      func sets(_ strings: TokenStrings) throws -> [OrderScores] {
        try (0..<4).map {
          try scorer.scores(of: strings.rows(Array($0 * 12..<($0 + 1) * 12)))[index]
        }
      }
      let (refined, plain) = (try sets(after), try sets(before))
      #expect(
        row.differences[index].divergence
          == score.difference(minus: beforeScores[index], paired: true))
      #expect(
        row.differences[index].recall
          == PairedDifference(refined.map(\.recall), minus: plain.map(\.recall)))
    }
    #expect(row.examples == model.codec.decode(after.prefix(5)))
    let refinement = try #require(row.refinement)
    #expect(refinement.summary.samples == 50 && refinement.summary.costPerSample == 7)
    #expect(refinement.ratio.choice == raw && refinement.ratio.scale == 1)
    #expect(refinement.fixedCost.units == 0 && refinement.amortisedCost == 7)
  }

  @Test("samples that went through a file score the same")
  func throughFile() throws {
    let comparison = try comparison(settings)
    let rows = try comparison.rows(of: run, name: "run", choice: raw)
    let model = try TextModel(run)
    let sampler = TextSampler(
      generator: model.generator, codec: model.codec, seed: 8, threads: 1)
    let file = folder.file("samples.txt")
    let texts = model.codec.decode(sampler.tokens(0..<60))
    try AtomicFile.write(texts.map { $0 + "\n" }.joined(), to: file)
    let row = try comparison.row(ofFile: file)
    #expect(row.scores.map(\.value) == rows[0].scores.map(\.value))
    #expect(row.scores.map(\.samples) == rows[0].scores.map(\.samples))
    #expect(row.differences.isEmpty && row.name == file && row.examples == rows[0].examples)
  }

  @Test("an empty line of a file is an empty sample; a file without lines is refused")
  func emptyLines() throws {
    let comparison = try comparison(settings)
    let file = folder.file("samples.txt")
    try AtomicFile.write("fox\n\nlamp\n", to: file)
    #expect(try comparison.row(ofFile: file).scores.first?.samples == 3)
    try AtomicFile.write("", to: file)
    expectFailure(.badData, file, "no samples") { _ = try comparison.row(ofFile: file) }
    expectFailure(.missingInput, folder.file("none")) {
      _ = try comparison.row(ofFile: folder.file("none"))
    }
  }

  @Test("unless told otherwise the calibrated ratio is climbed where the run has one")
  func defaultRatio() throws {
    var settings = settings
    settings.divergences = [.kullbackLeibler]
    let without = try comparison(settings).rows(of: run, name: "run")
    #expect(without[1].refinement?.ratio.choice == RatioChoice(kind: .raw))
    let calibration = try CriticCalibration.calibrate(
      run, on: corpus, count: 15, seed: 1, threads: 1)
    try calibration.write(run: run.path)
    settings.stepSize = nil
    let with = try comparison(settings).rows(of: run, name: "run")
    let record = try #require(calibration.record(.decoded))
    let expected = RatioChoice.standard(for: calibration)
    #expect(with[1].refinement?.ratio.choice == expected)
    #expect(with[1].refinement?.method.flow.stepSize == expected.standardStepSize)
    if expected.kind == .calibrated {
      #expect(with[1].refinement?.ratio.scale == record.calibration.scale)
      #expect(with[1].refinement?.ratio.isSurrogate == true)
      #expect(with[1].refinement?.ratio.verdict == record.check.verdict)
    }
  }

  @Test("the step size is the ratio's own unless one is given")
  func stepSizes() {
    var settings = settings
    let ratios = RatioChoice.Kind.allCases.map { RatioChoice(kind: $0) }
    settings.methods = [.dgflow, .selectedFlow, .ddls, .dot]
    #expect(ratios.allSatisfy { settings.methods(along: $0).allSatisfy { $0.flow.stepSize == 2 } })
    settings.stepSize = nil
    #expect(
      ratios.map { settings.methods(along: $0)[0].flow.stepSize }
        == ratios.map(\.standardStepSize))
  }

  @Test("JS and log D on a raw critic need its centre")
  func centre() throws {
    expectFailure(.usage, "js", "dgflow calibrate") {
      _ = try comparison(settings).rows(of: run, name: "run", choice: RatioChoice(kind: .raw))
    }
  }

  @Test("every method makes a row, within the budget, with what it cost")
  func everyMethod() throws {
    var settings = settings
    settings.methods = MethodName.allCases
    settings.divergences = [.kullbackLeibler]
    settings.stepSize = 0.1
    settings.steps = nil
    settings.budget = 20
    var options = ScoringReference.Options()
    options.orders = [2, 3]
    let comparison = try Comparison(
      reference: try ScoringReference(corpus: corpus, split: .test, options: options),
      corpus: corpus, settings: settings, threads: 2)
    let rows = try comparison.rows(of: run, name: "run", choice: raw)
    // The run has no stages, so it is not refined by them.
    let methods = MethodName.allCases.filter { $0 != .staged }
    #expect(rows.map(\.name).count == methods.count + 1)
    #expect(Set(rows.map(\.name)).count == rows.count)
    for (method, row) in zip(methods, rows.dropFirst()) {
      let refinement = try #require(row.refinement)
      #expect(refinement.method.method == method)
      #expect(refinement.ratio.takenAt == (method.usesGradient ? .raw : .decoded))
      #expect(row.scores.first?.samples == 50)
      let summary = refinement.summary
      switch method {
      case .drs, .obrs:
        // Fitted on other samples: near the budget, not exactly at it.
        #expect((10...40).contains(summary.costPerSample), "\(summary.costPerSample)")
        #expect(refinement.fixedCost == RefinementCost(values: MethodSettings.burnIn))
        #expect(summary.acceptance?.accepted == 50)
      case .mhgan:
        #expect(summary.costPerSample <= 21 && summary.acceptance?.proposed == 50 * 20)
        #expect(refinement.fixedCost.values > 0)
      case .dot: #expect(summary.costPerSample == 21 && refinement.fixedCost.values == 200)
      case .dgflow, .ddls, .rescaled, .randomDirection:
        #expect((21...22).contains(summary.costPerSample))
      case .mala: #expect(summary.costPerSample == 20)
      case .isir: #expect(summary.costPerSample == 19 && refinement.method.rounds == 2)
      case .ex2mcmc: #expect(summary.costPerSample == 18 && refinement.method.rounds == 1)
      case .best: #expect(summary.costPerSample == 20)
      case .noiseOnly: #expect(summary.costPerSample == 2)
      case .selectedFlow:
        // One of 8, then 6 steps.
        #expect((15...30).contains(summary.costPerSample) && refinement.method.proposals == 8)
        #expect(refinement.method.flow.steps == 6 && summary.acceptance?.accepted == 50)
      case .staged: Issue.record("staged without stages")
      }
    }
  }

  @Test("a Markov sampler makes a row of its own, and a classifier judges every row")
  func contextAndClassifier() throws {
    var pace = TwoSampleClassifier.Settings()
    pace.steps = 3
    pace.width = 4
    let reference = try ScoringReference(corpus: corpus, split: .test, options: .init())
    let comparison = try Comparison(
      reference: reference, corpus: corpus,
      classifier: try TwoSampleClassifier(
        corpus: corpus, split: .test, settings: pace, threads: 2), settings: settings, threads: 2)
    let rows = try comparison.rows(of: run, name: "run", choice: raw)
    let markov = try comparison.row(ofMarkovSamplerOfOrder: 3)
    #expect(markov.name == "Markov sampler, order 3" && markov.scores.first?.samples == 50)
    for row in rows + [markov] {
      let finding = try #require(row.classifier)
      #expect(finding.judges == 12 && finding.trainingSamples == 25)
      #expect(finding.logLoss.isFinite && finding.standardError > 0)
    }
    expectFailure(.usage, "order 99") { _ = try comparison.row(ofMarkovSamplerOfOrder: 99) }
  }

  @Test("MH-GAN without a corpus says what it needs, and a budget too small is refused")
  func methodFailures() throws {
    var settings = settings
    settings.methods = [.mhgan]
    expectFailure(.badData, "MH-GAN", "reference corpus") {
      _ = try comparison(settings).rows(of: run, name: "run", choice: raw)
    }
    settings.budget = 17
    expectFailure(.usage, "17", "18") { _ = try comparison(settings) }
  }

  @Test("progress runs over every row, and what it throws ends the comparison")
  func progress() throws {
    struct Enough: Error {}
    var rows: [String] = []
    var largest = 0
    _ = try comparison(settings).rows(of: run, name: "run", choice: raw) { step in
      if rows.last != step.row { rows.append(step.row) }
      #expect(step.total == 50)
      largest = max(largest, step.done)
    }
    #expect(rows == ["run, base", "run, KL", "run, JS", "run, log D"])
    #expect(largest == 50)
    #expect(throws: Enough.self) {
      try comparison(settings).rows(of: run, name: "run", choice: raw) { _ in throw Enough() }
    }
  }

  @Test("settings out of range are refused")
  func validation() throws {
    func refused(_ part: String, _ change: (inout Comparison.Settings) -> Void) {
      var settings = settings
      change(&settings)
      expectFailure(.usage, part) { _ = try comparison(settings) }
    }
    refused("cut into 1 sets") { $0.sets = 1 }
    refused("7 samples cannot be cut into 4 sets") { $0.count = 7 }
    refused("-3 samples") { $0.count = -3 }
    refused("step size 0.0") { $0.stepSize = 0 }
    var least = settings
    least.count = 8
    _ = try comparison(least)
  }
}
