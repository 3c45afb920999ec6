import Determinism
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// i-SIR: iterated sampling importance resampling, global moves without a gradient.
///
/// In each round a sample stands among `candidates` − 1 fresh draws of the prior and moves to one of
/// them all, itself included, with probability proportional to e^(d(G(z))). The law p(z) e^(d(G(z))) is
/// left as it is by every round. The first state is the latent that was given; costs
/// 1 + rounds · (candidates − 1) units a sample.
/// Source: Tjelmeland 2004; Andrieu, Lee and Vihola 2018; as used for generators in Samsonov et al. 2022
/// (Ex²MCMC, arXiv 2111.02702), with 10 candidates.
public struct ImportanceResampling: RoundwiseMethod {
  /// 10 candidates: the released Ex²MCMC settings.
  public static let defaultCandidates = 10

  /// d(G(z)); values only.
  public let ratio: any LatentLogDensityRatio
  /// Where candidates come from.
  public let prior: any LatentDistribution
  /// Candidates of a round, the present state included, at least 2.
  public let candidates: Int
  /// Rounds, at least zero.
  public let rounds: Int
  /// Seed of proposals and choices.
  public let seed: UInt64
  /// How rows are shared by the cores.
  public let sharing: BatchSharing

  /// A chain for each sample.
  ///
  /// - Parameters: as the properties.
  public init(
    ratio: any LatentLogDensityRatio, prior: any LatentDistribution,
    candidates: Int = defaultCandidates, rounds: Int, seed: UInt64,
    sharing: BatchSharing = BatchSharing()
  ) {
    precondition(
      candidates >= 2 && rounds >= 0,
      "ImportanceResampling: \(candidates) candidates in \(rounds) rounds")
    self.ratio = ratio
    self.prior = prior
    self.candidates = candidates
    self.rounds = rounds
    self.seed = seed
    self.sharing = sharing
  }

  /// Z, the width of a latent.
  public var latentWidth: Int { ratio.latentWidth }

  /// The index that a uniform number chooses when each has probability ∝ e^(value).
  ///
  /// Sums are in double, from the largest value down, so that nothing overflows.
  ///
  /// - Parameters:
  ///   - values: log weights, nats, at least one.
  ///   - uniform: in [0, 1).
  public static func choice(among values: [Float], uniform: Double) -> Int {
    let largest = Double(values.max() ?? 0)
    let weights = values.map { exp(Double($0) - largest) }
    var rest = uniform * weights.reduce(0, +)
    for (index, weight) in weights.enumerated() {
      rest -= weight
      if rest < 0 { return index }
    }
    return values.count - 1
  }

  func begin(_ latents: Tensor, samples: Range<Int>) throws -> ChainState {
    var state = ChainState(
      samples: samples, latents: latents, values: try ratio.values(latents).values,
      cost: RefinementCost(values: samples.count))
    state.acceptance = Acceptance()
    return state
  }

  func advance(_ state: inout ChainState, round: Int) throws {
    try resample(&state, round: round)
  }

  /// One round; true for the rows that moved.
  @discardableResult
  func resample(_ state: inout ChainState, round: Int) throws -> [Bool] {
    let fresh = candidates - 1
    let proposals = prior.proposals(
      of: state.openSamples, draws: round * fresh..<(round + 1) * fresh,
      from: .proposals(seed: seed))
    let values = try ratio.values(proposals).values
    state.cost.values += values.count
    let stream = RandomStream.acceptance(seed: seed)
    return state.open.map { row in
      let own = row * fresh..<(row + 1) * fresh
      let chosen = Self.choice(
        among: [state.values[row]] + values[own],
        uniform: stream.uniformDouble(
          sample: UInt64(state.samples.lowerBound + row), step: UInt32(round)))
      state.acceptance?.proposed += 1
      guard chosen > 0 else { return false }
      let source = own.lowerBound + chosen - 1
      state.move(row, to: source, of: proposals, value: values[source])
      state.acceptance?.accepted += 1
      return true
    }
  }
}
