import Determinism
import Foundation
import Tensors
import Testing

@testable import Refinement

@Suite("Selectors on a finite target")
struct SelectorTests {
  private let bins = SignBins.eight
  private let samples = 20_000
  private var levels: [Double] { bins.levels.map(Double.init) }
  private let uniform = [Double](repeating: 1 / 8, count: 8)
  private let sharing = BatchSharing(chunkSize: 512, threads: 2)

  private func normalised(_ weights: [Double]) -> [Double] {
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }

  @Test(
    "MH-GAN: k proposals from real starts, by the exact transition matrix", arguments: [1, 4, 16])
  func metropolisHastings(length: Int) throws {
    let real: [Float] = [1, 2.5]
    let method = MetropolisHastingsSelection(
      ratio: bins, prior: bins.prior, realValues: real, length: length, seed: 7, sharing: sharing)
    let result = try method.refine(bins.start(samples, seed: 7))
    // States 0 ..< 8 are bins; what is left at a real start draws afresh.
    var law = [Double](repeating: 0, count: 8)
    var unresolved = 0.0
    for start in real.map(Double.init) {
      let leave = levels.map { min(1, exp($0 - start)) / 8 }
      var waiting = 0.5
      var here = [Double](repeating: 0, count: 8)
      for _ in 0..<length {
        var next = [Double](repeating: 0, count: 8)
        for from in 0..<8 {
          var stay = 1.0
          for to in 0..<8 {
            // The other formula of the paper, with D = σ(d).
            let odds = { (d: Double) in 1 / (1 / (1 + exp(-d))) - 1 }
            let move = min(1, odds(levels[from]) / odds(levels[to])) / 8
            next[to] += here[from] * move
            stay -= move
          }
          next[from] += here[from] * stay
        }
        for to in 0..<8 { next[to] += waiting * leave[to] }
        waiting *= 1 - leave.reduce(0, +)
        here = next
      }
      unresolved += waiting
      for to in 0..<8 { law[to] += here[to] + waiting / 8 }
    }
    #expect(abs(law.reduce(0, +) - 1) < 1e-12)
    #expect(chiSquared(bins.counts(result), law) < chiSquaredBound)
    let acceptance = try #require(result.acceptance)
    #expect(acceptance.proposed == samples * length)
    let deviation = (Double(samples) * unresolved * (1 - unresolved)).squareRoot()
    #expect(abs(Double(acceptance.unresolved) - Double(samples) * unresolved) <= 4 * deviation)
    #expect(result.cost == RefinementCost(values: samples * length + acceptance.unresolved))
    #expect(result.valuesAfter == (try bins.values(result.latents).values))
  }

  @Test("a chain that accepts nothing ends in a fresh sample, not in one that was rejected")
  func neverAccepts() throws {
    let method = MetropolisHastingsSelection(
      ratio: bins, prior: bins.prior, realValues: [1000], length: 5, seed: 1, sharing: sharing)
    let start = bins.start(samples, seed: 1)
    let result = try method.refine(start)
    #expect(
      result.acceptance == Acceptance(proposed: 5 * samples, accepted: 0, unresolved: samples))
    #expect(chiSquared(bins.counts(result), uniform) < chiSquaredBound)
    let proposals = (0..<5).map { draw in
      draw == 0
        ? start
        : bins.prior.proposals(
          of: Array(0..<samples), draws: draw..<draw + 1, from: .proposals(seed: 1))
    }
    for proposal in proposals {
      #expect(zip(proposal.values, result.latents.values).allSatisfy { $0 != $1 })
    }
  }

  @Test("i-SIR: the law after each round, by summing over all candidates", arguments: [1, 2, 5])
  func importanceResampling(rounds: Int) throws {
    let method = ImportanceResampling(
      ratio: bins, prior: bins.prior, candidates: 3, rounds: rounds, seed: 3, sharing: sharing)
    let result = try method.refine(bins.start(samples, seed: 3))
    var law = uniform
    for _ in 0..<rounds {
      var next = [Double](repeating: 0, count: 8)
      for own in 0..<8 {
        for first in 0..<8 {
          for second in 0..<8 {
            let weights = [own, first, second].map { exp(levels[$0]) }
            let total = weights.reduce(0, +)
            for (candidate, weight) in zip([own, first, second], weights) {
              next[candidate] += law[own] / 64 * weight / total
            }
          }
        }
      }
      law = next
    }
    #expect(chiSquared(bins.counts(result), law) < chiSquaredBound)
    #expect(result.cost == RefinementCost(values: samples * (1 + 2 * rounds)))
    #expect(result.steps == rounds)
  }

  @Test("i-SIR leaves the data's law as it is, and tends to it")
  func importanceResamplingTarget() throws {
    let result = try ImportanceResampling(
      ratio: bins, prior: bins.prior, rounds: 12, seed: 4, sharing: sharing
    ).refine(bins.start(samples, seed: 4))
    let target = normalised(levels.map { exp($0) })
    #expect(chiSquared(bins.counts(result), target) < chiSquaredBound)
  }

  @Test("a candidate is chosen with probability ∝ e^d, also where e^d overflows")
  func choice() {
    let values: [Float] = [700, 701, 0]
    let share = 1 / (1 + exp(1.0))
    #expect(ImportanceResampling.choice(among: values, uniform: share - 1e-9) == 0)
    #expect(ImportanceResampling.choice(among: values, uniform: share + 1e-9) == 1)
    #expect(ImportanceResampling.choice(among: values, uniform: 1 - 1e-16) == 1)
    #expect(ImportanceResampling.choice(among: [-800, -801], uniform: 0) == 0)
  }

  @Test("rejection: the law of what is kept is ∝ acceptance, its rate the mean acceptance")
  func rejection() throws {
    let burnIn = try bins.values(bins.start(10_000, seed: 99)).values
    let rules: [AcceptanceRule] = [
      .discriminator(burnIn: burnIn), .discriminator(burnIn: burnIn, budget: 5),
      .budgeted(burnIn: burnIn, budget: 3), .budgeted(burnIn: burnIn, budget: 20),
    ]
    for (index, rule) in rules.enumerated() {
      let seed = UInt64(20 + index)
      let result = try RejectionSampling(
        ratio: bins, prior: bins.prior, rule: rule, seed: seed, sharing: sharing
      ).refine(bins.start(samples, seed: seed))
      let accepted = levels.map { rule.probability(logDensityRatio: $0) }
      #expect(chiSquared(bins.counts(result), normalised(accepted)) < chiSquaredBound, "\(rule)")
      let acceptance = try #require(result.acceptance)
      #expect(acceptance.accepted == samples && acceptance.unresolved == 0)
      #expect(result.cost == RefinementCost(values: acceptance.proposed))
      let rate = accepted.reduce(0, +) / 8
      // The number of proposals is negative binomial.
      let deviation = (Double(samples) * (1 - rate)).squareRoot() / rate
      #expect(abs(Double(acceptance.proposed) - Double(samples) / rate) < 4 * deviation, "\(rule)")
    }
  }

  @Test("after the most proposals the last is kept, and counted")
  func rejectionGivesUp() throws {
    let rule = AcceptanceRule.budgeted(logScale: -4)
    let result = try RejectionSampling(
      ratio: bins, prior: bins.prior, rule: rule, mostProposals: 3, seed: 5, sharing: sharing
    ).refine(bins.start(samples, seed: 5))
    let accepted = levels.map { rule.probability(logDensityRatio: $0) }
    let rate = accepted.reduce(0, +) / 8
    // Two rejected, and a third that is kept either way.
    let early = 1 + (1 - rate)
    let law = accepted.map { $0 / 8 * early + (1 - rate) * (1 - rate) / 8 }
    #expect(chiSquared(bins.counts(result), law) < chiSquaredBound)
    let unresolved = pow(1 - rate, 3)
    let deviation = (Double(samples) * unresolved * (1 - unresolved)).squareRoot()
    let acceptance = try #require(result.acceptance)
    #expect(
      abs(Double(acceptance.unresolved) - Double(samples) * unresolved) < 4 * deviation)
    #expect(acceptance.accepted + acceptance.unresolved == samples)
    #expect(result.steps == 2)
  }

  @Test("the best of K: the law of a maximum")
  func bestOfMany() throws {
    let result = try BestOfMany(
      ratio: bins, prior: bins.prior, candidates: 4, seed: 6, sharing: sharing
    ).refine(bins.start(samples, seed: 6))
    // Levels rise with the bin's number.
    let law = (1...8).map { pow(Double($0) / 8, 4) - pow(Double($0 - 1) / 8, 4) }
    #expect(chiSquared(bins.counts(result), law) < chiSquaredBound)
    #expect(result.cost == RefinementCost(values: 4 * samples))
    #expect(result.acceptance == nil)
  }
}
