import Determinism
import Files
import Tensors
import Testing

@testable import Refinement

/// What every method promises, whatever it does.
@Suite("Every method")
struct MethodContractTests {
  private let ratio = GaussianRatio(
    data: .init(means: [0.5, -0.5, 0], deviations: [0.7, 0.8, 0.9]),
    model: .init(means: [0, 0, 0], deviations: [1, 1, 1]))
  private let prior = StandardNormalLatents(latentWidth: 3)

  enum Name: CaseIterable {
    case flow, langevin, corrected, transport, exploreExploit, metropolisHastings, importance
    case rejection, best, staged, adaptive, selected
  }

  private func method(
    _ name: Name, ratio: any LatentLogDensityRatio, seed: UInt64 = 3, steps: Int = 4,
    sharing: BatchSharing = BatchSharing()
  ) -> any RefinementMethod {
    switch name {
    case .flow:
      Refiner(
        ratio: ratio, settings: RefinementSettings(steps: steps), seed: seed,
        chunkSize: sharing.chunkSize, threads: sharing.threads)
    case .langevin, .corrected:
      DiscriminatorDrivenLatentSampling(
        ratio: ratio, prior: prior, stepSize: 0.1, steps: steps, isCorrected: name == .corrected,
        seed: seed, sharing: sharing)
    case .transport:
      DiscriminatorOptimalTransport(
        ratio: ratio, lipschitzConstant: 0.5, steps: steps, sharing: sharing)
    case .exploreExploit:
      ExploreExploitChain(
        ratio: ratio, prior: prior, candidates: 3, stepSize: 0.1, rounds: steps, seed: seed,
        sharing: sharing)
    case .metropolisHastings:
      MetropolisHastingsSelection(
        ratio: ratio, prior: prior, realValues: [0.25, 1.5], length: steps + 1, seed: seed,
        sharing: sharing)
    case .importance:
      ImportanceResampling(
        ratio: ratio, prior: prior, candidates: 4, rounds: steps, seed: seed, sharing: sharing)
    case .rejection:
      RejectionSampling(
        ratio: ratio, prior: prior, rule: .budgeted(logScale: -1), mostProposals: steps + 1,
        seed: seed, sharing: sharing)
    case .best:
      BestOfMany(
        ratio: ratio, prior: prior, candidates: steps + 1, seed: seed, sharing: sharing)
    case .staged:
      StagedRefinement([
        Refiner(
          ratio: ratio, settings: RefinementSettings(divergence: .logD, steps: steps), seed: seed,
          chunkSize: sharing.chunkSize, threads: sharing.threads),
        Refiner(
          ratio: ratio, settings: RefinementSettings(steps: steps), seed: seed + 1,
          chunkSize: sharing.chunkSize, threads: sharing.threads),
      ])
    case .adaptive:
      adaptive(ratio, steps: steps, seed: seed, sharing)
    case .selected:
      StagedRefinement([
        RejectionSampling(
          ratio: ratio, prior: prior, rule: .budgeted(logScale: -1), mostProposals: 3, seed: seed,
          sharing: sharing), adaptive(ratio, steps: steps, seed: seed, sharing),
      ])
    }
  }

  private func adaptive(
    _ ratio: any LatentLogDensityRatio, steps: Int, seed: UInt64, _ sharing: BatchSharing
  ) -> AdaptiveFlow {
    AdaptiveFlow(
      term: DiscriminatorGradientFlow(ratio: ratio, settings: RefinementSettings()),
      stepSize: 0.1, steps: steps, noise: .stream(.refinementNoise(seed: seed)), sharing: sharing)
  }

  @Test(
    "the same sample results for any batch, chunk size and number of threads",
    arguments: Name.allCases)
  func invariance(name: Name) throws {
    let latents = prior.sample(count: 90, from: .latents(seed: 9))
    let whole = try method(name, ratio: ratio, sharing: BatchSharing(chunkSize: 1000))
      .refine(latents)
    for (chunkSize, threads) in [(1, 1), (7, 2), (64, 3)] {
      let sharing = BatchSharing(chunkSize: chunkSize, threads: threads)
      for rows in [0..<1, 0..<90, 33..<90] {
        let part = try method(name, ratio: ratio, sharing: sharing)
          .refine(latents.rows(rows), firstSample: rows.lowerBound)
        #expect(part.latents == whole.latents.rows(rows))
        #expect(part.valuesBefore == Array(whole.valuesBefore[rows]))
        #expect(part.valuesAfter == Array(whole.valuesAfter[rows]))
        #expect(part.normsAfter == Array(whole.normsAfter[rows]))
      }
    }
    #expect(whole.latents != latents)
    #expect(whole.valuesAfter == (try ratio.values(whole.latents).values))
    #expect(whole.valuesBefore == (try ratio.values(latents).values))
  }

  @Test(
    "another seed gives other samples, the same seed the same",
    arguments: Name.allCases.filter { $0 != .transport })
  func seeds(name: Name) throws {
    let latents = prior.sample(count: 40, from: .latents(seed: 1))
    let runs = try [UInt64(1), 1, 2].map {
      try method(name, ratio: ratio, seed: $0).refine(latents).latents
    }
    #expect(runs[0] == runs[1] && runs[0] != runs[2])
  }

  @Test(
    "zero steps is the identity, for all that move latents",
    arguments: [
      Name.flow, .langevin, .corrected, .transport, .exploreExploit, .importance, .staged,
      .adaptive,
    ])
  func identity(name: Name) throws {
    let latents = prior.sample(count: 5, from: .latents(seed: 1))
    let result = try method(name, ratio: ratio, steps: 0).refine(latents)
    #expect(result.latents == latents && result.steps == 0)
    #expect(result.valuesAfter == result.valuesBefore)
  }

  @Test("no samples are refined to no samples", arguments: Name.allCases)
  func empty(name: Name) throws {
    let result = try method(name, ratio: ratio).refine(Tensor(shape: [0, 3]))
    #expect(result.latents.shape == [0, 3] && result.cost.units == 0)
    #expect(result.unitsPerSample == 0)
  }

  @Test("latents of another width are refused", arguments: Name.allCases)
  func width(name: Name) {
    #expect(throws: Failure.self) {
      try method(name, ratio: ratio).refine(Tensor(shape: [2, 4]))
    }
  }

  @Test("it stops when told, and describes the state that it reached", arguments: Name.allCases)
  func stops(name: Name) throws {
    let latents = prior.sample(count: 30, from: .latents(seed: 4))
    let result = try method(name, ratio: ratio, steps: 20).refine(latents, firstSample: 0) {
      $0.step == 2 ? .stop : .proceed
    }
    #expect(result.steps == 2)
    #expect(result.valuesAfter == (try ratio.values(result.latents).values))
  }

  @Test("a value that is not finite is refused, naming step and sample", arguments: Name.allCases)
  func notFinite(name: Name) throws {
    let broken = BrokenRatio(base: ratio)
    var latents = prior.sample(count: 30, from: .latents(seed: 4))
    latents[17 * 3] = 50
    let failure = #expect(throws: Failure.self) {
      try method(name, ratio: broken).refine(latents, firstSample: 100)
    }
    let message = failure?.message ?? ""
    #expect(message.contains("sample 117") && message.contains("step 0"), "\(message)")
  }

  /// A ratio that is not a number far out.
  private struct BrokenRatio: LatentLogDensityRatio {
    let base: GaussianRatio
    var latentWidth: Int { base.latentWidth }

    func values(_ latents: Tensor) throws -> Tensor {
      var values = try base.values(latents)
      for row in 0..<latents.shape[0] where latents[row * latentWidth] > 40 { values[row] = .nan }
      return values
    }

    func evaluate(_ latents: Tensor) throws -> (values: Tensor, gradients: Tensor) {
      (try values(latents), try base.evaluate(latents).gradients)
    }
  }
}
