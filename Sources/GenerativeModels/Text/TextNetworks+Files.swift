import Files
import NeuralNetworks

extension TextGenerator {
  /// The format's name and version in the file's metadata, under `format`.
  public static let fileFormat = "dgflow.generator/1"

  /// Reads a generator; its shape is read off the parameters.
  ///
  /// - Throws: `Failure(.missingInput)` when the file is absent, `Failure(.badData)` when it is damaged,
  ///   of a newer format or not a generator.
  public init(contentsOf path: String) throws {
    let file = try SafetensorsFile(contentsOf: path)
    try FileFormat.check(file, expected: TextGenerator.fileFormat)
    let temperature = try file.metadata["temperature"].map { text in
      guard let value = Double(text), GeneratorConfiguration.temperatures.contains(value) else {
        throw Failure(
          .badData,
          "\(path): temperature is \(text), expected a number in "
            + "\(GeneratorConfiguration.temperatures)")
      }
      return value
    }
    try self.init(parameters: NamedParameters(file), temperature: temperature, source: path)
  }

  /// Writes the parameters as safetensors, atomically.
  ///
  /// - Parameters:
  ///   - path: replaced when it exists.
  ///   - metadata: further text for the header; `format` and, where it is not 1, `temperature` are
  ///     added.
  /// - Throws: `Failure(.cannotWrite)`.
  public func write(to path: String, metadata: [String: String] = [:]) throws {
    var metadata = metadata.merging(["format": TextGenerator.fileFormat]) { $1 }
    metadata["temperature"] = configuration.temperature.map { String($0) }
    try network.parameters.write(to: path, metadata: metadata)
  }
}

extension TextCritic {
  /// The format's name and version in the file's metadata, under `format`.
  public static let fileFormat = "dgflow.critic/1"

  /// Reads a critic; its shape is read off the parameters.
  ///
  /// - Throws: `Failure(.missingInput)` when the file is absent, `Failure(.badData)` when it is damaged,
  ///   of a newer format or not a critic.
  public init(contentsOf path: String) throws {
    let file = try SafetensorsFile(contentsOf: path)
    try FileFormat.check(file, expected: TextCritic.fileFormat)
    try self.init(parameters: NamedParameters(file), source: path)
  }

  /// Writes the parameters as safetensors, atomically.
  ///
  /// - Parameters:
  ///   - path: replaced when it exists.
  ///   - metadata: further text for the header; `format` is added.
  /// - Throws: `Failure(.cannotWrite)`.
  public func write(to path: String, metadata: [String: String] = [:]) throws {
    let metadata = metadata.merging(["format": TextCritic.fileFormat]) { $1 }
    try network.parameters.write(to: path, metadata: metadata)
  }
}

/// The format entry of a file's metadata.
enum FileFormat {
  /// Accepts the expected format, and files of other makers that state none.
  static func check(_ file: SafetensorsFile, expected: String) throws {
    guard let format = file.metadata["format"], format != expected, format != "pt" else { return }
    throw Failure(
      .badData, "\(file.path): format is \(format), expected \(expected): it holds something else")
  }
}
