import Determinism
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// MH-GAN: a Metropolis–Hastings chain of independent generated samples, started at real text.
///
/// A proposal z′ from the prior is accepted with probability min(1, e^(d(z′) − d(z))), which is
/// min(1, (1/D(z) − 1)/(1/D(z′) − 1)) for D = σ(d). The chain's law tends to p(z) e^(d(G(z))), the data's
/// where d is the log density ratio. It begins at d of a real, held-out line, which saves the burn-in
/// and is never handed out: a chain that accepts none of its proposals ends in a further, fresh
/// generated sample, counted in ``Acceptance/unresolved``.
///
/// The first proposal is the latent that was given; the chain proposes `length` in all, so that it costs
/// `length` units a sample, and one more where it is unresolved.
/// Source: Turner et al. 2019 (arXiv 1811.11357), and its code (uber-research/metropolis-hastings-gans,
/// mhgan/mh.py), with 640 proposals and a restart from generated samples where nothing is accepted.
public struct MetropolisHastingsSelection: RoundwiseMethod {
  /// d(G(z)); values only.
  public let ratio: any LatentLogDensityRatio
  /// Where proposals come from.
  public let prior: any LatentDistribution
  /// d of held-out real text, finite, at least one; sample i starts at one of them, chosen by its index.
  public let realValues: [Float]
  /// Proposals of a chain, at least 1; 640 in the published code.
  public let length: Int
  /// Seed of proposals and acceptance.
  public let seed: UInt64
  /// How rows are shared by the cores.
  public let sharing: BatchSharing

  /// A chain for each sample.
  ///
  /// - Parameters: as the properties.
  public init(
    ratio: any LatentLogDensityRatio, prior: any LatentDistribution, realValues: [Float],
    length: Int, seed: UInt64, sharing: BatchSharing = BatchSharing()
  ) {
    precondition(
      length >= 1 && !realValues.isEmpty && realValues.allSatisfy(\.isFinite),
      "MetropolisHastingsSelection: \(length) proposals from \(realValues.count) real values")
    self.ratio = ratio
    self.prior = prior
    self.realValues = realValues
    self.length = length
    self.seed = seed
    self.sharing = sharing
  }

  /// Z, the width of a latent.
  public var latentWidth: Int { ratio.latentWidth }
  var rounds: Int { length - 1 }

  /// min(1, e^(proposed − current)), the probability of moving.
  ///
  /// - Parameters:
  ///   - proposed: d of the proposal, nats.
  ///   - current: d where the chain stands, nats.
  public static func acceptanceProbability(proposed: Float, current: Float) -> Double {
    exp(min(Double(proposed) - Double(current), 0))
  }

  func begin(_ latents: Tensor, samples: Range<Int>) throws -> ChainState {
    let values = try ratio.values(latents).values
    var state = ChainState(
      samples: samples, latents: latents, values: values,
      cost: RefinementCost(values: samples.count))
    let starts = RandomStream(seed: seed, name: "real starts")
    state.levels = samples.map {
      realValues[starts.index(below: realValues.count, sample: UInt64($0), step: 0)]
    }
    state.acceptance = Acceptance()
    state.hasMoved = [Bool](repeating: false, count: samples.count)
    for row in 0..<samples.count { judge(row, values[row], in: &state, proposal: 0) }
    return state
  }

  func advance(_ state: inout ChainState, round: Int) throws {
    let proposals = prior.proposals(
      of: state.openSamples, draws: round + 1..<round + 2, from: .proposals(seed: seed))
    let values = try ratio.values(proposals).values
    state.cost.values += values.count
    for row in state.open
    where judge(row, values[row], in: &state, proposal: round + 1) {
      state.move(row, to: row, of: proposals, value: values[row])
    }
  }

  func finish(_ state: inout ChainState) throws {
    let still = state.hasMoved.indices.filter { !state.hasMoved[$0] }
    guard !still.isEmpty else { return }
    let fresh = prior.proposals(
      of: still.map { state.samples.lowerBound + $0 }, draws: length..<length + 1,
      from: .proposals(seed: seed))
    let values = try ratio.values(fresh).values
    state.cost.values += values.count
    state.acceptance?.unresolved += still.count
    for (index, row) in still.enumerated() {
      state.move(row, to: index, of: fresh, value: values[index])
    }
  }

  /// Whether the chain of a row moves to a proposal.
  @discardableResult private func judge(
    _ row: Int, _ value: Float, in state: inout ChainState, proposal: Int
  ) -> Bool {
    let uniform = RandomStream.acceptance(seed: seed).uniformDouble(
      sample: UInt64(state.samples.lowerBound + row), step: UInt32(proposal))
    state.acceptance?.proposed += 1
    let probability = Self.acceptanceProbability(proposed: value, current: state.levels[row])
    guard uniform < probability else { return false }
    state.acceptance?.accepted += 1
    state.levels[row] = value
    state.hasMoved[row] = true
    return true
  }
}
