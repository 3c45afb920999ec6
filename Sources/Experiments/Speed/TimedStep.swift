import GenerativeModels

/// The steps that training and refinement spend their time in.
public enum TimedStep: String, Codable, Sendable, CaseIterable {
  /// A step of the critic: generator forward, critic on real, generated and interpolated samples, the
  /// exact gradient of the penalty, Adam.
  case critic
  /// A step of the generator: generator and critic forward, gradient, Adam.
  case generator
  /// A step of refinement: the critic's score and its gradient at the latents, drift, noise.
  case refinement

  /// Floating-point operations of the step by the plain algorithm, a multiply-add counted as two.
  ///
  /// With F_D and F_G the operations of a forward pass of critic and generator for one sample
  /// (``ModelSize``), the fewest are B (F_G + 10 F_D) for the critic: 3 forward passes, 3 input
  /// gradients, 1 tangent and 3 weight gradients; B (3 F_G + 2 F_D) for the generator; and
  /// B (2 F_G + 2 F_D) for refinement. Optimiser, masks and softmax are not counted.
  ///
  /// - Parameters:
  ///   - size: the networks.
  ///   - batch: samples B.
  public func operations(_ size: ModelSize, batch: Int) -> Double {
    let (generator, critic) = (size.generatorOperations, size.criticOperations)
    return switch self {
    case .critic: Double(batch) * (generator + 10 * critic)
    case .generator: Double(batch) * (3 * generator + 2 * critic)
    case .refinement: Double(batch) * (2 * generator + 2 * critic)
    }
  }
}

/// The extents of a generator and its critic.
public struct ModelSize: Codable, Sendable, Equatable {
  /// Channels of both networks C.
  public var width: Int
  /// Symbols V.
  public var vocabulary: Int
  /// Positions L.
  public var length: Int
  /// Residual blocks of each network.
  public var blocks: Int
  /// Width of a latent Z.
  public var latentWidth: Int

  /// A size; the defaults are those of the published networks and a vocabulary of 100.
  public init(
    width: Int, vocabulary: Int = 100, length: Int = 32, blocks: Int = 5, latentWidth: Int = 128
  ) {
    self.width = width
    self.vocabulary = vocabulary
    self.length = length
    self.blocks = blocks
    self.latentWidth = latentWidth
  }

  /// The generator of this size.
  public var generator: GeneratorConfiguration {
    GeneratorConfiguration(
      latentWidth: latentWidth, length: length, width: width, blocks: blocks,
      vocabulary: vocabulary)
  }

  /// The critic of this size.
  public var critic: CriticConfiguration {
    CriticConfiguration(length: length, width: width, blocks: blocks, vocabulary: vocabulary)
  }

  /// F_D, operations of the critic's forward pass for one sample: two convolutions of width 5 a
  /// block, input and output; 3200 C² + 2 L V C + 2 L C with 5 blocks and 32 positions.
  public var criticOperations: Double {
    convolutions + 2 * Double(length) * Double(width) * Double(vocabulary + 1)
  }

  /// F_G, operations of the generator's forward pass for one sample: input, two convolutions of width
  /// 5 a block, output; 3200 C² + 2 Z L C + 2 L C V with 5 blocks and 32 positions.
  public var generatorOperations: Double {
    convolutions + 2 * Double(length) * Double(width) * Double(latentWidth + vocabulary)
  }

  private var convolutions: Double {
    Double(2 * blocks) * 2 * 5 * Double(length) * Double(width) * Double(width)
  }
}
