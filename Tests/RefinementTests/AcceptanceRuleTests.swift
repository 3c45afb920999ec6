import Determinism
import Foundation
import Testing

@testable import Refinement

@Suite("Acceptance rules")
struct AcceptanceRuleTests {
  private let values: [Float] = {
    let stream = RandomStream(seed: 8, name: "test")
    return stream.normals(samples: 0..<2_000, width: 1, step: 0).map { 1.5 * $0 - 0.4 }
  }()

  @Test("the published formula, with D clipped nowhere", arguments: [-6.0, -1, 0, 0.5])
  func published(d: Double) {
    let (bound, shift) = (1.25, 0.75)
    let rule = AcceptanceRule.discriminator(logBound: bound, shift: shift)
    let delta = d - bound
    let odds = delta - log(1 - exp(delta - 1e-6)) - shift
    #expect(abs(rule.probability(logDensityRatio: d) - 1 / (1 + exp(-odds))) < 1e-12)
  }

  @Test("without a shift the rule is e^(d − log M), up to ε")
  func exact() {
    let rule = AcceptanceRule.discriminator(logBound: 2, shift: 0)
    for d in [-5.0, -1, 1, 1.9] {
      #expect(relativeError(rule.probability(logDensityRatio: d), exp(d - 2)) < 1e-4)
    }
    // Beyond the bound it stays where it is.
    #expect(rule.probability(logDensityRatio: 5) == rule.probability(logDensityRatio: 2))
  }

  @Test("M is the largest ratio, and the shift a percentile of F")
  func percentile() {
    guard
      case .discriminator(let bound, let shift) = AcceptanceRule.discriminator(burnIn: values)
    else {
      Issue.record("not a discriminator's rule")
      return
    }
    #expect(bound == Double(values.max() ?? 0))
    // At the percentile the odds are even.
    let rule = AcceptanceRule.discriminator(logBound: bound, shift: shift)
    let above = values.filter { rule.probability(logDensityRatio: Double($0)) > 0.5 }
    #expect(abs(above.count - 100) <= 1)
  }

  @Test("a budget is met over the burn-in", arguments: [1.5, 10, 50])
  func budget(budget: Double) {
    for rule in [
      AcceptanceRule.discriminator(burnIn: values, budget: budget),
      .budgeted(burnIn: values, budget: budget),
    ] {
      #expect(relativeError(rule.acceptance(over: values), 1 / budget) < 1e-9, "\(rule)")
    }
  }

  @Test(
    "no rule of the same budget brings samples nearer to the data, in any divergence",
    arguments: FDivergence.allCases)
  func optimal(f: FDivergence) {
    // A finite model: equal masses, data ∝ e^d. The law of what a rule keeps has ratio K a e^(−d) to the data.
    let levels = (0..<12).map { -2.4 + 0.4 * Double($0) }
    let total = levels.reduce(0) { $0 + exp($1) } / 12
    let d = levels.map { $0 - log(total) }
    let budget = 2.0
    func divergence(_ accept: [Double]) -> Double {
      zip(accept, d).reduce(0) { sum, pair in
        let data = exp(pair.1) / 12
        return sum + data * f.value(logDensityRatio: pair.1 - log(budget * pair.0))
      }
    }
    let rule = AcceptanceRule.budgeted(burnIn: d.map(Float.init), budget: budget)
    let best = d.map { rule.probability(logDensityRatio: Double(Float($0))) }
    #expect(best.contains { $0 == 1 } && best.contains { $0 < 1 })
    let optimum = divergence(best)
    // Random moves of mass between two cells, which keep the budget.
    let stream = RandomStream(seed: 2, name: "moves")
    var least = Double.infinity
    for move in 0..<400 {
      let pair = stream.distinctIndices(count: 2, below: 12, step: UInt32(move))
      let room = min(best[pair[0]], 1 - best[pair[1]])
      let amount = 0.9 * room * stream.uniformDouble(sample: 1, step: UInt32(move))
      guard amount > 1e-6 else { continue }
      var other = best
      other[pair[0]] -= amount
      other[pair[1]] += amount
      least = min(least, divergence(other) - optimum)
    }
    #expect(least > 0, "\(least)")
    let discriminator = AcceptanceRule.discriminator(burnIn: d.map(Float.init), budget: budget)
    let other = d.map { discriminator.probability(logDensityRatio: Double(Float($0))) }
    #expect(divergence(other) > optimum)
  }

  @Test("a large budget tends to the exact rule, a small one keeps everything alike")
  func limits() {
    let tight = AcceptanceRule.budgeted(burnIn: values, budget: 1e6)
    let probabilities = values.map { tight.probability(logDensityRatio: Double($0)) }
    #expect(probabilities.allSatisfy { $0 < 1 })
    for (value, probability) in zip(values, probabilities).prefix(20) {
      #expect(
        relativeError(probability / probabilities[0], exp(Double(value) - Double(values[0]))) < 1e-9
      )
    }
    let loose = AcceptanceRule.budgeted(burnIn: values, budget: 1.0001)
    #expect(values.filter { loose.probability(logDensityRatio: Double($0)) == 1 }.count > 1_980)
  }

  @Test("d that lies far out is met too")
  func far() {
    for shift: Float in [-500, 500] {
      let rule = AcceptanceRule.budgeted(burnIn: values.map { $0 + shift }, budget: 7)
      #expect(relativeError(rule.acceptance(over: values.map { $0 + shift }), 1 / 7) < 1e-4)
    }
  }
}
