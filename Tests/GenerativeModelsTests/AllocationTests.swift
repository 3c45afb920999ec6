import CAllocationCount
import NeuralNetworks
import Tensors
import Testing

@testable import GenerativeModels

/// Allocations of this thread while `body` runs.
private func allocations(_ body: () throws -> Void) rethrows -> (count: Int, bytes: Int) {
  let before = dgflow_allocation_count()
  try body()
  let after = dgflow_allocation_count()
  return (Int(after.allocations - before.allocations), Int(after.bytes - before.bytes))
}

@Suite("Memory in the steady state")
struct AllocationTests {
  @Test("the counter sees a deliberate allocation")
  func counts() {
    let seen = allocations {
      _ = Tensor(shape: [1000]).withUnsafeValues { $0[999] }
    }
    #expect(seen.count >= 1 && seen.bytes >= 4000)
    #expect(allocations {} == (0, 0))
  }

  @Test(
    "networks allocate nothing once their traces have grown",
    arguments: ConvolutionAlgorithm.allCases)
  func networks(algorithm: ConvolutionAlgorithm) {
    var generator = Small.generator(width: 16)
    var critic = Small.critic(width: 16)
    generator.convolution = algorithm
    critic.convolution = algorithm
    (generator, critic) = (generator.prepared(), critic.prepared())
    let (first, second) = (generator.network, critic.network)
    let (firstTrace, secondTrace) = (TextGenerator.Network.Trace(), TextCritic.Network.Trace())
    let workspace = Workspace()
    let latents = normal([4, Small.latentWidth], "latents")
    let ones = Tensor(shape: [4], values: [1, 1, 1, 1])
    var (firstGradient, secondGradient) = (first.zeroed, second.zeroed)
    func step() {
      first.apply(latents, trace: firstTrace, workspace: workspace)
      let samples = firstTrace.output
      second.apply(samples, trace: secondTrace, workspace: workspace)
      second.pullback(
        ones, input: samples, trace: secondTrace, reachingInput: true, workspace: workspace)
      let cotangent = secondTrace.inputCotangent
      second.pushforward(cotangent, input: samples, trace: secondTrace, workspace: workspace)
      second.addGradients(
        at: PenalisedPoint(input: samples, cotangent: ones, trace: secondTrace),
        along: PenalisedTangent(tangent: cotangent, cotangent: ones, trace: secondTrace),
        into: &secondGradient, workspace: workspace)
      first.pullback(
        cotangent, input: latents, trace: firstTrace, reachingInput: true, workspace: workspace)
      first.addGradient(
        input: latents, cotangent: cotangent, trace: firstTrace, into: &firstGradient,
        workspace: workspace)
    }
    step()
    step()
    #expect(allocations(step) == (0, 0))
  }

  @Test(
    "a training step allocates no tensor", arguments: ConvolutionAlgorithm.allCases)
  func steps(algorithm: ConvolutionAlgorithm) throws {
    let recipe = AdversarialConfiguration(batch: 8, shards: 2, convolution: algorithm)
    let trainer = AdversarialTrainer(
      try AdversarialState(
        configuration: recipe, generator: Small.generator(width: 32),
        critic: Small.critic(width: 32)))
    let latents = normal([8, Small.latentWidth], "latents")
    let tokens = randomTokens(8 * Small.length, below: Small.vocabulary, "tokens")
    let interpolation = [Float](repeating: 0.5, count: 8)
    func step() throws {
      _ = try trainer.criticStep(tokens: tokens, latents: latents, interpolation: interpolation)
      _ = try trainer.generatorStep(latents: latents)
    }
    try step()
    try step()
    // Lists of tensors, names and shards, far below the 41 kB of one width-5 weight.
    let seen = try allocations(step)
    #expect(seen.bytes < 30_000, "\(seen.count) allocations, \(seen.bytes) bytes")
  }
}
