import Determinism
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// MALA: the Metropolis-adjusted Langevin algorithm on the latents' law π(z) ∝ (p(z) e^(d(G(z))))^(1/T).
///
/// With U = d(G(z)) + log p(z), a proposal z′ = z + η ∇U(z) + √(2ηT) ξ is accepted with probability
/// min(1, e^a), a = (U(z′) − U(z))/T + (‖z′ − z − η∇U(z)‖² − ‖z − z′ − η∇U(z′)‖²)/(4ηT),
/// which leaves π as it is at any step size. Acceptance near 0.57 is most efficient in many dimensions.
///
/// Costs 2 · steps + 2 units a sample: every proposal needs its gradient.
/// Source: Roberts and Tweedie 1996; Roberts and Rosenthal 1998 (0.574).
public struct LangevinChain: RoundwiseMethod {
  /// d(G(z)) and its gradient.
  public let ratio: any LatentLogDensityRatio
  /// p, the prior of the latents.
  public let prior: any LatentDistribution
  /// η, finite and above zero.
  public let stepSize: Double
  /// Steps, at least zero.
  public let steps: Int
  /// T, above zero.
  public let temperature: Double
  /// Seed of noise and acceptance.
  public let seed: UInt64
  /// How rows are shared by the cores.
  public let sharing: BatchSharing

  /// A chain for each sample.
  ///
  /// - Parameters: as the properties.
  public init(
    ratio: any LatentLogDensityRatio, prior: any LatentDistribution, stepSize: Double, steps: Int,
    temperature: Double = 1, seed: UInt64, sharing: BatchSharing = BatchSharing()
  ) {
    precondition(
      stepSize > 0 && stepSize.isFinite && steps >= 0 && temperature > 0 && temperature.isFinite,
      "LangevinChain: step size \(stepSize), \(steps) steps, temperature \(temperature)")
    self.ratio = ratio
    self.prior = prior
    self.stepSize = stepSize
    self.steps = steps
    self.temperature = temperature
    self.seed = seed
    self.sharing = sharing
  }

  /// Z, the width of a latent.
  public var latentWidth: Int { ratio.latentWidth }
  var rounds: Int { steps }

  func begin(_ latents: Tensor, samples: Range<Int>) throws -> ChainState {
    var state = ChainState(
      samples: samples, latents: latents, values: [], cost: RefinementCost())
    try lookAround(&state)
    state.acceptance = Acceptance()
    return state
  }

  func advance(_ state: inout ChainState, round: Int) throws {
    try step(&state, index: round)
  }

  /// Finds value and ∇U where the rows stand.
  func lookAround(_ state: inout ChainState) throws {
    let here = try target(state.latents)
    state.values = here.values
    state.gradients = here.gradients
    state.cost.evaluations += state.samples.count
  }

  /// One step of the rows, which know their ∇U; `index` is part of the random numbers' key.
  func step(_ state: inout ChainState, index: Int) throws {
    guard let gradients = state.gradients else {
      preconditionFailure("LangevinChain.step: the gradients are not known")
    }
    let width = latentWidth
    let latents = state.latents
    let noise = LatentNoise.stream(.refinementNoise(seed: seed)).numbers(
      step: index, offset: 0, rows: 0..<state.samples.count,
      firstSample: state.samples.lowerBound, width: width)
    let spread = (2 * stepSize * temperature).squareRoot()
    var proposals = latents
    for k in 0..<proposals.count {
      proposals[k] = Float(
        Double(latents[k]) + stepSize * Double(gradients[k]) + spread * Double(noise[k]))
    }
    let there = try target(proposals)
    state.cost.evaluations += state.samples.count
    let before = prior.logDensity(latents)
    let after = prior.logDensity(proposals)
    let stream = RandomStream.acceptance(seed: seed)
    for row in state.open {
      let here = Self.Point(
        energy: Double(state.values[row]) + Double(before[row]), row: row, latents: latents,
        gradients: gradients)
      let proposal = Self.Point(
        energy: Double(there.values[row]) + Double(after[row]), row: row, latents: proposals,
        gradients: there.gradients)
      let logProbability =
        (proposal.energy - here.energy) / temperature
        + (distance(from: here, to: proposal) - distance(from: proposal, to: here))
        / (4 * stepSize * temperature)
      state.acceptance?.proposed += 1
      let uniform = stream.uniformDouble(
        sample: UInt64(state.samples.lowerBound + row), step: UInt32(index))
      guard uniform < exp(min(logProbability, 0)) else { continue }
      state.acceptance?.accepted += 1
      state.move(row, to: row, of: proposals, value: there.values[row])
      state.gradients?.setRow(row, to: row, of: there.gradients, width: width)
    }
  }

  /// A latent with U and where to find ∇U.
  private struct Point {
    let energy: Double
    let row: Int
    let latents: Tensor
    let gradients: Tensor
  }

  /// ‖to − from − η∇U(from)‖².
  private func distance(from: Point, to: Point) -> Double {
    var sum = 0.0
    for index in from.row * latentWidth..<(from.row + 1) * latentWidth {
      let left =
        Double(to.latents[index]) - Double(from.latents[index])
        - stepSize * Double(from.gradients[index])
      sum += left * left
    }
    return sum
  }

  /// d `[N]` and ∇U `[N, Z]`.
  private func target(_ latents: Tensor) throws -> (values: [Float], gradients: Tensor) {
    var (values, gradients) = try ratio.evaluate(latents)
    let pull = prior.logDensityGradient(latents)
    gradients.withUnsafeMutableValues { gradients in
      pull.withUnsafeValues { pull in
        for index in gradients.indices { gradients[index] += pull[index] }
      }
    }
    return (values.values, gradients)
  }
}
