import Foundation
import Testing

@testable import Refinement

/// Values from Tools/golden/refinement.py (mpmath, 200 digits, from the definitions in r).
private struct DivergenceFixture: Decodable {
  struct Row: Decodable {
    let divergence: FDivergence
    let logDensityRatio, value, derivative, driftWeight: Double
  }
  let rows: [Row]
}

@Suite("f-divergences")
struct FDivergenceTests {
  @Test("values, derivatives and weights agree with mpmath for |d| up to 80")
  func golden() throws {
    let rows = try fixture("divergences.json", as: DivergenceFixture.self).rows
    #expect(rows.count == 144)
    for row in rows {
      let (f, d) = (row.divergence, row.logDensityRatio)
      #expect(relativeError(f.value(logDensityRatio: d), row.value) < 1e-14, "\(f) value at \(d)")
      #expect(
        relativeError(f.derivative(logDensityRatio: d), row.derivative, floor: 1e-20) < 1e-14,
        "\(f) f′ at \(d)")
      #expect(
        relativeError(f.driftWeight(logDensityRatio: d), row.driftWeight) < 1e-14, "\(f) s at \(d)")
    }
  }

  @Test(
    "drift weight equals r f″(r), by central differences of f′", arguments: FDivergence.allCases)
  func weightIsSecondDerivative(f: FDivergence) {
    for step in -80...80 {
      let d = Double(step) / 8
      let r = exp(-d)
      let h = 1e-5 * r
      let second =
        (f.derivative(logDensityRatio: -log(r + h)) - f.derivative(logDensityRatio: -log(r - h)))
        / (2 * h)
      let s = f.driftWeight(logDensityRatio: d)
      #expect(abs(s - r * second) < 1e-7 * max(1, s), "d = \(d)")
    }
  }

  @Test("drift weight is minus the derivative of f′ along d", arguments: FDivergence.allCases)
  func weightIsSlopeInLogRatio(f: FDivergence) {
    for step in -80...80 {
      let (d, h) = (Double(step), 1e-4)
      let slope =
        (f.derivative(logDensityRatio: d + h) - f.derivative(logDensityRatio: d - h)) / (2 * h)
      let s = f.driftWeight(logDensityRatio: d)
      #expect(abs(s + slope) < 1e-8 * max(1, s), "d = \(d)")
    }
  }

  @Test("f′ is the derivative of f", arguments: FDivergence.allCases)
  func derivative(f: FDivergence) {
    for step in -40...40 {
      let (d, h) = (Double(step) / 4, 1e-5)
      // d/dd f(e^(−d)) = −r f′(r).
      let slope = (f.value(logDensityRatio: d + h) - f.value(logDensityRatio: d - h)) / (2 * h)
      let expected = -exp(-d) * f.derivative(logDensityRatio: d)
      #expect(abs(slope - expected) < 1e-7 * max(1, abs(expected)), "d = \(d)")
    }
  }

  @Test("f is zero at r = 1", arguments: FDivergence.allCases)
  func zero(f: FDivergence) {
    #expect(f.value(logDensityRatio: 0) == 0)
  }

  @Test("KL is one, JS favours good samples, log D bad ones; they sum to one")
  func meaning() {
    for step in -80...80 {
      let d = Double(step)
      let js = FDivergence.jensenShannon.driftWeight(logDensityRatio: d)
      let logD = FDivergence.logD.driftWeight(logDensityRatio: d)
      #expect(FDivergence.kullbackLeibler.driftWeight(logDensityRatio: d) == 1)
      #expect(abs(js + logD - 1) < 1e-15)
      #expect(d == 0 || (js > logD) == (d > 0))
    }
  }

  @Test(
    "everything is finite and the weight positive for |d| ≤ 80", arguments: FDivergence.allCases)
  func finite(f: FDivergence) {
    for step in -800...800 {
      let d = Double(step) / 10
      #expect(f.value(logDensityRatio: d).isFinite)
      #expect(f.derivative(logDensityRatio: d).isFinite)
      #expect(f.driftWeight(logDensityRatio: Float(d)).isNormal)
      #expect(f.driftWeight(logDensityRatio: Float(d)) > 0)
    }
    for d in [Double.infinity, -.infinity] {
      #expect((0...FDivergence.largestFlowWeight).contains(f.flowWeight(logDensityRatio: d)))
    }
  }

  @Test(
    "the published weights stay within one, far beyond |d| = 80", arguments: FDivergence.published)
  func bounded(f: FDivergence) {
    #expect((0...1).contains(f.driftWeight(logDensityRatio: Double.infinity)))
    #expect((0...1).contains(f.driftWeight(logDensityRatio: -Double.infinity)))
    #expect(
      f.derivative(logDensityRatio: 1e6).isFinite && f.derivative(logDensityRatio: -1e6).isFinite)
  }

  @Test("a flow caps the weights at ten, where the documentation says")
  func caps() {
    func weight(_ f: FDivergence, _ d: Double) -> Double { f.flowWeight(logDensityRatio: d) }
    let edges: [(FDivergence, edge: Double, beyond: Double)] = [
      (.reverseKullbackLeibler, log(10), 1), (.pearson, -log(5), -1), (.jeffreys, log(9), 1),
    ]
    for (f, edge, beyond) in edges {
      #expect(abs(weight(f, edge) - 10) < 1e-12)
      #expect(weight(f, edge + 0.1 * beyond) == 10)
      #expect(weight(f, edge - 0.1 * beyond) == f.driftWeight(logDensityRatio: edge - 0.1 * beyond))
    }
  }

  @Test("names round-trip, and only KL ignores the offset")
  func names() throws {
    #expect(
      FDivergence.allCases.map(\.rawValue) == [
        "kl", "js", "logd", "reverse-kl", "pearson", "jeffreys",
      ])
    #expect(FDivergence.published.map(\.name) == ["KL", "JS", "log D"])
    #expect(FDivergence.allCases.filter { !$0.dependsOnOffset } == [.kullbackLeibler])
  }
}
