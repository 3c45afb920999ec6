import Determinism
import Files
import Foundation
import Testing

@testable import Refinement

/// Values from Tools/golden/calibration.py (SciPy, in raw coordinates).
private struct CalibrationFixture: Decodable {
  struct Fit: Decodable { let scale, offset: Double }
  struct Check: Decodable {
    let areaUnderCurve, logLoss, zStatistic, zStatisticWithinClasses: Double
    let slope, intercept: [Double]?
    let interceptAtUnitSlope: [Double]
    let binCounts: [Int]
    let binPredicted, binObserved: [Double?]
  }
  struct Case: Decodable {
    let name: String
    let real, generated, heldReal, heldGenerated: [Double]
    let fit: Fit
    let check: Check
  }
  let ridge: Double
  let cases: [Case]
}

/// Normal numbers, `count` for one replicate.
private func normals(_ count: Int, _ name: String, replicate: Int) -> [Double] {
  var values = [Float](repeating: 0, count: count)
  let stream = RandomStream(seed: 11, name: name)
  values.withUnsafeMutableBufferPointer {
    stream.fillNormal($0, sample: UInt64(replicate), step: 0)
  }
  return values.map(Double.init)
}

/// Scores of two normal kinds whose true log density ratio is known.
///
/// Real N(½, 1), generated N(−½, 1): d(x) = x.
private func calibratedScores(real: Int, generated: Int, replicate: Int) throws -> ScoreSet {
  try ScoreSet(
    real: normals(real, "real", replicate: replicate).map { $0 + 0.5 },
    generated: normals(generated, "generated", replicate: replicate).map { $0 - 0.5 })
}

@Suite("Calibration")
struct CalibrationTests {
  @Test("fits and checks agree with SciPy")
  func golden() throws {
    let fixture = try fixture("calibration.json", as: CalibrationFixture.self)
    #expect(fixture.cases.count == 7 && fixture.ridge == LogisticCalibration.defaultRidge)
    for item in fixture.cases {
      let name = Comment(rawValue: item.name)
      let fit = try LogisticCalibration(
        fitting: ScoreSet(real: item.real, generated: item.generated))
      #expect(relativeError(fit.scale, item.fit.scale) < 1e-8, name)
      #expect(abs(fit.offset - item.fit.offset) < 1e-8 * max(1, abs(item.fit.offset)), name)

      // The check takes the fixture's own fit, so that errors do not add up.
      let held = try ScoreSet(real: item.heldReal, generated: item.heldGenerated)
        .map { item.fit.scale * $0 + item.fit.offset }
      let check = try CalibrationCheck(held)
      #expect(check.areaUnderCurve == item.check.areaUnderCurve, name)
      #expect(abs(check.logLoss - item.check.logLoss) < 1e-11, name)
      #expect(abs((check.zStatistic ?? .nan) - item.check.zStatistic) < 1e-9, name)
      #expect(
        abs((check.zStatisticWithinClasses ?? .nan) - item.check.zStatisticWithinClasses) < 1e-9,
        name)
      for (estimate, expected) in [
        (check.slope, item.check.slope), (check.intercept, item.check.intercept),
        (check.interceptAtUnitSlope, item.check.interceptAtUnitSlope),
      ] {
        #expect((estimate == nil) == (expected == nil), name)
        guard let estimate, let expected else { continue }
        #expect(abs(estimate.value - expected[0]) < 1e-7, name)
        #expect(abs(estimate.standardError - expected[1]) < 1e-6, name)
      }
      #expect(check.reliability.bins.map(\.count) == item.check.binCounts, name)
      for (bin, (predicted, observed)) in zip(
        check.reliability.bins, zip(item.check.binPredicted, item.check.binObserved))
      {
        #expect((bin.meanPredicted == nil) == (predicted == nil), name)
        #expect(abs((bin.meanPredicted ?? 0) - (predicted ?? 0)) < 1e-12, name)
        #expect(bin.observedShare == observed, name)
      }
      #expect(check.isSeparable == (item.name == "separated"), name)
    }
  }

  @Test("with as many scores as parameters the fit is the closed form")
  func closedForm() throws {
    // Two score values: without ridge the fitted log odds at each are those of the mean target.
    let scores = try ScoreSet(
      real: [1, 1, 1, -1], generated: [-1, -1, -1, -1, 1])
    let fit = try LogisticCalibration(fitting: scores, ridge: 0)
    let (high, low) = (5.0 / 6, 1.0 / 7)
    let prior = log(4.0 / 5)
    let up = (3 * high + low) / 4
    let down = (high + 4 * low) / 5
    let oddsUp = log(up / (1 - up)) - prior
    let oddsDown = log(down / (1 - down)) - prior
    #expect(abs(fit.scale - (oddsUp - oddsDown) / 2) < 1e-10)
    #expect(abs(fit.offset - (oddsUp + oddsDown) / 2) < 1e-10)
    #expect(fit.realTarget == high && fit.generatedTarget == low)
  }

  @Test(
    "a linear map of the scores is undone by the fit",
    arguments: [(3.0, 100.0), (-0.01, 5), (1e4, -1e6)])
  func equivariance(scale: Double, offset: Double) throws {
    let scores = try calibratedScores(real: 300, generated: 200, replicate: 0)
    let plain = try LogisticCalibration(fitting: scores)
    let mapped = try LogisticCalibration(fitting: scores.map { scale * $0 + offset })
    #expect(relativeError(mapped.scale * scale, plain.scale) < 1e-7)
    #expect(abs(mapped.logDensityRatio(scale * 0.3 + offset) - plain.logDensityRatio(0.3)) < 1e-7)
  }

  @Test(
    "the fit finds the log density ratio whatever the class counts",
    arguments: [(20_000, 20_000), (30_000, 5_000)])
  func truth(real: Int, generated: Int) throws {
    let scores = try calibratedScores(real: real, generated: generated, replicate: 1)
    let fit = try LogisticCalibration(fitting: scores.map { 0.25 * $0 + 3 })
    #expect(abs(fit.scale - 4) < 0.15)
    #expect(abs(fit.logDensityRatio(3)) < 0.04)
  }

  @Test("ridge and smoothed targets shrink a fit of 1,000 samples a class by less than 1 %")
  func shrinkage() throws {
    let scores = try calibratedScores(real: 1000, generated: 1000, replicate: 2)
    let fit = try LogisticCalibration(fitting: scores)
    let check = try CalibrationCheck(scores.map(fit.logDensityRatio))
    let withoutRidge = try LogisticCalibration(fitting: scores, ridge: 0)
    #expect((1...1.01).contains(check.slope?.value ?? .nan))
    #expect(relativeError(fit.scale, withoutRidge.scale) < 1e-3)
  }

  @Test("separated scores: a finite fit, and the flag")
  func separable() throws {
    let scores = try ScoreSet(real: [5, 6, 7, 8], generated: [-8, -7, -6, -5])
    let fit = try LogisticCalibration(fitting: scores)
    #expect(fit.scale > 0 && fit.scale.isFinite && abs(fit.offset) < 1e-12)
    let record = try CalibrationRecord(fit: scores, check: scores, representation: .raw)
    #expect(record.check.isSeparable && record.check.verdict == "separable: not a ratio")
    #expect(record.check.slope == nil && record.check.intercept == nil)
    // Touching at a tie, the likelihood still has no maximum.
    let touching = try CalibrationCheck(ScoreSet(real: [0, 1, 2], generated: [0, -1, -2]))
    #expect(touching.slope == nil && !touching.isSeparable)
  }

  @Test("wrong signs give a negative scale, and a check that is right again")
  func wrongSign() throws {
    let scores = try calibratedScores(real: 500, generated: 500, replicate: 3).map { -$0 }
    let fit = try LogisticCalibration(fitting: scores)
    #expect(fit.scale < -0.8 && areaUnderCurve(scores) < 0.3)
    #expect(areaUnderCurve(try scores.map(fit.logDensityRatio)) > 0.7)
  }

  @Test("scale errors are seen: d doubled is over-confident, halved under-confident")
  func verdicts() throws {
    let scores = try calibratedScores(real: 3000, generated: 3000, replicate: 4)
    #expect(try CalibrationCheck(scores).verdict == "consistent with a log density ratio")
    let doubled = try CalibrationCheck(scores.map { 2 * $0 })
    #expect(doubled.verdict.hasPrefix("over-confident"))
    #expect(abs((doubled.slope?.value ?? 0) - 0.5) < 0.06)
    #expect(try CalibrationCheck(scores.map { $0 / 2 }).verdict.hasPrefix("under-confident"))
    let high = try CalibrationCheck(scores.map { $0 + 0.5 })
    #expect(high.verdict.hasPrefix("too high"))
    #expect(abs(high.interceptAtUnitSlope.value + 0.5) < 0.1)
    #expect(high.logLoss > (try CalibrationCheck(scores).logLoss))
  }

  @Test(
    "Wald intervals cover the truth in 95 % of replicates, also with unequal counts",
    arguments: [(150, 150), (240, 60)])
  func coverage(real: Int, generated: Int) throws {
    let replicates = 600
    var covered = (slope: 0, intercept: 0, unit: 0)
    var (published, within) = (0.0, 0.0)
    for replicate in 0..<replicates {
      let check = try CalibrationCheck(
        calibratedScores(real: real, generated: generated, replicate: replicate))
      let (slope, intercept) = (try #require(check.slope), try #require(check.intercept))
      covered.slope += slope.contains(1) ? 1 : 0
      covered.intercept += intercept.contains(0) ? 1 : 0
      covered.unit += check.interceptAtUnitSlope.contains(0) ? 1 : 0
      published += pow(try #require(check.zStatistic), 2)
      within += pow(try #require(check.zStatisticWithinClasses), 2)
    }
    // Binomial deviation 0.9 %: three of them on both sides.
    let range = 0.92...0.98
    #expect(range.contains(Double(covered.slope) / Double(replicates)), "slope \(covered.slope)")
    #expect(range.contains(Double(covered.intercept) / Double(replicates)), "\(covered.intercept)")
    #expect(range.contains(Double(covered.unit) / Double(replicates)), "unit \(covered.unit)")
    // The Z that knows the counts has variance 1; the published one is narrower.
    #expect((0.85...1.2).contains(within / Double(replicates)), "\(within / Double(replicates))")
    #expect(published / Double(replicates) < 0.5)
  }

  @Test("AUC counts ties as one half, exhaustively against the definition")
  func areas() throws {
    for code in 0..<729 {
      var digits: [Double] = []
      var rest = code
      for _ in 0..<6 {
        digits.append(Double(rest % 3))
        rest /= 3
      }
      for split in 1...5 {
        let (real, generated) = (Array(digits[..<split]), Array(digits[split...]))
        var wins = 0.0
        for x in real {
          for y in generated { wins += x > y ? 1 : x == y ? 0.5 : 0 }
        }
        let area = areaUnderCurve(try ScoreSet(real: real, generated: generated))
        #expect(abs(area - wins / Double(real.count * generated.count)) < 1e-15)
      }
    }
  }

  @Test("log loss stays finite for enormous ratios")
  func extremes() throws {
    let check = try CalibrationCheck(ScoreSet(real: [1000, -900], generated: [-1000, 900]))
    #expect(check.logLoss == 450)
    #expect(check.zStatistic == nil && check.interceptAtUnitSlope.value.isFinite)
    let certain = try CalibrationCheck(ScoreSet(real: [80, 80], generated: [-80, -80]))
    #expect(certain.logLoss < 1e-30 && certain.isSeparable)
  }

  @Test("empty and non-finite scores are refused with kind and index")
  func badScores() {
    let empty = #expect(throws: Failure.self) { try ScoreSet(real: [Double](), generated: [1]) }
    #expect(empty?.message.contains("no real scores") == true)
    let none = #expect(throws: Failure.self) { try ScoreSet(real: [1.0], generated: []) }
    #expect(none?.message.contains("no generated scores") == true)
    for bad in [Double.nan, .infinity, -.infinity] {
      let error = #expect(throws: Failure.self) {
        try ScoreSet(real: [0, 1], generated: [0, 1, bad])
      }
      #expect(error?.kind == .badData)
      #expect(error?.message.contains("generated score 2") == true)
    }
  }

  @Test("constant scores cannot be fitted, but can be checked")
  func constant() throws {
    let scores = try ScoreSet(real: [2.0, 2, 2], generated: [2.0, 2])
    let error = #expect(throws: Failure.self) { try LogisticCalibration(fitting: scores) }
    #expect(error?.message.contains("all 5 scores are 2.0") == true)
    let check = try CalibrationCheck(scores)
    #expect(check.areaUnderCurve == 0.5 && check.slope == nil)
    #expect(abs(check.interceptAtUnitSlope.value + 2) < 1e-9)
    #expect(check.zStatisticWithinClasses == nil)
    #expect(check.verdict == "not determined: the ratio is constant")
  }

  @Test("one score a class is enough to fit, and to check without intervals")
  func single() throws {
    let scores = try ScoreSet(real: [1.0], generated: [-1.0])
    #expect(try LogisticCalibration(fitting: scores).scale > 0)
    #expect(try CalibrationCheck(scores).zStatisticWithinClasses == nil)
  }

  @Test("the centre is the midpoint of the means")
  func centre() throws {
    let centre = ScoreCentre(try ScoreSet(real: [3.0, 5], generated: [-1.0, 0, 1, 2]))
    #expect(centre.meanReal == 4 && centre.meanGenerated == 0.5 && centre.centre == 2.25)
    #expect(centre.realCount == 2 && centre.generatedCount == 4)
  }

  @Test("a record survives encoding; another version is refused")
  func record() throws {
    let fit = try calibratedScores(real: 50, generated: 60, replicate: 5)
    let held = try calibratedScores(real: 40, generated: 40, replicate: 6)
    let record = try CalibrationRecord(fit: fit, check: held, representation: .decoded)
    let data = try JSONEncoder().encode(record)
    #expect(try JSONDecoder().decode(CalibrationRecord.self, from: data) == record)
    let text = String(decoding: data, as: UTF8.self)
    let other = text.replacingOccurrences(of: "\"version\":1", with: "\"version\":2")
    #expect(text != other)
    #expect(throws: Failure.self) {
      try JSONDecoder().decode(CalibrationRecord.self, from: Data(other.utf8))
    }
  }

  @Test("reliability bins hold every sample once, edges included")
  func reliability() throws {
    let scores = try ScoreSet(real: [1000.0, 0, -1000], generated: [1000.0, 0.1, -1000])
    let table = ReliabilityTable(scores)
    #expect(table.bins.map(\.count) == [2, 0, 0, 0, 0, 2, 0, 0, 0, 2])
    #expect(table.bins[9].observedShare == 0.5 && table.bins[1].meanPredicted == nil)
    #expect(abs(table.meanGap - (4 * 0.5 + 2 * abs(0.5 * (0.5 + logistic(0.1)) - 0.5)) / 6) < 1e-12)
  }
}
