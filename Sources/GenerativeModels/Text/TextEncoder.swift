import NeuralNetworks
import Tensors

/// An encoder of texts: one-hot rows `[N, L, V]` → codes `[N, Z]`; the body of ``TextCritic`` with a
/// dense layer to Z numbers.
struct TextEncoder: Sendable {
  /// The chain of layers.
  typealias Network = Chain<Convolution, Chain<ResidualStack, Projection>>

  /// The layers with their parameters.
  var network: Network

  /// An encoder for a generator, of its width and depth; a function of its shape and the seed alone.
  init(for generator: GeneratorConfiguration, seed: UInt64) {
    let source = Initialiser(seed: seed, prefix: "encoder.")
    let input = Convolution(
      kernelWidth: 1, inputChannels: generator.vocabulary, outputChannels: generator.width,
      name: "input", initialiser: source)
    let blocks = ResidualStack(
      count: generator.blocks, channels: generator.width, name: "blocks", initialiser: source)
    let output = Projection(
      length: generator.length, channels: generator.width, outputs: generator.latentWidth,
      name: "output", initialiser: source)
    network = Chain(("input", input), ("", Chain(("blocks", blocks), ("output", output))))
  }

  /// How the residual blocks' convolutions are computed.
  var convolution: ConvolutionAlgorithm {
    get { network.second.first.algorithm }
    set { network.second.first.algorithm = newValue }
  }

  /// Brings what the algorithm keeps of the weights up to date, after they have changed.
  mutating func transformWeights(threads: Int) {
    network.second.first.transformWeights(threads: threads)
  }
}
