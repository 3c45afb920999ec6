import Determinism
import Tensors

/// The source of initial parameters: uniform values that depend on seed, name and index alone.
///
/// Each tensor has its own random stream, named after the parameter, so that the same width and shape
/// give the same values whatever else the network has.
public struct Initialiser: Sendable {
  /// Seed of all streams.
  public let seed: UInt64
  /// What precedes the names of the streams, such as `generator.`.
  public let prefix: String

  /// An initialiser.
  ///
  /// - Parameters:
  ///   - seed: any number; equal seeds give equal networks.
  ///   - prefix: what precedes the names of the streams, so that two networks differ.
  public init(seed: UInt64, prefix: String) {
    self.seed = seed
    self.prefix = prefix
  }

  /// Uniform values in [−a, a) with a = √(3 · variance).
  ///
  /// The published text networks use variance 4 / (K (in + out)) for convolutions and
  /// 2 / (in + out) for dense layers (igul222/improved_wgan_training, tflib/ops/conv1d.py and
  /// linear.py).
  ///
  /// - Parameters:
  ///   - shape: extents of the tensor.
  ///   - variance: > 0.
  ///   - name: name of the parameter in its network.
  public func uniform(shape: [Int], variance: Double, name: String) -> Tensor {
    let stream = RandomStream(seed: seed, name: "initialise." + prefix + name)
    let bound = (3 * variance).squareRoot()
    var tensor = Tensor(shape: shape)
    tensor.withUnsafeMutableValues { values in
      for index in values.indices {
        let unit = stream.uniformDouble(sample: UInt64(index), step: 0)
        values[index] = Float(bound * (2 * unit - 1))
      }
    }
    return tensor
  }
}
