import ArgumentParser
import Experiments
import Files
import Refinement
import Reporting
import Runs
import Tensors
import TextCoding

/// `dgflow refine RUN --count N`.
struct RefineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "refine",
    abstract: "Write refined samples of a run, one a line.",
    discussion: """
      Each latent starts where `dgflow generate` with the same seed puts it and moves along the \
      gradient flow of the divergence (Ansari, Ang and Soh 2021), or by the method that --method names. \
      What moved is said on standard error.

        z ← z + η s(d) ∇d(G(z)) + √(2γη) ξ

        dgflow refine newswire --count 10
        dgflow refine run --divergence js --steps 10 > refined.txt
        dgflow refine run | dgflow score - --reference corpus
        dgflow refine run --method obrs --proposals 20
        dgflow refine run --auto --reference corpus
        dgflow refine run --count 100 --latents-out refined.npy --values-every 5
      """)

  @Argument(
    help: ArgumentHelp("Run directory, or a bundled name (newswire, news).", valueName: "run"))
  var runName: String

  @Option(
    name: .long, parsing: .unconditional,
    help: "Number of samples (1000, or as many as --latents-in has).")
  var count: Int?

  @OptionGroup(title: "Method") var method: MethodOptions
  @OptionGroup(title: "Flow and ratio") var flow: RefinementOptions

  @Option(name: .long, help: "Start from these latents (.npy, float32 [N, Z]).")
  var latentsIn: String?

  @Option(name: .long, help: "Write the refined latents (.npy, float32 [N, Z]).")
  var latentsOut: String?

  @Option(
    name: .long, parsing: .unconditional,
    help: "dgflow: say the mean ratio every so many steps.")
  var valuesEvery: Int?

  @Flag(name: .long, help: "Print JSON on standard output.")
  var json = false

  @OptionGroup var seed: SeedOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var talkOptions: TalkOptions

  func validate() throws {
    if let count { try Given.count(count, "--count") }
    if let valuesEvery { try Given.count(valuesEvery, "--values-every") }
    try method.requireMeaning(of: flow)
    if valuesEvery != nil, method.method != .dgflow {
      throw ValidationError(
        "--values-every is about dgflow, not --method \(method.method.rawValue)")
    }
  }

  func run() throws {
    Interruption.isNoted = true
    let talk = talkOptions.talk
    let opened = try Run(opening: try Environment.data.run(runName))
    let calibration = try opened.calibration()
    let tuned = try tuned(opened, calibration: calibration, talk: talk)
    let choice = try tuned?.ratio ?? flow.choice(calibration)
    let model = try TextModel(opened, for: choice)
    if tuned == nil, let note = flow.note(calibration, of: opened.path) { talk.say(note) }
    let settings =
      try tuned?.settings
      ?? (method.method == .staged
        ? try opened.requireStages().settings : method.settings(flow, along: choice))
    let ratio = try choice.ratio(of: model, of: opened, for: settings)
    let realValues =
      try method.auto
      ? nil
      : method.reference.map {
        let corpus = try BundledCorpus.open($0, talk: talk, threads: threads.count)
        try opened.requireSameVocabulary(as: corpus)
        return try RealStarts.values(
          of: ratio, on: corpus, seed: seed.seed, threads: threads.count)
      }
    let sampler = try RefinedSampler(
      base: TextSampler(
        generator: model.generator, codec: model.codec, seed: seed.seed, threads: threads.count),
      ratio: ratio, settings: settings, realValues: realValues ?? [],
      saving: valuesEvery.map { .values(every: $0) } ?? .nothing)
    let given = try givenLatents(model)
    let total = min(count ?? given?.rows ?? 1_000, given?.rows ?? Int.max)
    if let given, let count, count > given.rows {
      throw Failure(
        .usage, "\(latentsIn ?? ""): \(given.rows) latents, but --count asks for \(count)")
    }
    talk.detail(RatioWords.describe(ratio, of: opened.path))
    try refine(total, sampler: sampler, given: given, run: opened, talk: talk)
  }

  /// Settings that are found now, or those that were where nothing else is said.
  private func tuned(
    _ run: Run, calibration: RunCalibration?, talk: Talk
  ) throws -> RunRefinement? {
    guard method.auto, let reference = method.reference else {
      guard method.isEmpty, flow.firstGiven == nil, let kept = try run.refinement() else {
        return nil
      }
      talk.say(
        "refined as \(RunRefinement.fileName) in \(run.path) says: \(kept.settings.title), "
          + kept.settings.words + "; give --method for another way")
      return kept
    }
    let corpus = try BundledCorpus.open(reference, talk: talk, threads: threads.count)
    let tuning = try RefinementTuning(
      run, on: corpus, along: try flow.choice(calibration),
      settings: method.tuning(seed: seed.seed), threads: threads.count)
    var progress = ProgressMeter("tune", unit: "candidates", talk: talk)
    let found = try tuning.result { done, total in
      if Interruption.isRequested {
        throw Failure(.interrupted, "stopped before a choice was made; nothing was written")
      }
      progress.update(done: done, total: total)
    }
    progress.finish()
    try found.write(run: run.path)
    try RunCard.write(run: run.path)
    for line in TuningTable.lines(found) { talk.say(line) }
    return found
  }

  private func refine(
    _ total: Int, sampler: RefinedSampler, given: NumPyMatrix<Float>?, run: Run, talk: Talk
  ) throws {
    let writer = try latentsOut.map {
      try NumPyWriter<Float>(
        path: $0, columns: sampler.base.generator.configuration.latentWidth)
    }
    // Whoever wants the latents wants all of them, whatever the reader of the text does.
    let output = StandardOutput(endsWithReader: writer == nil)
    var progress = ProgressMeter("refine", unit: "samples", talk: talk)
    var summary = RefinementSummary()
    var course = RatioCourse()
    var rows = JSONRows(output)
    for samples in TextSampler.blocks(of: 0..<total) {
      let block = try sampler.refine(
        samples, from: given.map { Self.latents($0, samples) }
      ) { step in
        if Interruption.isRequested {
          try output.flush()
          throw Failure(
            .interrupted, "stopped after \(samples.lowerBound) of \(total) samples")
        }
        progress.update(
          done: samples.lowerBound + samples.count * step.step / max(step.steps, 1),
          total: total)
        return .proceed
      }
      summary.add(block)
      course.add(block.result.trajectory)
      try block.result.latents.withUnsafeValues { try writer?.append($0) }
      for index in 0..<samples.count {
        let text = run.codec.decode(block.after[index])
        if json {
          try rows.append(
            RefinedRow(
              sample: samples.lowerBound + index, text: text,
              before: run.codec.decode(block.before[index]),
              ratioBefore: block.result.valuesBefore[index],
              ratioAfter: block.result.valuesAfter[index]))
        } else {
          try output.line(text)
        }
      }
    }
    try writer?.commit()
    progress.finish()
    if json {
      let settings = RefineSettings(
        run: run.path, count: total, ratio: sampler.ratio.record, settings: sampler.settings,
        fixedCost: sampler.fixedCost, summary: summary, course: course.points)
      try rows.finish(
        JSONOutput(
          command: "refine", version: Version.current, seed: seed.seed, settings: settings))
    }
    try output.flush()
    for point in course.points {
      talk.say("step \(point.step): mean d \(Figures.fixed(point.meanRatio, 4))")
    }
    for line in RefinementWords.lines(summary, of: sampler) {
      talk.say(line)
    }
  }

  private func givenLatents(_ model: TextModel) throws -> NumPyMatrix<Float>? {
    guard let latentsIn else { return nil }
    let matrix = try NumPyMatrix<Float>(contentsOf: latentsIn)
    let width = model.generator.configuration.latentWidth
    guard matrix.columns == width else {
      throw Failure(
        .badData,
        "\(latentsIn): latents of width \(matrix.columns), but the generator takes \(width)")
    }
    guard matrix.rows > 0 else { throw Failure(.badData, "\(latentsIn): no latents") }
    return matrix
  }

  private static func latents(_ matrix: NumPyMatrix<Float>, _ samples: Range<Int>) -> Tensor {
    let width = matrix.columns
    let values = matrix.withUnsafeElements {
      Array($0[samples.lowerBound * width..<samples.upperBound * width])
    }
    return Tensor(shape: [samples.count, width], values: values)
  }
}

/// Settings of `refine` in its JSON.
private struct RefineSettings: Encodable {
  let run: String
  let count: Int
  let ratio: RatioRecord
  let settings: MethodSettings
  let fixedCost: RefinementCost
  let summary: RefinementSummary
  let course: [RatioCourse.Point]
}

/// One refined sample in JSON.
private struct RefinedRow: Encodable {
  let sample: Int
  let text: String
  let before: String
  let ratioBefore: Float
  let ratioAfter: Float
}
