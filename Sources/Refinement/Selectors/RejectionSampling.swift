import Determinism
import Tensors

/// Rejection sampling of generated samples by their log density ratio: DRS or OBRS, by its rule.
///
/// Sample i proposes the latent that was given, then fresh draws of the prior, until one is kept. Costs
/// one unit a proposal, so 1/acceptance a sample on average. After `mostProposals` the last one is kept
/// all the same and counted in ``Acceptance/unresolved``: it is an ordinary generated sample.
public struct RejectionSampling: RoundwiseMethod {
  /// Budgets after which a sample is given up: 40, which happens with a chance of e⁻⁴⁰.
  public static let patience = 40

  /// d(G(z)); values only.
  public let ratio: any LatentLogDensityRatio
  /// Where proposals come from.
  public let prior: any LatentDistribution
  /// With what probability a proposal is kept.
  public let rule: AcceptanceRule
  /// Most proposals of a sample, at least 1.
  public let mostProposals: Int
  /// Seed of proposals and acceptance.
  public let seed: UInt64
  /// How rows are shared by the cores.
  public let sharing: BatchSharing

  /// A sampler.
  ///
  /// - Parameters: as the properties; by default ``patience`` times a budget of 50.
  public init(
    ratio: any LatentLogDensityRatio, prior: any LatentDistribution, rule: AcceptanceRule,
    mostProposals: Int = 2_000, seed: UInt64, sharing: BatchSharing = BatchSharing()
  ) {
    precondition(mostProposals >= 1, "RejectionSampling: at most \(mostProposals) proposals")
    self.ratio = ratio
    self.prior = prior
    self.rule = rule
    self.mostProposals = mostProposals
    self.seed = seed
    self.sharing = sharing
  }

  /// Z, the width of a latent.
  public var latentWidth: Int { ratio.latentWidth }
  var rounds: Int { mostProposals - 1 }

  func begin(_ latents: Tensor, samples: Range<Int>) throws -> ChainState {
    var state = ChainState(
      samples: samples, latents: latents, values: try ratio.values(latents).values,
      cost: RefinementCost(values: samples.count))
    state.acceptance = Acceptance()
    judge(&state, proposal: 0)
    return state
  }

  func advance(_ state: inout ChainState, round: Int) throws {
    let proposals = prior.proposals(
      of: state.openSamples, draws: round + 1..<round + 2, from: .proposals(seed: seed))
    let values = try ratio.values(proposals).values
    state.cost.values += values.count
    for (index, row) in state.open.enumerated() {
      state.move(row, to: index, of: proposals, value: values[index])
    }
    judge(&state, proposal: round + 1)
  }

  func finish(_ state: inout ChainState) throws {
    state.acceptance?.unresolved += state.open.count
  }

  /// Settles the open rows whose latent is kept.
  private func judge(_ state: inout ChainState, proposal: Int) {
    let stream = RandomStream.acceptance(seed: seed)
    let before = state.open
    state.open = before.filter { row in
      let uniform = stream.uniformDouble(
        sample: UInt64(state.samples.lowerBound + row), step: UInt32(proposal))
      return uniform >= rule.probability(logDensityRatio: Double(state.values[row]))
    }
    state.acceptance?.proposed += before.count
    state.acceptance?.accepted += before.count - state.open.count
  }
}
