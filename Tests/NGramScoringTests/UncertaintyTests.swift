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

  @Test("the jackknife equals an independent statement of it")
  func golden() throws {
    let golden = try GoldenScores.load()
    let groups = GroupJackknife.groups(of: golden.sampleStrings)
    for row in golden.divergences {
      guard let expected = row.jackknife else { continue }
      func counts(_ strings: TokenStrings) throws -> NGramCounts {
        try NGramCounts(strings, order: row.order, vocabularySize: golden.vocabularySize)
      }
      let value = try #require(
        GroupJackknife.standardError(
          groups: groups.map(counts), reference: counts(golden.referenceStrings)))
      #expect(abs(value - expected) < 1e-12, "order \(row.order)")
    }
  }

  @Test(
    "jackknife errors match the scatter of independent sample sets, dense or sparse",
    arguments: [(1, 1.5), (2, 1.5), (4, 1.5), (4, 2), (6, 2)])
  func scatter(order: Int, power: Double) throws {
    let ratio = try jackknifeVarianceRatio(order: order, power: power)
    #expect((0.7...1.5).contains(ratio), "ratio \(ratio)")
  }

  @Test("of samples from the reference's own distribution they are too large, not too small")
  func scatterWithoutDifference() throws {
    // JS is then a quadratic form, and the jackknife counts second-order parts twice.
    let ratio = try jackknifeVarianceRatio(order: 1, power: 2)
    #expect((1.2...3.2).contains(ratio), "ratio \(ratio)")
  }

  /// Mean jackknife variance over the variance of 200 independent sets (known to 10 %), for samples
  /// that are the reference's distribution at power 2 and differ from it elsewhere.
  private func jackknifeVarianceRatio(order: Int, power: Double) throws -> Double {
    let size = 40
    let scorer = try NGramScorer(
      reference: randomStrings(3_000, length: 12, vocabularySize: size, seed: 1),
      vocabularySize: size, orders: [order])
    let replicates = try (0..<200).map { index in
      try scorer.scores(
        of: randomStrings(
          150, length: 12, vocabularySize: size, seed: 1_000 + UInt64(index), power: power))[0]
    }
    let scatter = try #require(SampleStatistics(of: replicates.map(\.divergence)).variance)
    let errors = replicates.compactMap(\.divergenceError)
    return SampleStatistics(of: errors.map { $0 * $0 }).mean / scatter
  }

  @Test("a jackknife needs two groups with n-grams")
  func impossible() throws {
    let strings = randomStrings(1, length: 5, vocabularySize: 6, seed: 1)
    let scorer = try NGramScorer(reference: strings, vocabularySize: 6, orders: [2])
    #expect(try scorer.scores(of: strings)[0].divergenceError == nil)
    #expect(GroupJackknife.standardError(groups: [], reference: scorer.reference[0]) == nil)
    let half = TokenStrings(tokens: [1, 2, 3, 0, 0, 0], length: 3)
    let padded = try NGramScorer(
      reference: half, vocabularySize: 4, orders: [2], excludingPadding: true)
    #expect(try padded.scores(of: half)[0].divergenceError == nil)
  }
}
