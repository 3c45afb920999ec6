import Determinism
import Tensors

/// DOT: each latent descends ‖z − z₀ + δ‖ − d(G(z))/k, the distance from where it started against d.
///
/// k is the effective Lipschitz constant of d ∘ G, so that the two slopes are of one size: where d rises
/// faster than k a unit, latents move; elsewhere the distance holds them back. δ = 0.001 in every coordinate,
/// since the distance has no gradient at z = z₀. Plain gradient descent with step size η; stopped early it
/// ends anywhere between z₀ and the transport's image (errata of 2023). No noise. Costs 2 · steps + 1 units
/// a sample; k is a fixed cost of two values a pair.
/// Source: Tanaka 2019 (arXiv 1910.06832) and its code (AkinoriTanaka-phys/DOT, DOT.py).
public struct DiscriminatorOptimalTransport: RoundwiseMethod {
  /// What is taken out of the gradient, so that latents stay on the prior's shell.
  public enum Projection: String, CaseIterable, Codable, Sendable {
    /// Nothing.
    case none
    /// g − z (g·z)/√Z, as the released code does for normal priors (it writes 11.31 = √128). Since ‖z‖² is
    /// near Z, this takes out √Z times the radial part and so turns it round.
    case released
    /// g − z (g·z)/‖z‖², the part along the sphere.
    case tangential
  }

  /// δ, added to every coordinate of the distance: the released code.
  public static let displacement = 0.001
  /// η = 0.01: the released code's plain gradient descent.
  public static let defaultStepSize = 0.01
  /// Pairs behind k: the released code.
  public static let defaultPairs = 100

  /// d(G(z)) and its gradient.
  public let ratio: any LatentLogDensityRatio
  /// k, the effective Lipschitz constant of d(G(z)), above zero.
  public let lipschitzConstant: Double
  /// η, finite and above zero.
  public let stepSize: Double
  /// Steps, at least zero; up to 100 in the released code.
  public let steps: Int
  /// What is taken out of the gradient.
  public let projection: Projection
  /// How rows are shared by the cores.
  public let sharing: BatchSharing

  /// A transport.
  ///
  /// - Parameters: as the properties.
  public init(
    ratio: any LatentLogDensityRatio, lipschitzConstant: Double,
    stepSize: Double = defaultStepSize, steps: Int, projection: Projection = .released,
    sharing: BatchSharing = BatchSharing()
  ) {
    precondition(
      lipschitzConstant > 0 && lipschitzConstant.isFinite && stepSize > 0 && stepSize.isFinite
        && steps >= 0,
      "DiscriminatorOptimalTransport: k \(lipschitzConstant), step size \(stepSize), \(steps) steps"
    )
    self.ratio = ratio
    self.lipschitzConstant = lipschitzConstant
    self.stepSize = stepSize
    self.steps = steps
    self.projection = projection
    self.sharing = sharing
  }

  /// Z, the width of a latent.
  public var latentWidth: Int { ratio.latentWidth }
  var rounds: Int { steps }

  /// The largest |d(G(z₁)) − d(G(z₂))|/‖z₁ − z₂‖ over pairs of latents of the prior.
  ///
  /// - Parameters:
  ///   - ratio: d(G(z)).
  ///   - prior: where both of a pair come from.
  ///   - pairs: at least 1.
  ///   - seed: of the pairs.
  /// - Returns: k, above zero unless d is constant over the pairs.
  public static func effectiveLipschitzConstant(
    of ratio: any LatentLogDensityRatio, prior: any LatentDistribution,
    pairs: Int = defaultPairs, seed: UInt64
  ) throws -> Double {
    precondition(pairs >= 1, "effectiveLipschitzConstant: \(pairs) pairs")
    let width = ratio.latentWidth
    let ends = prior.sample(
      count: 2 * pairs, from: RandomStream(seed: seed, name: "Lipschitz pairs"))
    let values = try ratio.values(ends).values
    return (0..<pairs).reduce(0) { largest, pair in
      var square = 0.0
      for k in 0..<width {
        let difference =
          Double(ends[2 * pair * width + k]) - Double(ends[(2 * pair + 1) * width + k])
        square += difference * difference
      }
      let rise = abs(Double(values[2 * pair]) - Double(values[2 * pair + 1]))
      return max(largest, rise / square.squareRoot())
    }
  }

  func begin(_ latents: Tensor, samples: Range<Int>) throws -> ChainState {
    var state = ChainState(
      samples: samples, latents: latents, values: [], cost: RefinementCost())
    state.origin = latents
    try look(&state)
    return state
  }

  func advance(_ state: inout ChainState, round: Int) throws {
    guard let gradients = state.gradients, let origin = state.origin else {
      preconditionFailure("DiscriminatorOptimalTransport: the chunk has not begun")
    }
    let width = latentWidth
    for row in state.open {
      let range = row * width..<(row + 1) * width
      let away = range.map {
        Double(state.latents[$0]) - Double(origin[$0]) + Self.displacement
      }
      let distance = away.reduce(0) { $0 + $1 * $1 }.squareRoot()
      var slope = zip(away, range).map { $0 / distance - Double(gradients[$1]) / lipschitzConstant }
      project(&slope, at: range.map { Double(state.latents[$0]) })
      for (k, index) in range.enumerated() {
        state.latents[index] = Float(Double(state.latents[index]) - stepSize * slope[k])
      }
    }
    if round + 1 < steps {
      try look(&state)
    } else {
      state.values = try ratio.values(state.latents).values
      state.cost.values += state.samples.count
    }
  }

  private func look(_ state: inout ChainState) throws {
    guard steps > 0 else {
      state.values = try ratio.values(state.latents).values
      state.cost.values += state.samples.count
      return
    }
    let (values, gradients) = try ratio.evaluate(state.latents)
    state.values = values.values
    state.gradients = gradients
    state.cost.evaluations += state.samples.count
  }

  private func project(_ slope: inout [Double], at latent: [Double]) {
    let divisor: Double
    switch projection {
    case .none: return
    case .released: divisor = Double(latentWidth).squareRoot()
    case .tangential: divisor = latent.reduce(0) { $0 + $1 * $1 }
    }
    guard divisor > 0 else { return }
    let radial = zip(slope, latent).reduce(0) { $0 + $1.0 * $1.1 } / divisor
    for k in slope.indices { slope[k] -= latent[k] * radial }
  }
}
