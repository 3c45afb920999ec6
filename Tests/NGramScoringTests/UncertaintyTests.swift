import Foundation
import Testing
import TextCoding

@testable import NGramScoring

@Suite("Uncertainty")
struct UncertaintyTests {
  @Test("Student's t quantiles equal SciPy's")
  func quantiles() throws {
    let golden = try GoldenScores.load()
    #expect(golden.studentQuantiles.count == 32)
    for row in golden.studentQuantiles {
      let value = StudentT.twoSidedQuantile(
        row.confidence, degreesOfFreedom: row.degreesOfFreedom)
      #expect(
        abs(value / row.value - 1) < 1e-10, "\(row.confidence), \(row.degreesOfFreedom)")
    }
  }

  @Test("mean, standard error and interval of five sets")
  func sampleSets() throws {
    let mean = SampleSetMean(of: [0.30, 0.32, 0.31, 0.33, 0.29])
    #expect(abs(mean.mean - 0.31) < 1e-15)
    let error = try #require(mean.standardError)
    #expect(abs(error - (0.00025 / 5.0).squareRoot()) < 1e-15)
    let interval = try #require(mean.interval())
    #expect(abs(interval.upperBound - 0.31 - 2.7764451051977987 * error) < 1e-12)
    #expect(SampleSetMean(of: [0.3]).standardError == nil)
    #expect(SampleSetMean(of: [0.3]).interval() == nil)
  }

  @Test("paired differences cancel what pairs share")
  func paired() throws {
    let noise = [0.01, -0.02, 0.03, 0.00, -0.01]
    let base = noise.map { 0.35 + $0 }
    let refined = zip(noise, [0.001, -0.001, 0.0, 0.001, -0.001]).map { 0.33 + $0 + $1 }
    let difference = PairedDifference(refined, minus: base)
    #expect(abs(difference.mean + 0.02) < 1e-12)
    #expect(difference.excludesZero == true)
    #expect(difference.sets == 5)
    let lower = try #require(difference.lower)
    let upper = try #require(difference.upper)
    let error = try #require(difference.standardError)
    #expect(abs((upper - lower) / (2 * error) - 2.7764451051977987) < 1e-9)
    let reverse = PairedDifference(base, minus: refined)
    #expect(abs(reverse.mean + difference.mean) < 1e-15)
    #expect(PairedDifference([1], minus: [2]).excludesZero == nil)
  }

  @Test("one string has no interval, and says why")
  func impossible() throws {
    let strings = randomStrings(1, length: 5, vocabularySize: 6, seed: 1)
    let scorer = try NGramScorer(reference: strings, vocabularySize: 6, orders: [2])
    let interval = try #require(try scorer.scores(of: strings)[0].interval)
    #expect(interval.lower == nil && interval.upper == nil && interval.gap != nil)
    let half = TokenStrings(tokens: [1, 2, 3, 0, 0, 0], length: 3)
    let padded = try NGramScorer(
      reference: half, vocabularySize: 4, orders: [2], excludingPadding: true)
    #expect(try padded.scores(of: half)[0].interval?.gap != nil)
  }
}
