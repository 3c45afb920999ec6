import NeuralNetworks
import Tensors

extension TextGenerator {
  /// How the residual blocks' convolutions are computed.
  public var convolution: ConvolutionAlgorithm {
    get { network.second.first.algorithm }
    set { network.second.first.algorithm = newValue }
  }

  /// Brings what the algorithm keeps of the weights up to date, after they have changed.
  ///
  /// - Parameter threads: threads that share the work; without influence on the result.
  mutating func transformWeights(threads: Int) {
    network.second.first.transformWeights(threads: threads)
  }

  /// The same generator, ready for many evaluations.
  func prepared(threads: Int = 1) -> TextGenerator {
    var copy = self
    copy.transformWeights(threads: threads)
    return copy
  }
}
