import Foundation
import Tensors
import Testing

@testable import Refinement

/// A ratio with one of its signs turned round.
private struct FlippedRatio: LatentLogDensityRatio {
  enum Flip { case values, gradients, both }
  let base: GaussianRatio
  let flip: Flip
  var latentWidth: Int { base.latentWidth }

  func values(_ latents: Tensor) throws -> Tensor {
    flip == .gradients ? try base.values(latents) : negated(try base.values(latents))
  }

  func evaluate(_ latents: Tensor) throws -> (values: Tensor, gradients: Tensor) {
    let gradients = try base.evaluate(latents).gradients
    return (try values(latents), flip == .values ? gradients : negated(gradients))
  }

  private func negated(_ tensor: Tensor) -> Tensor {
    Tensor(shape: tensor.shape, values: tensor.values.map { -$0 })
  }
}

/// A one-dimensional model that one step of the flow pushes forward, and D_f by quadrature.
///
/// With T the step, the pushed density at T(u) is p(u)/T′(u), so
/// D_f = ∫ f(e^(−d′(u))) p_data(T(u)) T′(u) du, d′ = log p_data(T(u)) − log p(u) + log T′(u).
private struct PushForward {
  /// Where the quadrature runs; the integrands are negligible at the ends.
  static let spacing = 0.02
  let latents: [Double] = stride(from: -20.0, through: 20.0, by: spacing).map { $0 }
  let ratio = GaussianRatio(dataMean: 0, dataDeviation: 1, modelMean: 0.9, modelDeviation: 1.25)

  func logDensity(_ x: Double, of gaussian: GaussianRatio.Diagonal) -> Double {
    let u = (x - gaussian.means[0]) / gaussian.deviations[0]
    return -0.5 * u * u - log(gaussian.deviations[0]) - 0.5 * log(2 * Double.pi)
  }

  /// D_f of the model after one step with γ = 0.
  func divergence(_ f: FDivergence, flow: DiscriminatorGradientFlow, stepSize: Double) throws
    -> Double
  {
    let start = Tensor(shape: [latents.count, 1], values: latents.map(Float.init))
    let step = try EulerMaruyama.step(flow, from: start, stepSize: stepSize, noise: nil)
    let drift = step.drift.values.map(Double.init)
    let moved = zip(start.values, step.latents.values).map { (Double($0), Double($1)) }
    var sum = 0.0
    for index in 4..<latents.count - 4 {
      // T′ = 1 + η drift′: fourth-order differences, so that single precision does not show.
      let near = drift[index + 2] - drift[index - 2]
      let far = drift[index + 4] - drift[index - 4]
      let slope = 1 + stepSize * (8 * near - far) / (24 * Self.spacing)
      let (u, x) = moved[index]
      let data = logDensity(x, of: ratio.data)
      let d = data - logDensity(u, of: ratio.model) + log(slope)
      sum += f.value(logDensityRatio: d) * exp(data) * slope
    }
    return sum * Self.spacing
  }

  func divergence(_ f: FDivergence) throws -> Double {
    let still = DiscriminatorGradientFlow(ratio: ratio, divergence: f, noiseWeight: 0)
    return try divergence(f, flow: still, stepSize: 1e-12)
  }

  /// dD_f/dη at η = 0 along f's own flow: −∫ p_model s (d′)² times the flow's weight, which is s below its cap.
  func steepestRate(_ f: FDivergence) throws -> Double {
    let tensor = Tensor(shape: [latents.count, 1], values: latents.map(Float.init))
    let (values, gradients) = try ratio.evaluate(tensor)
    var sum = 0.0
    for index in latents.indices {
      let d = Double(values[index])
      let slope = Double(gradients[index])
      sum -=
        exp(logDensity(latents[index], of: ratio.model)) * f.driftWeight(logDensityRatio: d)
        * f.flowWeight(logDensityRatio: d) * slope * slope
    }
    return sum * Self.spacing
  }
}

@Suite("Signs of the flow")
struct SignTests {
  private let model = PushForward()
  private let stepSize = 0.01

  @Test("the quadrature gives the closed form of KL(model‖data)")
  func quadrature() throws {
    let exact = model.ratio.modelToDataDivergence
    #expect(abs(try model.divergence(.kullbackLeibler) - exact) < 1e-6)
    #expect(abs(exact - (0.5 * (1.5625 + 0.81 - 1) - log(1.25))) < 1e-12)
  }

  @Test(
    "a small step without noise lowers D_f, at the steepest rate", arguments: FDivergence.allCases)
  func descends(f: FDivergence) throws {
    let flow = DiscriminatorGradientFlow(ratio: model.ratio, divergence: f, noiseWeight: 0)
    let before = try model.divergence(f)
    // Pearson's weight is ten over most of the line: its small step is a smaller one.
    let small = f == .pearson ? stepSize / 50 : stepSize
    let after = try model.divergence(f, flow: flow, stepSize: small)
    #expect(after < before)
    // First order in η: within 3 % of −∫ p s² |∇d|², which a wrong sign inside s would miss.
    let rate = (after - before) / small
    let expected = try model.steepestRate(f)
    #expect(expected < -0.01)
    #expect(relativeError(rate, expected) < 0.03, "rate \(rate), expected \(expected)")
  }

  @Test("with −d the same step raises D_f", arguments: FDivergence.allCases)
  func ascendsWithNegatedRatio(f: FDivergence) throws {
    for flip in [FlippedRatio.Flip.both, .gradients] {
      let flow = DiscriminatorGradientFlow(
        ratio: FlippedRatio(base: model.ratio, flip: flip), divergence: f, noiseWeight: 0)
      let after = try model.divergence(f, flow: flow, stepSize: stepSize)
      #expect(after > (try model.divergence(f)) + 1e-5, "\(flip)")
    }
  }

  @Test(
    "a wrong sign of d inside the weight misses the steepest rate",
    arguments: FDivergence.allCases.filter(\.dependsOnOffset))
  func weightSign(f: FDivergence) throws {
    let flow = DiscriminatorGradientFlow(
      ratio: FlippedRatio(base: model.ratio, flip: .values), divergence: f, noiseWeight: 0)
    let before = try model.divergence(f)
    let rate = (try model.divergence(f, flow: flow, stepSize: stepSize) - before) / stepSize
    #expect(relativeError(rate, try model.steepestRate(f)) > 0.1)
  }

  @Test("the Gaussian ratio's gradient is the slope of its values")
  func gradient() throws {
    let ratio = GaussianRatio(
      data: .init(means: [0.5, -1], deviations: [1.5, 0.75]),
      model: .init(means: [0, 0.25], deviations: [1, 1.25]))
    let point: [Float] = [0.25, -0.5]
    let gradient = try ratio.evaluate(Tensor(shape: [1, 2], values: point)).gradients.values
    for k in 0..<2 {
      var (up, down) = (point, point)
      up[k] += 0.0625
      down[k] -= 0.0625
      let values = try ratio.values(Tensor(shape: [2, 2], values: up + down)).values
      #expect(abs((values[0] - values[1]) / 0.125 - gradient[k]) < 1e-5)
    }
  }

  @Test("d is larger where the data are denser")
  func ratioSign() throws {
    let values = try model.ratio.values(Tensor(shape: [2, 1], values: [0, 3])).values
    #expect(values[0] > 0 && values[1] < 0)
  }
}
