import NeuralNetworks
import Tensors
import Testing

@Suite("Weights within a spectral bound")
struct SpectralBoundTests {
  private typealias Network = Chain<Convolution, Reduction>

  private func network(_ scale: Float) -> Network {
    Chain(
      (
        "input",
        Convolution(
          weight: normal([3, 4, 5], "w", scale: scale), bias: normal([5], "b", scale: 50))
      ),
      (
        "output",
        Reduction(weight: normal([7, 5], "r", scale: scale), bias: normal([1], "s", scale: 50))
      ))
  }

  private func norm(_ weight: Tensor, columns: Int) -> Double {
    weight.withUnsafeValues {
      Operations.spectralNorm(
        $0, rows: $0.count / columns, columns: columns, iterations: 500)
    }
  }

  @Test("weights beyond the bound are scaled back to it, biases are left alone")
  func projection() {
    let before = network(3)
    var after = before
    SpectralBound(2).project(&after)
    #expect((2..<2.05).contains(norm(after.first.weight, columns: 5)))
    #expect(abs(norm(after.second.weight, columns: 1) - 2) < 1e-5)
    #expect(after.first.bias == before.first.bias && after.second.bias == before.second.bias)
    let ratio = after.second.weight[3] / before.second.weight[3]
    for (a, b) in zip(after.second.weight.values, before.second.weight.values) {
      #expect(abs(a - ratio * b) < 1e-5)
    }
  }

  @Test("weights within the bound stay as they are")
  func within() {
    let before = network(0.01)
    var after = before
    SpectralBound(2).project(&after)
    #expect(after.parameters == before.parameters)
  }

  @Test("the result is the same bits for any number of threads")
  func threads() {
    let results = [1, 2, 3].map { threads in
      var network = network(3)
      SpectralBound(1).project(&network, threads: threads)
      return network.parameters
    }
    #expect(results[0] == results[1] && results[0] == results[2])
  }
}
