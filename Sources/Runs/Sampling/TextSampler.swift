import Determinism
import GenerativeModels
import Refinement
import Tensors
import TextCoding

/// Text from a generator: sample i depends on (seed, i), never on how many are drawn at once.
public struct TextSampler: Sendable {
  /// Samples drawn together; memory is a few megabytes at any count.
  public static let blockSize = 1024

  /// G.
  public let generator: TextGenerator
  /// Tokens to text.
  public let codec: TextCodec
  /// Seed of the latents.
  public let seed: UInt64
  /// Threads; without influence on the result.
  public let threads: Int

  /// A sampler.
  ///
  /// - Precondition: generator and codec have the same length and number of symbols; at least one
  ///   thread.
  public init(generator: TextGenerator, codec: TextCodec, seed: UInt64, threads: Int) {
    let shape = generator.configuration
    precondition(
      shape.length == codec.length && shape.vocabulary == codec.vocabulary.count && threads >= 1,
      "TextSampler: generator \(shape) for strings of \(codec.length) of "
        + "\(codec.vocabulary.count) symbols, \(threads) threads")
    self.generator = generator
    self.codec = codec
    self.seed = seed
    self.threads = threads
  }

  /// Where latents come from: the standard normal distribution.
  public var prior: StandardNormalLatents {
    StandardNormalLatents(latentWidth: generator.configuration.latentWidth)
  }

  /// The latents of samples `[N, Z]`, from the prior.
  public func latents(_ samples: Range<Int>) -> Tensor {
    prior.sample(
      count: samples.count, firstSample: samples.lowerBound, from: .latents(seed: seed))
  }

  /// The tokens of samples at latents, most probable symbol by position, `[N, L]`.
  public func tokens(at latents: Tensor) -> TokenStrings {
    TokenStrings(tokens: generator.tokens(latents, threads: threads), length: codec.length)
  }

  /// The tokens of samples, `[N, L]`.
  public func tokens(_ samples: Range<Int>) -> TokenStrings {
    var tokens: [UInt16] = []
    tokens.reserveCapacity(samples.count * codec.length)
    for block in Self.blocks(of: samples) {
      tokens.append(contentsOf: generator.tokens(latents(block), threads: threads))
    }
    return TokenStrings(tokens: tokens, length: codec.length)
  }

  /// A range of samples cut into consecutive blocks of at most ``blockSize``, none for an empty one.
  public static func blocks(of samples: Range<Int>) -> [Range<Int>] {
    stride(from: samples.lowerBound, to: samples.upperBound, by: blockSize).map {
      $0..<min($0 + blockSize, samples.upperBound)
    }
  }
}
