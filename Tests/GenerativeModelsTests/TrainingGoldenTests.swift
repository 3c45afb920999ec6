import NeuralNetworks
import Tensors
import Testing

@testable import GenerativeModels

/// Twenty critic steps and ten generator steps from given weights, batches, latents and interpolation
/// weights, against PyTorch in float64; see Fixtures/training.json and departing.json.
@Suite("Twenty critic steps and ten generator steps against PyTorch")
struct TrainingGoldenTests {
  /// ‖ours − PyTorch's‖ / ‖PyTorch's movement‖ allowed for each parameter after all steps.
  ///
  /// Adam divides by the gradient's size, so a coordinate with a gradient near float32's rounding can move
  /// otherwise; such coordinates bound this.
  static let tolerance = 1e-3

  @Test("losses and weights follow PyTorch's")
  func published() throws {
    let recipe = AdversarialConfiguration(
      batch: 4, criticIterations: 2, generatorRate: 1e-4, criticRate: 3e-4, shards: 2)
    try expectTrajectory("training", recipe)
  }

  @Test("so they do by a recipe with all that has an equal there")
  func departing() throws {
    var recipe = AdversarialConfiguration(
      batch: 4, criticIterations: 2, generatorRate: 1e-4, criticRate: 3e-4, shards: 2)
    recipe.penaltyForm = .zeroCentred
    recipe.straightThrough = true
    recipe.rateHalfLife = 5
    try expectTrajectory("departing", recipe, temperature: 0.5)
  }

  private func expectTrajectory(
    _ name: String, _ recipe: AdversarialConfiguration, temperature: Double? = nil
  ) throws {
    let golden = try NamedParameters(contentsOf: fixture(name + ".safetensors"))
    let initial = golden.under("initial.")
    let state = try AdversarialState(
      configuration: recipe,
      generator: TextGenerator(
        parameters: initial.under("generator."), temperature: temperature, source: "fixture"),
      critic: TextCritic(parameters: initial.under("critic."), source: "fixture"))
    let trainer = AdversarialTrainer(state, threads: 2)
    let tokens = try golden.required("tokens")
    for step in 0..<20 {
      let report = try trainer.criticStep(
        tokens: item(tokens, step).values.map(UInt16.init),
        latents: item(golden.required("latents"), step),
        interpolation: item(golden.required("interpolation"), step).values)
      #expect(abs(report.loss - Double(try golden.required("criticLosses")[step])) <= 1e-4)
      #expect(abs(report.wasserstein - Double(try golden.required("wasserstein")[step])) <= 1e-5)
      #expect(abs(report.penalty - Double(try golden.required("penalties")[step])) <= 1e-5)
      if step % 2 == 1 {
        let generator = try trainer.generatorStep(
          latents: item(golden.required("generatorLatents"), step / 2))
        let expected = Double(try golden.required("generatorLosses")[step / 2])
        #expect(abs(generator.loss - expected) <= 1e-5)
        trainer.state.iteration += 1
      }
    }
    let final = golden.under("final.")
    let networks = [
      ("generator.", trainer.state.generator.network.parameters),
      ("critic.", trainer.state.critic.network.parameters),
    ]
    for (prefix, parameters) in networks {
      for (name, value) in zip(parameters.names, parameters.tensors) {
        let reference = try final.required(prefix + name)
        let movement = distance(reference, try initial.required(prefix + name))
        if movement == 0 {
          #expect(distance(value, reference) <= 1e-6, "\(prefix)\(name)")
        } else {
          #expect(
            distance(value, reference) <= TrainingGoldenTests.tolerance * movement,
            "\(prefix)\(name): \(distance(value, reference) / movement)")
        }
      }
    }
  }
}
