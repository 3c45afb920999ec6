import NeuralNetworks
import Tensors
import Testing

@testable import GenerativeModels

/// Values and gradients of d(G(z)) along the flow's golden paths; the paths themselves are for the
/// module that integrates (RunsTests/Fixtures/flow.json).
@Suite("The refinement's view of a model against PyTorch")
struct FlowGoldenTests {
  @Test("values and latent gradients at every step of every path", arguments: ["kl", "js", "logd"])
  func valuesAndGradients(divergence: String) throws {
    let golden = try NamedParameters(
      contentsOf: fixture("flow.safetensors", of: "RunsTests"))
    let score = try LatentCriticScore(
      generator: TextGenerator(parameters: golden.under("generator."), source: "fixture"),
      critic: TextCritic(parameters: golden.under("critic."), source: "fixture"))
    let path = golden.under(divergence + ".")
    for step in 0..<10 {
      let (values, gradients) = try score.evaluate(item(path.required("latents"), step))
      #expect(relativeError(values, item(try path.required("values"), step)) <= 1e-5)
      #expect(relativeError(gradients, item(try path.required("gradients"), step)) <= 1e-5)
    }
  }
}
