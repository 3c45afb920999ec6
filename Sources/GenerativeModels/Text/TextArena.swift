import NeuralNetworks
import Tensors

/// All memory of one evaluation of generator and critic by one thread.
final class TextArena {
  let workspace = Workspace()
  let generator = TextGenerator.Network.Trace()
  let critic = TextCritic.Network.Trace()
  var latents = Tensor.empty
  var samples = Sequences.empty
  var ones = Tensor.empty

  /// Samples that one evaluation handles; without influence on any result.
  ///
  /// Enough to fill the matrix products, few enough to stay in the cache.
  static let chunk = 16

  /// `chunk`-sized ranges that cover `0..<count`.
  static func chunks(_ count: Int) -> Int { (count + chunk - 1) / chunk }

  static func range(_ index: Int, of count: Int) -> Range<Int> {
    index * chunk..<min((index + 1) * chunk, count)
  }

  /// A tensor `[count]` of ones.
  func ones(_ count: Int) -> Tensor {
    if ones.count != count {
      ones = Tensor(shape: [count], values: .init(repeating: 1, count: count))
    }
    return ones
  }

  /// Makes `samples` the one-hot rows of tokens `[count, length]`.
  func setSamples(
    tokens: UnsafeBufferPointer<UInt16>, length: Int, vocabulary: Int
  ) {
    samples.prepare(samples: tokens.count / length, length: length, channels: vocabulary)
    Operations.oneHot(tokens, into: &samples)
  }
}
