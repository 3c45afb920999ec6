import Files
import GenerativeModels

/// What a person chooses of the networks' shape; the corpus decides the rest.
public struct NetworkSize: Sendable, Equatable {
  /// Channels of generator and critic.
  public var width: Int
  /// Residual blocks of generator and critic; 5 in gan_language.py.
  public var blocks: Int
  /// Temperature of the generator's softmax; 1 in gan_language.py.
  public var temperature = 1.0

  /// A size at the published temperature, and unless given at the published depth.
  public init(width: Int, blocks: Int = 5) {
    self.width = width
    self.blocks = blocks
  }

  /// Checks the ranges.
  ///
  /// - Throws: `Failure` of kind `usage` that names the value out of range.
  public func validate() throws {
    guard (1...4096).contains(width) else {
      throw Failure(.usage, "width \(width) is out of range: give 1 to 4096")
    }
    guard (0...100).contains(blocks) else {
      throw Failure(.usage, "\(blocks) residual blocks are out of range: give 0 to 100")
    }
    guard GeneratorConfiguration.temperatures.contains(temperature) else {
      throw Failure(
        .usage,
        "temperature \(temperature) is out of range: give a number in "
          + "\(GeneratorConfiguration.temperatures)")
    }
  }

  /// The generator of this size for strings of `length` of `vocabulary` symbols.
  public func generator(length: Int, vocabulary: Int) -> GeneratorConfiguration {
    GeneratorConfiguration(
      length: length, width: width, blocks: blocks, vocabulary: vocabulary,
      temperature: temperature)
  }

  /// The critic of this size for strings of `length` of `vocabulary` symbols.
  public func critic(length: Int, vocabulary: Int) -> CriticConfiguration {
    CriticConfiguration(length: length, width: width, blocks: blocks, vocabulary: vocabulary)
  }
}
