// What lives in GenerativeModels: generators, critics, their objective and the training loop, over
// tokens and tensors. It imports NeuralNetworks, Tensors, Files and Determinism, and knows no text.

/// The shape of a text generator.
///
/// The defaults are those of igul222/improved_wgan_training, gan_language.py: 128 latent variables, 32
/// positions, five residual blocks.
public struct GeneratorConfiguration: Codable, Sendable, Equatable {
  /// Width of a latent Z; 128 in gan_language.py.
  public var latentWidth: Int
  /// Positions of a sample L; 32 in gan_language.py.
  public var length: Int
  /// Channels between input and output C; 512 in gan_language.py.
  public var width: Int
  /// Residual blocks; 5 in gan_language.py.
  public var blocks: Int
  /// Symbols V, padding and unknown included.
  public var vocabulary: Int
  /// Temperature τ of the softmax, in ``temperatures``; nil for 1, as in gan_language.py.
  public var temperature: Double?

  /// The temperatures that a generator may have, chosen here: logits times 1/τ stay far from overflow.
  public static let temperatures = 0.01...100.0

  /// A configuration; all extents ≥ 1, `blocks` ≥ 0, `vocabulary` ≤ 65,536, the temperature in
  /// ``temperatures``.
  public init(
    latentWidth: Int = 128, length: Int = 32, width: Int, blocks: Int = 5, vocabulary: Int,
    temperature: Double? = nil
  ) {
    precondition(
      latentWidth >= 1 && length >= 1 && width >= 1 && blocks >= 0 && vocabulary >= 1
        && vocabulary <= 65_536 && temperature.map(Self.temperatures.contains) != false,
      "GeneratorConfiguration: latent \(latentWidth), length \(length), width \(width), "
        + "blocks \(blocks), vocabulary \(vocabulary), temperature \(temperature ?? 1)")
    self.latentWidth = latentWidth
    self.length = length
    self.width = width
    self.blocks = blocks
    self.vocabulary = vocabulary
    self.temperature = temperature == 1 ? nil : temperature
  }
}

/// The shape of a text critic; the defaults are those of gan_language.py.
public struct CriticConfiguration: Codable, Sendable, Equatable {
  /// Positions of a sample L; 32 in gan_language.py.
  public var length: Int
  /// Channels between input and output C; 512 in gan_language.py.
  public var width: Int
  /// Residual blocks; 5 in gan_language.py.
  public var blocks: Int
  /// Symbols V, padding and unknown included.
  public var vocabulary: Int

  /// A configuration; all extents ≥ 1, `blocks` ≥ 0, `vocabulary` ≤ 65,536.
  public init(length: Int = 32, width: Int, blocks: Int = 5, vocabulary: Int) {
    precondition(
      length >= 1 && width >= 1 && blocks >= 0 && vocabulary >= 1 && vocabulary <= 65_536,
      "CriticConfiguration: length \(length), width \(width), blocks \(blocks), "
        + "vocabulary \(vocabulary)")
    self.length = length
    self.width = width
    self.blocks = blocks
    self.vocabulary = vocabulary
  }
}
