import Determinism
import Tensors

/// The best by d of K generated samples: a control, which aims at no distribution.
///
/// It shows what the ratio rewards when nothing else counts; its samples are the upper tail of d, so
/// diversity is lost as K grows. The first candidate is the latent that was given; costs K units a sample.
public struct BestOfMany: RoundwiseMethod {
  /// d(G(z)); values only.
  public let ratio: any LatentLogDensityRatio
  /// Where candidates come from.
  public let prior: any LatentDistribution
  /// K, at least 1.
  public let candidates: Int
  /// Seed of the candidates.
  public let seed: UInt64
  /// How rows are shared by the cores.
  public let sharing: BatchSharing

  /// A choice.
  ///
  /// - Parameters: as the properties.
  public init(
    ratio: any LatentLogDensityRatio, prior: any LatentDistribution, candidates: Int, seed: UInt64,
    sharing: BatchSharing = BatchSharing()
  ) {
    precondition(candidates >= 1, "BestOfMany: \(candidates) candidates")
    self.ratio = ratio
    self.prior = prior
    self.candidates = candidates
    self.seed = seed
    self.sharing = sharing
  }

  /// Z, the width of a latent.
  public var latentWidth: Int { ratio.latentWidth }
  var rounds: Int { candidates - 1 }

  func begin(_ latents: Tensor, samples: Range<Int>) throws -> ChainState {
    ChainState(
      samples: samples, latents: latents, values: try ratio.values(latents).values,
      cost: RefinementCost(values: samples.count))
  }

  func advance(_ state: inout ChainState, round: Int) throws {
    let proposals = prior.proposals(
      of: state.openSamples, draws: round + 1..<round + 2, from: .proposals(seed: seed))
    let values = try ratio.values(proposals).values
    state.cost.values += values.count
    for row in state.open where values[row] > state.values[row] {
      state.move(row, to: row, of: proposals, value: values[row])
    }
  }
}
