import NeuralNetworks
import Tensors
import Testing

@testable import GenerativeModels

@Suite("The logistic objective")
struct LogisticObjectiveTests {
  private let objective = LogisticObjective()

  /// The mean loss of a batch of one shard, and its gradient.
  private func evaluate(
    _ critic: TextCritic, real: Sequences, fake: Sequences
  ) -> (loss: Double, gradient: NamedParameters) {
    var gradient = critic.network.zeroed
    let loss = objective.addCriticGradient(
      of: critic.network, real: real, fake: fake, batch: real.samples, into: &gradient,
      scratch: LogisticObjective.Scratch(), workspace: Workspace())
    return (loss / Double(real.samples), gradient.parameters)
  }

  private func oneHot(_ tokens: [UInt16], length: Int, vocabulary: Int) -> Sequences {
    var samples = Sequences(
      samples: tokens.count / length, length: length, channels: vocabulary)
    tokens.withUnsafeBufferPointer { Operations.oneHot($0, into: &samples) }
    return samples
  }

  @Test("the loss of a sample is ln(1 + e^−score), for scores of any size")
  func sampleLoss() {
    for (score, loss) in [
      (0.0, 0.693_147_180_559_945_3), (2, 0.126_928_011_042_972_5), (-2, 2.126_928_011_042_972_5),
      (800, 0), (-800, 800), (40, 4.248_354_255_291_589e-18),
    ] {
      #expect(abs(LogisticObjective.loss(score) - loss) <= 1e-15 * max(1, loss))
    }
  }

  @Test("the loss is what the scores say")
  func batchLoss() throws {
    let critic = Small.critic()
    let tokens = randomTokens(4 * Small.length, below: Small.vocabulary, "real")
    let real = oneHot(tokens, length: Small.length, vocabulary: Small.vocabulary)
    let fake = Small.generator().probabilities(normal([4, Small.latentWidth], "z"))
    let expected =
      critic.scores(real).values.reduce(0) { $0 + LogisticObjective.loss(Double($1)) }
      + critic.scores(fake).values.reduce(0) { $0 + LogisticObjective.loss(-Double($1)) }
    #expect(abs(evaluate(critic, real: real, fake: fake).loss - expected / 4) < 1e-6)
  }

  /// The median of five trials, since a kink between the two points of a difference spoils one.
  @Test("the parameter gradient is the loss's slope, parameter by parameter")
  func slope() throws {
    let critic = Small.critic()
    let step: Float = 3e-4
    for name in critic.network.parameters.names {
      var errors: [Double] = []
      for trial in 0..<5 {
        let real = oneHot(
          randomTokens(4 * Small.length, below: Small.vocabulary, "x\(trial)"),
          length: Small.length, vocabulary: Small.vocabulary)
        let fake = Small.generator().probabilities(normal([4, Small.latentWidth], "z\(trial)"))
        let value = try evaluate(critic, real: real, fake: fake).gradient.required(name)
        let along = normal(value.shape, "\(name)\(trial)")
        func loss(_ scale: Float) -> Double {
          var moved = critic
          moved.network.visitParameters(prefix: "") { other, tensor in
            guard other == name else { return }
            tensor = Tensor(
              shape: tensor.shape,
              values: zip(tensor.values, along.values).map { $0 + scale * $1 })
          }
          return evaluate(moved, real: real, fake: fake).loss
        }
        let rule = zip(value.values, along.values).reduce(0.0) {
          $0 + Double($1.0) * Double($1.1)
        }
        let slope = (loss(step) - loss(-step)) / (2 * Double(step))
        // The loss is known to a few 1e-7, so its difference over 6e-4 to about 5e-4.
        errors.append(abs(slope - rule) / max(norm(value) * norm(along), 0.3))
      }
      #expect(errors.sorted()[2] <= 3e-3, "\(name): \(errors)")
    }
  }

  @Test("with a penalty, the gradient is the sum of both, each of which is checked on its own")
  func penalty() throws {
    let critic = Small.critic()
    let real = oneHot(
      randomTokens(4 * Small.length, below: Small.vocabulary, "real"), length: Small.length,
      vocabulary: Small.vocabulary)
    let fake = Small.generator().probabilities(normal([4, Small.latentWidth], "z"))
    let mixing: [Float] = [0.1, 0.4, 0.7, 0.9]
    let penalty = WassersteinGradientPenalty(weight: 0.3, form: .zeroCentred)
    func gradient(_ body: (inout TextCritic.Network) -> Void) -> NamedParameters {
      var gradient = critic.network.zeroed
      body(&gradient)
      return gradient.parameters
    }
    var loss = 0.0
    let both = gradient {
      loss = objective.addCriticGradient(
        of: critic.network, real: real, fake: fake, interpolation: mixing, penalty: penalty,
        batch: 4, into: &$0, scratch: .init(), workspace: Workspace())
    }
    func wasserstein(_ objective: WassersteinGradientPenalty) -> NamedParameters {
      gradient {
        _ = objective.addCriticGradient(
          of: critic.network, real: real, fake: fake, interpolation: mixing, batch: 4, into: &$0,
          scratch: .init(), workspace: Workspace())
      }
    }
    let alone = evaluate(critic, real: real, fake: fake)
    #expect(loss / 4 == alone.loss)
    let (penalised, free) = (wasserstein(penalty), wasserstein(.init(weight: 0)))
    for name in both.names {
      let (all, logistic) = (try both.required(name), try alone.gradient.required(name))
      let (with, without) = (try penalised.required(name), try free.required(name))
      let expected = Tensor(
        shape: all.shape,
        values: all.values.indices.map { logistic[$0] + with[$0] - without[$0] })
      #expect(distance(all, expected) <= 1e-5 * max(norm(expected), 0.1), "\(name)")
    }
  }

  /// Strings of one symbol, real a : b as 8 : 2 and generated as 5 : 5.
  @Test("its minimum is the log density ratio")
  func minimum() {
    var critic = TextCritic(
      CriticConfiguration(length: 1, width: 4, blocks: 1, vocabulary: 2), seed: 1)
    let real = oneHot([0, 0, 0, 0, 0, 0, 0, 0, 1, 1], length: 1, vocabulary: 2)
    let fake = oneHot([0, 0, 0, 0, 0, 1, 1, 1, 1, 1], length: 1, vocabulary: 2)
    var adam = Adam(of: critic.network, rate: 0.01, beta1: 0.9, beta2: 0.999)
    for _ in 0..<1_500 {
      adam.update(
        &critic.network, gradient: evaluate(critic, real: real, fake: fake).gradient.tensors)
    }
    let scores = critic.scores(tokens: [0, 1]).values
    #expect(abs(scores[0] - 0.470_003_6) < 1e-3, "\(scores)")
    #expect(abs(scores[1] + 0.916_290_7) < 1e-3, "\(scores)")
  }
}
