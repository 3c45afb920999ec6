import Determinism
import Tensors

/// What a flow is measured against: the same latents, moved by everything but its direction.
///
/// A gain that a control shares is not the gradient's.
public struct FlowControl: RoundwiseMethod {
  /// What is done in place of the flow.
  public enum Kind: String, CaseIterable, Codable, Sendable {
    /// Each step goes in a random direction, as far as the flow's drift would; noise as in the flow.
    case randomDirection
    /// The flow's noise without its drift.
    case noiseOnly
    /// Latents stay in their direction and take the norm that the flow gives them.
    case rescaled
  }

  /// What is done.
  public let kind: Kind
  /// The flow in whose place it stands.
  public let flow: DiscriminatorGradientFlow
  /// η of the flow.
  public let stepSize: Double
  /// Steps of the flow.
  public let steps: Int
  /// Seed of the noise, which is the flow's, and of the directions.
  public let seed: UInt64
  /// How rows are shared by the cores.
  public let sharing: BatchSharing

  /// A control.
  ///
  /// Costs a unit more than the flow; noise alone costs 2 units a sample, for d before and after.
  ///
  /// - Parameters: as the properties.
  public init(
    _ kind: Kind, ratio: any LatentLogDensityRatio, settings: RefinementSettings, seed: UInt64,
    sharing: BatchSharing = BatchSharing()
  ) {
    self.kind = kind
    flow = DiscriminatorGradientFlow(ratio: ratio, settings: settings)
    stepSize = settings.stepSize
    steps = settings.steps
    self.seed = seed
    self.sharing = sharing
  }

  /// Z, the width of a latent.
  public var latentWidth: Int { flow.latentWidth }
  var rounds: Int { steps }

  func begin(_ latents: Tensor, samples: Range<Int>) throws -> ChainState {
    var state = ChainState(
      samples: samples, latents: latents, values: try flow.values(latents).values,
      cost: RefinementCost(values: samples.count))
    state.origin = latents
    return state
  }

  func advance(_ state: inout ChainState, round: Int) throws {
    let width = latentWidth
    let numbers = LatentNoise.stream(.refinementNoise(seed: seed)).numbers(
      step: round, offset: 0, rows: 0..<state.samples.count,
      firstSample: state.samples.lowerBound, width: width)
    var drift = Tensor(shape: state.latents.shape)
    if kind != .noiseOnly {
      let here = try flow.evaluate(state.latents)
      state.cost.evaluations += state.samples.count
      drift = kind == .rescaled ? here.drift : turned(here.drift, state.samples, round: round)
    }
    let spread = flow.diffusion * stepSize.squareRoot()
    for index in 0..<drift.count {
      state.latents[index] = Float(
        Double(state.latents[index]) + stepSize * Double(drift[index])
          + spread * Double(numbers[index]))
    }
  }

  func finish(_ state: inout ChainState) throws {
    if kind == .rescaled, let origin = state.origin {
      let norms = state.latents.rowNorms(width: latentWidth)
      let before = origin.rowNorms(width: latentWidth)
      state.latents = origin
      for row in 0..<state.samples.count where before[row] > 0 {
        for index in row * latentWidth..<(row + 1) * latentWidth {
          state.latents[index] *= norms[row] / before[row]
        }
      }
    }
    state.values = try flow.values(state.latents).values
    state.cost.values += state.samples.count
  }

  /// Random directions of the drift's norms.
  private func turned(_ drift: Tensor, _ samples: Range<Int>, round: Int) -> Tensor {
    var directions = LatentNoise.stream(RandomStream(seed: seed, name: "random directions"))
      .numbers(
        step: round, offset: 0, rows: 0..<samples.count, firstSample: samples.lowerBound,
        width: latentWidth)
    let wanted = drift.rowNorms(width: latentWidth)
    let norms = directions.rowNorms(width: latentWidth)
    for row in 0..<samples.count where norms[row] > 0 {
      for index in row * latentWidth..<(row + 1) * latentWidth {
        directions[index] *= wanted[row] / norms[row]
      }
    }
    return directions
  }
}
