import Files
import GenerativeModels
import Refinement
import Runs
import Testing
import TextCoding

@testable import Experiments

@Suite("Calibrating a critic")
struct CriticCalibrationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("the same for any number of threads, another for another seed, back from its file")
  func deterministic() throws {
    let corpus = try Small.corpus(at: folder.file("corpus"))
    let run = try Small.run(at: folder.file("run"), corpus: corpus)
    func calibrate(seed: UInt64, threads: Int) throws -> RunCalibration {
      try CriticCalibration.calibrate(run, on: corpus, count: 15, seed: seed, threads: threads)
    }
    let calibration = try calibrate(seed: 1, threads: 1)
    #expect(try calibrate(seed: 1, threads: 3) == calibration)
    #expect(try calibrate(seed: 2, threads: 1) != calibration)
    #expect(calibration.records.map(\.representation) == RatioRepresentation.allCases)
    #expect(calibration.corpusDigest == corpus.description.digest)
    #expect(calibration.iteration == 3 && calibration.smoothing == CriticCalibration.smoothing)
    try calibration.write(run: run.path)
    #expect(try run.calibration() == calibration)
  }

  @Test("each record is a fit and a check of the scores of those strings and of different samples")
  func direct() throws {
    let corpus = try Small.corpus(at: folder.file("corpus"))
    let run = try Small.run(at: folder.file("run"), corpus: corpus)
    let calibration = try CriticCalibration.calibrate(
      run, on: corpus, count: 15, seed: 6, threads: 2)
    let (fit, check) = try CriticCalibration.realStrings(of: corpus, count: 15, seed: 6)
    let size = fit.count
    let (generator, critic) = (try run.generator(), try run.critic())
    let sampler = TextSampler(
      generator: generator, codec: run.codec, seed: 6 ^ 0x63_61_6C_69, threads: 1)
    func real(_ strings: TokenStrings) -> [Float] {
      critic.scores(tokens: strings.withUnsafeTokens { Array($0) }).values
    }
    func raw(_ samples: Range<Int>) -> [Float] {
      critic.scores(of: generator, at: sampler.latents(samples)).values
    }
    func decoded(_ samples: Range<Int>) -> [Float] {
      real(sampler.tokens(samples))
    }
    for (representation, generated) in [
      (RatioRepresentation.raw, raw), (.decoded, decoded),
    ] {
      let expected = try CalibrationRecord(
        fit: try ScoreSet(real: real(fit), generated: generated(0..<size)),
        check: try ScoreSet(real: real(check), generated: generated(size..<2 * size)),
        representation: representation)
      #expect(calibration.record(representation) == expected)
    }
  }

  @Test("fit and check share no string")
  func disjointStrings() throws {
    let corpus = try Small.corpus(at: folder.file("corpus"))
    let (fit, check) = try CriticCalibration.realStrings(of: corpus, count: 100, seed: 1)
    #expect(fit.count == check.count && fit.count >= 10)
    let sets = [fit, check].map { strings in Set((0..<strings.count).map { Array(strings[$0]) }) }
    #expect(sets[0].isDisjoint(with: sets[1]))
    #expect((0..<fit.count).allSatisfy { ValidationPart.of(fit[$0]) == .fit })
    #expect((0..<check.count).allSatisfy { ValidationPart.of(check[$0]) == .check })
  }

  @Test("windows: at most one string of a line, and no line on both sides")
  func disjointLines() throws {
    // Every line has a number of its own, which each of its windows shows.
    let lines = (0..<600).map { line in
      (0..<6).map { _ in String(1000 + line) }.joined(separator: " ")
    }
    let corpus = try Small.corpus(at: folder.file("corpus"), lines: lines, cut: Small.windows)
    let (fit, check) = try CriticCalibration.realStrings(of: corpus, count: 1_000, seed: 1)
    func numbers(_ strings: TokenStrings) -> [Substring] {
      corpus.codec.decode(strings).compactMap { $0.split(separator: " ").first { $0.count == 4 } }
    }
    let (fitted, checked) = (numbers(fit), numbers(check))
    #expect(fitted.count == fit.count && checked.count == check.count)
    #expect(Set(fitted).count == fitted.count)
    #expect(Set(checked).count == checked.count)
    #expect(Set(fitted).isDisjoint(with: checked))
  }

  @Test("too little text, too small a count and foreign corpora are refused")
  func refused() throws {
    let corpus = try Small.corpus(at: folder.file("corpus"))
    let run = try Small.run(at: folder.file("run"), corpus: corpus)
    expectFailure(.usage, "calibration with 9 strings", "at least 10") {
      _ = try CriticCalibration.calibrate(run, on: corpus, count: 9, seed: 1, threads: 1)
    }
    let small = try Small.corpus(at: folder.file("small"), lines: Small.lines(60)) {
      $0.vocabulary = run.codec.vocabulary
    }
    expectFailure(.badData, small.path, "to fit a calibration", "--validation") {
      _ = try CriticCalibration.calibrate(run, on: small, seed: 1, threads: 1)
    }
    let other = try Small.corpus(
      at: folder.file("other"), lines: Small.lines(600).map { $0.uppercased() })
    expectFailure(.badData, other.path, "vocabulary") {
      _ = try CriticCalibration.calibrate(run, on: other, seed: 1, threads: 1)
    }
  }
}

@Suite("Drawing rows, one a line")
struct RowDrawTests {
  @Test("without lines: distinct rows of the list, all of them where few are there")
  func rows() {
    let list = [3, 5, 8, 13, 21]
    let drawn = RowDraw.rows(of: list, lineNumbers: nil, count: 3, seed: 1, name: "a")
    #expect(drawn.count == 3 && Set(drawn).count == 3 && Set(drawn).isSubset(of: list))
    #expect(drawn == RowDraw.rows(of: list, lineNumbers: nil, count: 3, seed: 1, name: "a"))
    #expect(
      Set(RowDraw.rows(of: list, lineNumbers: nil, count: 99, seed: 1, name: "a")) == Set(list))
    #expect(RowDraw.rows(of: [], lineNumbers: nil, count: 3, seed: 1, name: "a").isEmpty)
  }

  @Test("with lines: one row of each, none of excluded ones, every row some time")
  func lines() {
    let lineNumbers = [7, 7, 7, 2, 2, 9, 4, 4]
    var seen: Set<Int> = []
    for seed in 0..<50 {
      let drawn = RowDraw.rows(
        of: [0, 1, 2, 3, 4, 6, 7], lineNumbers: lineNumbers, excluding: [2], count: 5,
        seed: UInt64(seed), name: "a")
      #expect(drawn.map { lineNumbers[$0] }.sorted() == [4, 7])
      seen.formUnion(drawn)
    }
    #expect(seen == [0, 1, 2, 6, 7])
  }

  @Test("lines are equally likely, however many rows they have")
  func fairness() {
    let lineNumbers = Array(repeating: 0, count: 98) + [1]
    let counts = (0..<400).count { seed in
      RowDraw.rows(
        of: Array(0..<99), lineNumbers: lineNumbers, count: 1, seed: UInt64(seed), name: "a")
        == [98]
    }
    #expect((160...240).contains(counts))  // 200 ± 4 deviations
  }
}
