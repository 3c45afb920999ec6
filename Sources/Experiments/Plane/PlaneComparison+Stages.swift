import Determinism
import GenerativeModels
import Refinement
import Tensors

extension PlaneComparison {
  /// Particles that pass through the stages while their ratios are fitted: 20,000, chosen here.
  static let particleCount = 20_000

  /// The ratio of each stage of a staged refinement, fitted against particles that passed the stages before.
  ///
  /// As ``RatioStaging`` for text: particles and the latents behind the fits are discarded.
  func stages(
    _ plan: [MethodSettings], of networks: PlaneNetworks, _ problem: PlaneProblem
  ) throws -> [any LatentLogDensityRatio] {
    let prior = StandardNormalLatents(latentWidth: networks.generator.first.latentWidth)
    // The last rows serve the fit of scale and offset; no critic is trained on them.
    var latents = prior.sample(
      count: Self.particleCount + Self.fitCount, from: stream("stage particles"))
    // A converged ratio is renewed by the training's objective, every other as a classifier.
    let objective =
      settings.ratio == .converged ? CriticContinuation.Objective.wasserstein : .logistic
    var networks = networks
    var ratios: [any LatentLogDensityRatio] = []
    for (index, method) in plan.enumerated() {
      networks = try continued(
        networks, problem, objective, particles: latents.rows(0..<Self.particleCount),
        seed: settings.seed &+ UInt64(index))
      let score = PlaneScore(networks)
      let evidence = try evidence(
        of: score, problem, at: latents.rows(Self.particleCount..<latents.shape[0]))
      let ratio = CalibratedRatio(score, calibration: try LogisticCalibration(fitting: evidence))
      ratios.append(ratio)
      guard index + 1 < plan.count else { break }
      let prepared = try PreparedMethod(
        method, for: PreparedMethod.Problem(ratio: ratio, prior: prior),
        seed: settings.seed ^ StableHash("fit of stage \(index)").value,
        sharing: BatchSharing(threads: threads))
      latents = try prepared.method.refine(latents).latents
    }
    return ratios
  }
}
