import Tensors

/// A flow whose steps are no longer than the drift keeps its direction; each sample has a step size of its own.
///
/// With b the drift before and b′ after a step Δz, λ = −⟨b′ − b, Δz⟩/⟨Δz, Δz⟩ is the curvature met along it, noise
/// included. The next step is of size c/λ, at most the settings' η and at most twice the last one; with
/// λ ≤ 0, where the drift grows, the bounds alone hold. A step with ηλ > 2, after which the drift would throw the
/// sample farther each time, is taken back: the sample stays and tries a step of c/λ. On a quadratic d a step of
/// ηλ ≤ c < 1 cannot cross the ridge, where steps of one size jump to and fro as soon as ηλ > 1.
///
/// Noise is √(2γη) ξ with the sample's own η, so that the noise weight γ means the same. Since η depends on
/// the path, the scheme converges to the flow as the settings' η → 0 and is otherwise a heuristic. b′ is the
/// drift of the next step, so λ is free: the cost is 2 · steps + 2 units a sample.
/// Source: the secant (Barzilai and Borwein 1988) estimate of curvature, used here as a bound, per sample.
public struct AdaptiveFlow: RoundwiseMethod {
  /// c = 0.5: half the way to where a quadratic d is highest, chosen here.
  public static let share = 0.5

  /// Drift and diffusion.
  public let term: any StochasticTerm
  /// The largest η, finite and above zero.
  public let stepSize: Double
  /// Steps, at least zero.
  public let steps: Int
  /// The source of ξ.
  public let noise: LatentNoise
  /// What to keep on the way.
  public let saving: TrajectorySaving
  /// How rows are shared by the cores.
  public let sharing: BatchSharing

  /// A flow along a term.
  ///
  /// - Parameters: as the properties.
  public init(
    term: any StochasticTerm, stepSize: Double, steps: Int, noise: LatentNoise,
    saving: TrajectorySaving = .nothing, sharing: BatchSharing = BatchSharing()
  ) {
    precondition(
      stepSize > 0 && stepSize.isFinite && steps >= 0,
      "AdaptiveFlow: step size \(stepSize), \(steps) steps")
    self.term = term
    self.stepSize = stepSize
    self.steps = steps
    self.noise = noise
    self.saving = saving
    self.sharing = sharing
  }

  /// Z, the width of a latent.
  public var latentWidth: Int { term.latentWidth }
  var rounds: Int { steps }

  func begin(_ latents: Tensor, samples: Range<Int>) throws -> ChainState {
    let here = try term.evaluate(latents)
    var state = ChainState(
      samples: samples, latents: latents, values: here.values.values,
      cost: RefinementCost(evaluations: samples.count))
    state.gradients = here.drift
    state.stepSizes = [Double](repeating: stepSize, count: samples.count)
    return state
  }

  func advance(_ state: inout ChainState, round: Int) throws {
    guard let drift = state.gradients else {
      preconditionFailure("AdaptiveFlow.advance: the drift is not known")
    }
    let width = latentWidth
    let proposals = proposals(of: state, along: drift, round: round)
    let there = try term.evaluate(proposals)
    state.cost.evaluations += state.samples.count
    for row in 0..<state.samples.count {
      var (square, product) = (0.0, 0.0)
      for index in row * width..<(row + 1) * width {
        let step = Double(proposals[index]) - Double(state.latents[index])
        square += step * step
        product += step * (Double(there.drift[index]) - Double(drift[index]))
      }
      let size = state.stepSizes[row]
      // ηλ; a sample that did not move met nothing.
      let turn = square > 0 ? -size * product / square : 0
      state.stepSizes[row] = min(stepSize, turn > 0 ? size * min(2, Self.share / turn) : 2 * size)
      if turn <= 2 {
        state.move(row, to: row, of: proposals, value: there.values[row])
        state.gradients?.setRow(row, to: row, of: there.drift, width: width)
      }
    }
  }

  /// Where each row would go.
  private func proposals(of state: ChainState, along drift: Tensor, round: Int) -> Tensor {
    let width = latentWidth
    var proposals = state.latents
    let diffusion = term.diffusion
    let numbers =
      diffusion > 0
      ? noise.numbers(
        step: round, offset: round, rows: 0..<state.samples.count,
        firstSample: state.samples.lowerBound, width: width) : nil
    for row in 0..<state.samples.count {
      let size = state.stepSizes[row]
      let spread = diffusion * size.squareRoot()
      for index in row * width..<(row + 1) * width {
        proposals[index] = Float(
          Double(proposals[index]) + size * Double(drift[index])
            + spread * Double(numbers?[index] ?? 0))
      }
    }
    return proposals
  }
}
