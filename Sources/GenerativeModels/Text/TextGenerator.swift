import Files
import NeuralNetworks
import Tensors

/// The published text generator: latents `[N, Z]` → probabilities `[N, L, V]`.
///
/// Dense to `[L, C]`, residual blocks, a convolution of width 1, softmax over symbols, no
/// normalisation (igul222/improved_wgan_training, gan_language.py). Parameters: `input.weight`
/// `[Z, L, C]`, `input.bias` `[L, C]`, `blocks.i.conv1.weight` `[5, C, C]`, …, `output.weight`
/// `[1, C, V]`, `output.bias` `[V]`.
public struct TextGenerator: Sendable {
  /// The chain of layers.
  public typealias Network = Chain<
    Expansion, Chain<ResidualStack, Chain<Convolution, Softmax>>
  >

  /// The shape of the network.
  public let configuration: GeneratorConfiguration
  /// The layers with their parameters.
  public var network: Network

  /// A generator as the recipe starts it, a function of configuration and seed alone.
  public init(_ configuration: GeneratorConfiguration, seed: UInt64) {
    let source = Initialiser(seed: seed, prefix: "generator.")
    self.init(
      configuration,
      input: Expansion(
        latentWidth: configuration.latentWidth, length: configuration.length,
        channels: configuration.width, name: "input", initialiser: source),
      blocks: ResidualStack(
        count: configuration.blocks, channels: configuration.width, name: "blocks",
        initialiser: source),
      output: Convolution(
        kernelWidth: 1, inputChannels: configuration.width,
        outputChannels: configuration.vocabulary, name: "output", initialiser: source))
  }

  /// A generator with the given parameters; its configuration is read off their shapes.
  ///
  /// - Parameters:
  ///   - parameters: all parameters of a text generator.
  ///   - temperature: of the softmax, positive; nil for 1.
  ///   - source: what to call the origin in a message.
  /// - Throws: `Failure(.badData)` naming the parameter that is missing, surplus, misshapen or not
  ///   finite.
  public init(
    parameters: NamedParameters, temperature: Double? = nil, source: String
  ) throws {
    let shapes = NetworkShapes(parameters, source: source)
    let input = try shapes.extents(of: "input.weight", count: 3)
    let output = try shapes.extents(of: "output.weight", count: 3)
    try shapes.requireVocabulary(output[2])
    self.init(
      empty: GeneratorConfiguration(
        latentWidth: input[0], length: input[1], width: input[2],
        blocks: shapes.blocks, vocabulary: output[2], temperature: temperature))
    try network.load(parameters, source: source)
    try shapes.requireFinite()
  }

  private init(empty configuration: GeneratorConfiguration) {
    let (channels, length) = (configuration.width, configuration.length)
    self.init(
      configuration,
      input: Expansion(
        weight: Tensor(shape: [configuration.latentWidth, length, channels]),
        bias: Tensor(shape: [length, channels])),
      blocks: .zero(count: configuration.blocks, channels: channels),
      output: Convolution(
        weight: Tensor(shape: [1, channels, configuration.vocabulary]),
        bias: Tensor(shape: [configuration.vocabulary])))
  }

  private init(
    _ configuration: GeneratorConfiguration, input: Expansion, blocks: ResidualStack,
    output: Convolution
  ) {
    self.configuration = configuration
    let softmax = Softmax(temperature: configuration.temperature ?? 1)
    network = Chain(
      ("input", input),
      ("", Chain(("blocks", blocks), ("", Chain(("output", output), ("", softmax))))))
  }
}

extension TextGenerator: Equatable {
  /// Equal configurations and equal parameters.
  public static func == (left: TextGenerator, right: TextGenerator) -> Bool {
    left.configuration == right.configuration
      && left.network.parameters == right.network.parameters
  }
}
