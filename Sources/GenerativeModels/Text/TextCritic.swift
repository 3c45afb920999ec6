import Files
import NeuralNetworks
import Tensors

/// The published text critic: probabilities or one-hot rows `[N, L, V]` → scores `[N]`.
///
/// A convolution of width 1, residual blocks, a dense layer to one score, no normalisation
/// (igul222/improved_wgan_training, gan_language.py). Parameters: `input.weight` `[1, V, C]`,
/// `input.bias` `[C]`, `blocks.i.conv1.weight` `[5, C, C]`, …, `output.weight` `[L, C]`, `output.bias`
/// `[1]`. All its layers are piecewise linear, and so is the network, by its type.
public struct TextCritic: Sendable {
  /// The chain of layers.
  public typealias Network = Chain<Convolution, Chain<ResidualStack, Reduction>>

  /// The shape of the network.
  public let configuration: CriticConfiguration
  /// The layers with their parameters.
  public var network: Network

  /// A critic as the recipe starts it, a function of configuration and seed alone.
  public init(_ configuration: CriticConfiguration, seed: UInt64) {
    let source = Initialiser(seed: seed, prefix: "critic.")
    self.init(
      configuration,
      input: Convolution(
        kernelWidth: 1, inputChannels: configuration.vocabulary,
        outputChannels: configuration.width, name: "input", initialiser: source),
      blocks: ResidualStack(
        count: configuration.blocks, channels: configuration.width, name: "blocks",
        initialiser: source),
      output: Reduction(
        length: configuration.length, channels: configuration.width, name: "output",
        initialiser: source))
  }

  /// A critic with the given parameters; its configuration is read off their shapes.
  ///
  /// - Parameters:
  ///   - parameters: all parameters of a text critic.
  ///   - source: what to call the origin in a message.
  /// - Throws: `Failure(.badData)` naming the parameter that is missing, surplus, misshapen or not
  ///   finite.
  public init(parameters: NamedParameters, source: String) throws {
    let shapes = NetworkShapes(parameters, source: source)
    let input = try shapes.extents(of: "input.weight", count: 3)
    let output = try shapes.extents(of: "output.weight", count: 2)
    try shapes.requireVocabulary(input[1])
    self.init(
      empty: CriticConfiguration(
        length: output[0], width: input[2], blocks: shapes.blocks, vocabulary: input[1]))
    try network.load(parameters, source: source)
    try shapes.requireFinite()
  }

  private init(empty configuration: CriticConfiguration) {
    let channels = configuration.width
    self.init(
      configuration,
      input: Convolution(
        weight: Tensor(shape: [1, configuration.vocabulary, channels]),
        bias: Tensor(shape: [channels])),
      blocks: .zero(count: configuration.blocks, channels: channels),
      output: Reduction(
        weight: Tensor(shape: [configuration.length, channels]), bias: Tensor(shape: [1])))
  }

  private init(
    _ configuration: CriticConfiguration, input: Convolution, blocks: ResidualStack,
    output: Reduction
  ) {
    self.configuration = configuration
    network = Chain(("input", input), ("", Chain(("blocks", blocks), ("output", output))))
  }
}

extension TextCritic: Equatable {
  /// Equal configurations and equal parameters.
  public static func == (left: TextCritic, right: TextCritic) -> Bool {
    left.configuration == right.configuration
      && left.network.parameters == right.network.parameters
  }
}
