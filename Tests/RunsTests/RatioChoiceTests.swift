import Files
import GenerativeModels
import Refinement
import Tensors
import Testing

@testable import Runs

@Suite("How a critic becomes a ratio")
struct RatioChoiceTests {
  private let model: TextModel
  private let latents: Tensor

  init() throws {
    model = Small.model(codec: try Small.codec())
    latents = StandardNormalLatents(latentWidth: 16).sample(count: 5, from: .latents(seed: 1))
  }

  /// A calibration from made-up scores: real ones near `real`, generated ones near 0.
  static func calibration(
    real: Double = 1, iteration: Int = 7, smoothing: Float = 0.1,
    representations: [RatioRepresentation] = RatioRepresentation.allCases
  ) throws -> RunCalibration {
    let records = try representations.enumerated().map { index, representation in
      func scores(_ phase: Double) throws -> ScoreSet {
        let noise = (0..<40).map { 2 * Double(($0 * 17 + index) % 40) / 40 - 1 + phase }
        return try ScoreSet(real: noise.map { $0 + real }, generated: noise.reversed())
      }
      return try CalibrationRecord(
        fit: try scores(0), check: try scores(0.01), representation: representation)
    }
    return RunCalibration(
      corpusDigest: "00000000000000c0", seed: 3, iteration: iteration, smoothing: smoothing,
      records: records)
  }

  private func ratio(
    _ choice: RatioChoice, _ divergence: FDivergence = .jensenShannon,
    calibration: RunCalibration? = nil
  ) throws -> ResolvedRatio {
    try choice.ratio(
      of: model, calibration: calibration, divergence: divergence, run: "runs/a")
  }

  @Test("raw without offset is the critic's score as it is, for every divergence")
  func rawScore() throws {
    let score = try model.score(.raw).evaluate(latents)
    for divergence in FDivergence.allCases {
      let resolved = try ratio(RatioChoice(kind: .raw, offset: .none), divergence)
      let (values, gradients) = try resolved.ratio.evaluate(latents)
      #expect(values.values == score.values.values)
      #expect(gradients.values == score.gradients.values)
      #expect(resolved.scale == 1 && resolved.offset == 0 && !resolved.isSurrogate)
      #expect(resolved.record.verdict == nil)
    }
    // A critic that only ever saw decoded samples is a surrogate at soft ones.
    let decoded = TextModel(
      generator: model.generator, critic: model.critic, codec: model.codec, isStraightThrough: true)
    let resolved = try RatioChoice(kind: .raw, offset: .none).ratio(
      of: decoded, calibration: nil, divergence: .kullbackLeibler, run: "runs/a")
    #expect(resolved.record.isSurrogate)
  }

  @Test("raw and centred: KL is left alone, JS and log D are moved to the midpoint and need it")
  func centred() throws {
    let choice = RatioChoice(kind: .raw)
    let score = try model.score(.raw).values(latents).values
    #expect(try ratio(choice, .kullbackLeibler).ratio.values(latents).values == score)
    for divergence in [FDivergence.jensenShannon, .logD] {
      expectFailure(
        .usage, divergence.rawValue, "dgflow calibrate runs/a", "--offset none"
      ) { _ = try ratio(choice, divergence) }
      let calibration = try Self.calibration()
      let centre = try #require(calibration.record(.raw)).centre.centre
      #expect(abs(centre - 0.5) < 0.1)
      let resolved = try ratio(choice, divergence, calibration: calibration)
      #expect(
        try resolved.ratio.values(latents).values == score.map { Float(Double($0) - centre) })
      #expect(resolved.offset == -centre && resolved.scale == 1)
      // A calibration without the raw representation has no centre for it.
      expectFailure(.usage, "dgflow calibrate") {
        _ = try ratio(
          choice, divergence,
          calibration: try Self.calibration(representations: [.decoded]))
      }
    }
  }

  @Test("calibrated: scale · score + offset in the representation that has a gradient")
  func calibrated() throws {
    let calibration = try Self.calibration()
    for representation in RatioRepresentation.allCases {
      let choice = RatioChoice(kind: .calibrated, representation: representation)
      let resolved = try ratio(choice, calibration: calibration)
      let record = try #require(calibration.record(representation))
      let score = try model.score(representation == .smoothed ? .smoothed(level: 0.1) : .raw)
      let (values, gradients) = try score.evaluate(latents)
      let (d, slope) = try resolved.ratio.evaluate(latents)
      let (scale, offset) = (record.calibration.scale, record.calibration.offset)
      #expect(d.values == values.values.map { Float(scale * Double($0) + offset) })
      #expect(slope.values == gradients.values.map { Float(scale * Double($0)) })
      #expect(
        resolved.record
          == RatioRecord(
            choice: choice, scale: scale, offset: offset,
            isSurrogate: representation == .decoded,
            takenAt: representation == .smoothed ? .smoothed : .raw,
            verdict: record.check.verdict))
    }
  }

  @Test("methods without a gradient take d at decoded text, where the fit or the score allows")
  func selectors() throws {
    let calibration = try Self.calibration()
    let raw = try RatioChoice(kind: .raw).ratio(
      of: model, calibration: nil, divergence: .jensenShannon, for: .obrs, run: "runs/a")
    // No divergence, no offset: so no calibration is asked for.
    #expect(raw.scale == 1 && raw.offset == 0 && raw.record.takenAt == .decoded)
    #expect(try raw.ratio.values(latents) == model.score(.decoded).values(latents))
    for representation in RatioRepresentation.allCases {
      let choice = RatioChoice(kind: .calibrated, representation: representation)
      let resolved = try choice.ratio(
        of: model, calibration: calibration, divergence: .kullbackLeibler, for: .mhgan,
        run: "runs/a")
      let fit = try #require(calibration.record(representation)).calibration
      #expect(resolved.record.takenAt == representation && !resolved.isSurrogate)
      let shown: SampleRepresentation =
        switch representation {
        case .raw: .raw
        case .decoded: .decoded
        case .smoothed: .smoothed(level: 0.1)
        }
      let values = try model.score(shown).values(latents).values.map(resolved.value(ofScore:))
      #expect(try resolved.ratio.values(latents).values == values)
      #expect(
        values[0] == Float(fit.logDensityRatio(Double(try model.score(shown).values(latents)[0]))))
    }
  }

  @Test("continued: the fit of the critic that was trained on, in its representation")
  func continued() throws {
    var calibration = try Self.calibration(real: 2)
    let fits = try Self.calibration(real: 1)
    let representations: [RatioRepresentation] = [.decoded, .smoothed]
    calibration.continued = try representations.map { representation in
      let shown: SampleRepresentation =
        representation == .smoothed ? .smoothed(level: 0.3) : .decoded
      return ContinuedCritic(
        settings: CriticContinuation.Settings(shown, seed: 1), step: 3, course: [],
        record: try #require(fits.record(representation)))
    }
    for representation in representations {
      let choice = RatioChoice(kind: .continued, representation: representation)
      let continued = TextModel(
        generator: model.generator, critic: model.critic, codec: model.codec,
        continuation: ContinuedCritic.Name(representation))
      let resolved = try choice.ratio(
        of: continued, calibration: calibration, divergence: .kullbackLeibler, run: "runs/a")
      let fit = try #require(fits.record(representation))
      let score = try model.score(representation == .smoothed ? .smoothed(level: 0.3) : .raw)
      let (scale, offset) = (fit.calibration.scale, fit.calibration.offset)
      #expect(
        try resolved.ratio.values(latents).values
          == score.values(latents).values.map { Float(scale * Double($0) + offset) })
      #expect(
        resolved.record
          == RatioRecord(
            choice: choice, scale: scale, offset: offset,
            isSurrogate: representation == .decoded,
            takenAt: representation == .smoothed ? .smoothed : .raw,
            verdict: fit.check.verdict))
      calibration.continued?.removeAll { $0.representation == representation }
      expectFailure(.usage, "no critic continued on \(representation.rawValue)", "--continue") {
        _ = try choice.ratio(
          of: continued, calibration: calibration, divergence: .kullbackLeibler, run: "runs/a")
      }
    }
  }

  @Test("a calibration that is missing or turned round is refused with the command that mends it")
  func unusable() throws {
    expectFailure(.usage, "runs/a has no decoded calibration", "dgflow calibrate runs/a") {
      _ = try ratio(RatioChoice(kind: .calibrated))
    }
    expectFailure(.usage, "no smoothed calibration") {
      _ = try ratio(
        RatioChoice(kind: .calibrated, representation: .smoothed),
        calibration: try Self.calibration(representations: [.raw, .decoded]))
    }
    let turned = try Self.calibration(real: -1)
    let scale = try #require(turned.record(.decoded)).calibration.scale
    #expect(scale < 0)
    expectFailure(.usage, "scale \(scale)", "decoded", "--ratio raw") {
      _ = try ratio(RatioChoice(kind: .calibrated), calibration: turned)
    }
  }

  @Test("unless told otherwise: calibrated on decoded text where that fit points upwards, else raw")
  func standard() throws {
    #expect(RatioChoice.standard(for: nil) == RatioChoice(kind: .raw))
    #expect(
      RatioChoice.standard(for: try Self.calibration()) == RatioChoice(kind: .calibrated))
    #expect(
      RatioChoice.standard(for: try Self.calibration(real: -1)) == RatioChoice(kind: .raw))
    #expect(
      RatioChoice.standard(for: try Self.calibration(representations: [.raw]))
        == RatioChoice(kind: .raw))
    #expect(
      RatioChoice.standard(for: try Self.calibration(), representation: .smoothed)
        == RatioChoice(kind: .calibrated, representation: .smoothed))
  }

  @Test("a raw score takes the released step size, a fit a tenth of it")
  func stepSizes() {
    let sizes = RatioChoice.Kind.allCases.map { RatioChoice(kind: $0).standardStepSize }
    #expect(RatioChoice.Kind.allCases == [.raw, .calibrated, .continued, .converged])
    #expect(sizes == [0.1, 0.01, 0.01, 0.01])
  }

  @Test("a separable fit is not the default, and says of itself that it is no ratio when asked for")
  func separable() throws {
    let calibration = try Self.calibration(real: 5)
    #expect(RatioChoice.standard(for: calibration) == RatioChoice(kind: .raw))
    let resolved = try ratio(RatioChoice(kind: .calibrated), calibration: calibration)
    #expect(resolved.record.verdict == CalibrationCheck.separableNotice)
  }

  @Test("why a calibration does not serve ends a sentence")
  func obstacles() throws {
    #expect(RatioChoice.obstacle(to: nil) == "is missing")
    #expect(RatioChoice.obstacle(to: try Self.calibration()) == nil)
    #expect(
      RatioChoice.obstacle(to: try Self.calibration(real: -1))
        == "does not rate real text above generated text")
    #expect(
      RatioChoice.obstacle(to: try Self.calibration(real: 5)) == "is separable: not a ratio")
  }

  @Test("a raw choice names the raw representation")
  func rawRepresentation() {
    #expect(RatioChoice(kind: .raw, representation: .smoothed).representation == .raw)
  }
}
