import Determinism
import NeuralNetworks
import Tensors
import Testing

@Suite("Adam, averages and ordered sums")
struct OptimisationTests {
  private func layer(_ name: String = "w") -> Convolution {
    Convolution(weight: normal([3, 7, 5], name), bias: normal([5], name + "b"))
  }

  @Test("Adam follows PyTorch's formula, here restated in Double")
  func adam() {
    var network = layer()
    var optimiser = Adam(of: network, rate: 3e-3)
    var theta = network.parameters.tensors.flatMap(\.values).map(Double.init)
    var (m, v) = (theta.map { _ in 0.0 }, theta.map { _ in 0.0 })
    for step in 1...25 {
      let gradient = [
        normal([3, 7, 5], "g\(step)", scale: step % 5 == 0 ? 1e-9 : 1), normal([5], "h\(step)"),
      ]
      optimiser.update(&network, gradient: gradient)
      for (index, g) in gradient.flatMap(\.values).map(Double.init).enumerated() {
        m[index] = 0.5 * m[index] + 0.5 * g
        v[index] = 0.9 * v[index] + 0.1 * g * g
        let (first, second) = (m[index] / (1 - power(0.5, step)), v[index] / (1 - power(0.9, step)))
        theta[index] -= 3e-3 * first / (second.squareRoot() + 1e-8)
      }
    }
    #expect(optimiser.step == 25)
    let found = network.parameters.tensors.flatMap(\.values)
    for (value, expected) in zip(found, theta) { #expect(abs(Double(value) - expected) < 1e-6) }
  }

  @Test("Adam's result is the same bits for 1, 2 and 3 threads")
  func adamThreads() {
    func run(_ threads: Int) -> NamedParameters {
      var network = ResidualStack(
        count: 3, channels: 6, name: "s", initialiser: Initialiser(seed: 1, prefix: ""))
      var optimiser = Adam(of: network, rate: 1e-2)
      for step in 0..<4 {
        let gradient = network.parameters.tensors.enumerated().map {
          normal($1.shape, "g\(step).\($0)")
        }
        optimiser.update(&network, gradient: gradient, threads: threads)
      }
      return network.parameters
    }
    #expect(run(1) == run(2))
    #expect(run(1) == run(3))
  }

  @Test("Adam leaves copies of the network alone")
  func adamCopies() {
    var network = layer()
    let before = network
    let values = network.parameters.tensors.map(\.values)
    var optimiser = Adam(of: network, rate: 0.1)
    optimiser.update(&network, gradient: [normal([3, 7, 5], "g"), normal([5], "h")])
    #expect(before.parameters.tensors.map(\.values) == values)
    #expect(network.parameters != before.parameters)
  }

  @Test("an average starts at the network, forgets it early, then decays as asked")
  func average() {
    let start = layer("a")
    var average = ExponentialMovingAverage(of: start, decay: 0.7)
    var expected = start.weight.values.map(Double.init)
    for update in 1...30 {
      let current = layer("c\(update)")
      average.update(with: current)
      let decay = min(0.7, Double(1 + update) / Double(10 + update))
      expected = zip(expected, current.weight.values).map { decay * $0 + (1 - decay) * Double($1) }
    }
    #expect(average.updates == 30)
    for (value, reference) in zip(average.network.weight.values, expected) {
      #expect(abs(Double(value) - reference) < 1e-6)
    }
  }

  @Test("gradients are summed in shard order, whatever the threads", arguments: [1, 2, 3, 7])
  func gradientShards(threads: Int) {
    let network = layer()
    let shards = 5
    let gradients = GradientShards(of: network, shards: shards)
    // The second round checks that a shard starts again at zero.
    for round in 0..<2 {
      Cores.run(shards: shards, threads: threads) { shard in
        gradients.accumulate(shard: shard) { gradient in
          gradient.weight = normal([3, 7, 5], "g\(round).\(shard)")
          gradient.bias[0] += Float(shard)
        }
      }
      let squares = gradients.sum(threads: threads)
      var expected = normal([3, 7, 5], "g\(round).0")
      for shard in 1..<shards {
        expected = sum(expected, normal([3, 7, 5], "g\(round).\(shard)"), scale: 1)
      }
      #expect(gradients.total == [expected, Tensor(shape: [5], values: [10, 0, 0, 0, 0])])
      #expect(squares[1] == 100)
      #expect(abs(squares[0] - inner(expected, expected)) < 1e-9 * squares[0])
    }
  }

  @Test("items are dealt to groups of about the same size")
  func groups() {
    #expect(balancedGroups(sizes: [3, 9, 1, 4, 2], count: 2) == [1, 0, 0, 1, 1])
    #expect(balancedGroups(sizes: [5, 5], count: 7) == [0, 1])
    #expect(balancedGroups(sizes: [], count: 3).isEmpty)
  }

  @Test("a pool hands an idle object of the same key out again and never one in use")
  func pool() {
    final class Thing {}
    let pool = Pool { Thing() }
    let first = pool.withElement(key: 1) { ObjectIdentifier($0) }
    pool.withElement(key: 1) { thing in
      #expect(ObjectIdentifier(thing) == first)
      pool.withElement(key: 1) { other in #expect(other !== thing) }
      pool.withElement(key: 2) { other in #expect(other !== thing) }
    }
  }
}

private func power(_ base: Double, _ exponent: Int) -> Double {
  (0..<exponent).reduce(1) { product, _ in product * base }
}
