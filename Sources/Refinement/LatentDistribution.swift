import Determinism
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The prior of a generator's latents: how they are drawn, and how likely each is.
///
/// A latent is a function of (stream, sample index, draw), never of the batch that it is drawn in.
public protocol LatentDistribution: Sendable {
  /// Z, the width of a latent.
  var latentWidth: Int { get }

  /// Draws a latent of one sample.
  ///
  /// - Parameters:
  ///   - latent: `[Z]`, overwritten.
  ///   - sample: the sample's index, counted over the whole run.
  ///   - step: which of the sample's draws; the first is 0.
  ///   - stream: the randomness; the same stream, index and step give the same latent everywhere.
  func draw(
    into latent: UnsafeMutableBufferPointer<Float>, sample: UInt64, step: UInt32,
    from stream: RandomStream)

  /// log p(z) in nats, normalised.
  ///
  /// - Parameter latents: `[N, Z]`.
  /// - Returns: `[N]`.
  func logDensity(_ latents: Tensor) -> Tensor

  /// ∇_z log p(z).
  ///
  /// - Parameter latents: `[N, Z]`.
  /// - Returns: `[N, Z]`.
  func logDensityGradient(_ latents: Tensor) -> Tensor
}

extension LatentDistribution {
  /// Draws latents `firstSample ..< firstSample + count`, `[count, Z]`.
  ///
  /// Drawing 100 latents is the same as drawing 60 and then 40 from sample 60 on.
  ///
  /// - Parameters:
  ///   - count: N ≥ 0.
  ///   - firstSample: index of the first sample, ≥ 0.
  ///   - stream: the randomness.
  public func sample(count: Int, firstSample: Int = 0, from stream: RandomStream) -> Tensor {
    precondition(
      count >= 0 && firstSample >= 0,
      "sample: count (\(count)) and first sample (\(firstSample)) must not be negative")
    var latents = Tensor(shape: [count, latentWidth])
    let width = latentWidth
    latents.withUnsafeMutableValues { values in
      for row in 0..<count {
        let latent = UnsafeMutableBufferPointer(
          rebasing: values[row * width..<(row + 1) * width])
        draw(into: latent, sample: UInt64(firstSample + row), step: 0, from: stream)
      }
    }
    return latents
  }

  /// Further draws of some samples, `[samples.count · draws.count, Z]`, those of a sample together.
  ///
  /// - Parameters:
  ///   - samples: the samples' indices.
  ///   - draws: which draws of each.
  ///   - stream: the randomness.
  func proposals(of samples: [Int], draws: Range<Int>, from stream: RandomStream) -> Tensor {
    var latents = Tensor(shape: [samples.count * draws.count, latentWidth])
    let width = latentWidth
    latents.withUnsafeMutableValues { values in
      var rest = values[...]
      for sample in samples {
        for step in draws {
          let latent = UnsafeMutableBufferPointer(rebasing: rest.prefix(width))
          draw(into: latent, sample: UInt64(sample), step: UInt32(step), from: stream)
          rest = rest.dropFirst(width)
        }
      }
    }
    return latents
  }
}

/// The standard normal distribution N(0, I) in Z dimensions, the prior of the published generators.
///
/// Its latents have a norm near √Z (11.3 for Z = 128): refinement without a prior term moves them
/// away from there, which the norms in ``RefinementResult`` show.
public struct StandardNormalLatents: LatentDistribution, Equatable {
  /// Z, the width of a latent.
  public let latentWidth: Int

  /// - Parameter latentWidth: Z ≥ 1.
  public init(latentWidth: Int) {
    precondition(latentWidth >= 1, "StandardNormalLatents: width \(latentWidth) must be at least 1")
    self.latentWidth = latentWidth
  }

  /// Draws `[Z]` independent standard normal numbers.
  public func draw(
    into latent: UnsafeMutableBufferPointer<Float>, sample: UInt64, step: UInt32,
    from stream: RandomStream
  ) {
    stream.fillNormal(latent, sample: sample, step: step)
  }

  /// log p(z) = −½ ‖z‖² − ½ Z log 2π, accumulated in double.
  public func logDensity(_ latents: Tensor) -> Tensor {
    let constant = 0.5 * Double(latentWidth) * log(2 * Double.pi)
    return latents.mapRows(width: latentWidth, operation: "logDensity") { row in
      var sum = 0.0
      for value in row { sum += Double(value) * Double(value) }
      return Float(-0.5 * sum - constant)
    }
  }

  /// ∇ log p(z) = −z.
  public func logDensityGradient(_ latents: Tensor) -> Tensor {
    latents.requireRows(width: latentWidth, operation: "logDensityGradient")
    return Tensor(shape: latents.shape, values: latents.values.map { -$0 })
  }
}
