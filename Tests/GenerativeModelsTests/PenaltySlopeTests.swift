import NeuralNetworks
import Tensors
import Testing

@testable import GenerativeModels

@Suite("The gradient penalty by central differences")
struct PenaltySlopeTests {
  private func penalty(
    _ critic: TextCritic, at samples: Sequences, _ form: PenaltyForm = .twoSided
  ) -> Double {
    let norms = Operations.sampleNorms(critic.inputGradient(samples).gradients).map(Double.init)
    let errors = norms.map { norm in
      switch form {
      case .twoSided: norm - 1
      case .oneSided: norm > 1 ? norm - 1 : 0
      case .zeroCentred: norm
      }
    }
    return errors.reduce(0.0) { $0 + $1 * $1 } * 10 / Double(norms.count)
  }

  private func gradient(
    _ critic: TextCritic, at samples: Sequences, _ form: PenaltyForm = .twoSided
  ) -> NamedParameters {
    let scratch = WassersteinGradientPenalty.Scratch<TextCritic.Network>()
    scratch.mixed = samples
    var gradient = critic.network.zeroed
    var terms = CriticTerms()
    WassersteinGradientPenalty(weight: 10, form: form).penalise(
      critic.network, batch: samples.samples, terms: &terms, scratch: scratch,
      workspace: Workspace())
    critic.network.addTangentGradient(
      tangent: scratch.direction, cotangent: scratch.ones, trace: scratch.mixedTrace,
      into: &gradient, workspace: Workspace())
    return gradient.parameters
  }

  /// The median of five trials, since a kink between the two points of a difference spoils one.
  @Test(
    "the parameter gradient is the penalty's slope, parameter by parameter",
    arguments: PenaltyForm.allCases)
  func slope(form: PenaltyForm) throws {
    // Steep enough that the one-sided form has something to push down.
    var critic = Small.critic()
    critic.network.second.second.weight = normal([Small.length, 6], "steep", scale: 0.6)
    let step: Float = 2e-4
    let names = critic.network.parameters.names.filter { $0.hasSuffix("weight") }
    for name in names {
      var errors: [Double] = []
      for trial in 0..<5 {
        let latents = normal([4, Small.latentWidth], "z\(trial)")
        let samples = Small.generator().probabilities(latents)
        let value = try gradient(critic, at: samples, form).required(name)
        let along = normal(value.shape, "\(name)\(trial)")
        func moved(_ scale: Float) -> TextCritic { self.moved(critic, name, along, scale) }
        let difference =
          penalty(moved(step), at: samples, form) - penalty(moved(-step), at: samples, form)
        let rule = zip(value.values, along.values).reduce(0.0) {
          $0 + Double($1.0) * Double($1.1)
        }
        let slope = difference / (2 * Double(step))
        errors.append(abs(slope - rule) / (norm(value) * norm(along)))
      }
      #expect(errors.sorted()[2] <= 3e-3, "\(name): \(errors)")
    }
  }

  private func moved(
    _ critic: TextCritic, _ name: String, _ along: Tensor, _ scale: Float
  ) -> TextCritic {
    var copy = critic
    copy.network.visitParameters(prefix: "") { other, tensor in
      guard other == name else { return }
      tensor = Tensor(
        shape: tensor.shape, values: zip(tensor.values, along.values).map { $0 + scale * $1 })
    }
    return copy
  }

  @Test("each form asks for another slope")
  func forms() {
    let slopes = [0, 0.5, 1, 2.5]
    #expect(slopes.map(PenaltyForm.twoSided.excess) == [-1, -0.5, 0, 1.5])
    #expect(slopes.map(PenaltyForm.oneSided.excess) == [0, 0, 0, 1.5])
    #expect(slopes.map(PenaltyForm.zeroCentred.excess) == slopes)
    // A critic with slopes below 1 everywhere is free where only steeper ones cost.
    var critic = Small.critic()
    let output = critic.network.second.second.weight
    critic.network.second.second.weight = Tensor(
      shape: output.shape, values: output.values.map { 0.01 * $0 })
    let samples = Small.generator().probabilities(normal([3, Small.latentWidth], "z"))
    #expect(gradient(critic, at: samples, .oneSided).tensors.allSatisfy { norm($0) == 0 })
    #expect(gradient(critic, at: samples, .twoSided).tensors.contains { norm($0) > 0 })
  }

  @Test("a critic without slope gives a finite penalty and no gradient")
  func flatCritic() throws {
    var critic = Small.critic()
    critic.network.setToZero()
    let samples = Small.generator().probabilities(normal([3, Small.latentWidth], "z"))
    #expect(penalty(critic, at: samples) == 10)
    #expect(gradient(critic, at: samples).tensors.allSatisfy { norm($0) == 0 })
  }

  @Test("the norm runs over positions and symbols of a sample, not over one axis")
  func wholeNorm() throws {
    // A critic that is linear, D(x) = Σ_l w[l] x[l, 0], has the gradient norm √Σ w².
    var critic = TextCritic(
      CriticConfiguration(length: 3, width: 1, blocks: 0, vocabulary: 2), seed: 1)
    critic.network.first.weight = Tensor(shape: [1, 2, 1], values: [1, 0])
    critic.network.second.second.weight = Tensor(shape: [3, 1], values: [1, 2, 2])
    let samples = Sequences(normal([2, 3, 2], "x"))
    #expect(Operations.sampleNorms(critic.inputGradient(samples).gradients) == [3, 3])
    #expect(penalty(critic, at: samples) == 40)
  }
}
