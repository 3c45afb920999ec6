import Files
import FoundationEssentials
import NeuralNetworks
import Tensors

extension AdversarialState {
  /// The three files of a state: names inside the folder.
  public static let fileNames = [
    "generator.safetensors", "critic.safetensors", "optimiser.safetensors",
  ]

  private static let format = "dgflow.training/1"

  /// Writes the state into a folder.
  ///
  /// Three files: the networks, and `optimiser.safetensors` with both optimisers' moments, the
  /// average, an unfinished warm start, the counters and the recipe. Each file is written atomically
  /// and carries the iteration, so that a mixture of two states is noticed; write into a fresh folder and
  /// rename it to make the whole atomic.
  ///
  /// - Parameter folder: must exist.
  /// - Throws: `Failure(.cannotWrite)`.
  public func write(to folder: String) throws {
    let stamp = ["iteration": String(iteration)]
    try generator.write(to: folder + "/generator.safetensors", metadata: stamp)
    try critic.write(to: folder + "/critic.safetensors", metadata: stamp)
    var writer = SafetensorsWriter(
      metadata: stamp.merging(
        ["format": AdversarialState.format, "configuration": try configurationText()]) { $1 })
    for (name, optimiser) in [("generator", generatorOptimiser), ("critic", criticOptimiser)] {
      optimiser.first.add(to: &writer, prefix: "\(name).first.")
      optimiser.second.add(to: &writer, prefix: "\(name).second.")
    }
    average?.network.parameters.add(to: &writer, prefix: "average.")
    warmStart?.add(to: &writer)
    writer.add(
      "counters",
      unsignedIntegers: [
        iteration, generatorOptimiser.step, criticOptimiser.step, average?.updates ?? 0,
      ].map(UInt64.init))
    try writer.write(to: folder + "/optimiser.safetensors")
  }

  /// Reads a state that ``write(to:)`` wrote; training goes on from it with the same bits.
  ///
  /// - Throws: `Failure(.missingInput)` when a file is absent, `Failure(.badData)` when one is damaged,
  ///   of another format, of another iteration than the rest, or does not fit the networks.
  public init(contentsOf folder: String) throws {
    let path = folder + "/optimiser.safetensors"
    let file = try SafetensorsFile(contentsOf: path)
    guard file.metadata["format"] == AdversarialState.format else {
      throw Failure(
        .badData,
        "\(path): format is \(file.metadata["format"] ?? "not stated"), "
          + "expected \(AdversarialState.format)")
    }
    let counters = try file.unsignedIntegers("counters").map { Int(truncatingIfNeeded: $0) }
    guard counters.count == 4, counters.allSatisfy({ $0 >= 0 }) else {
      throw Failure(.badData, "\(path): counters are \(counters), expected four numbers")
    }
    for name in AdversarialState.fileNames {
      let other = folder + "/" + name
      let stamp = try SafetensorsFile(contentsOf: other).metadata["iteration"]
      guard stamp == String(counters[0]) else {
        throw Failure(
          .badData,
          "\(other): iteration is \(stamp ?? "not stated"), expected \(counters[0]): "
            + "the folder mixes two checkpoints")
      }
    }
    let recipe = try AdversarialState.configuration(file.metadata["configuration"], path: path)
    try self.init(
      configuration: recipe,
      generator: TextGenerator(contentsOf: folder + "/generator.safetensors"),
      critic: TextCritic(contentsOf: folder + "/critic.safetensors"))
    iteration = counters[0]
    generatorOptimiser = try AdversarialState.optimiser(
      generatorOptimiser, of: generator.network, name: "generator", step: counters[1], file)
    criticOptimiser = try AdversarialState.optimiser(
      criticOptimiser, of: critic.network, name: "critic", step: counters[2], file)
    if let decay = recipe.averageDecay {
      var network = generator.network
      try network.load(NamedParameters(file, prefix: "average."), source: path)
      average = ExponentialMovingAverage(of: network, decay: decay, updates: counters[3])
    }
    warmStart = try WarmStartState(of: generator, recipe: recipe, file: file)
  }

  /// An optimiser whose moments are under `<name>.first.` and `<name>.second.`.
  fileprivate static func optimiser<Network: ParameterTree>(
    _ fresh: Adam, of network: Network, name: String, step: Int, _ file: SafetensorsFile
  ) throws -> Adam {
    func moments(_ moment: String) throws -> NamedParameters {
      var copy = network
      try copy.load(
        NamedParameters(file, prefix: "\(name).\(moment)."), source: "\(file.path), \(name)")
      return copy.parameters
    }
    return Adam(
      first: try moments("first"), second: try moments("second"), step: step, rate: fresh.rate,
      beta1: fresh.beta1, beta2: fresh.beta2, epsilon: fresh.epsilon)
  }

  private func configurationText() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    do {
      return String(decoding: try encoder.encode(configuration), as: UTF8.self)
    } catch {
      throw Failure(.internalFault, "the training recipe cannot be encoded", cause: error)
    }
  }

  private static func configuration(
    _ text: String?, path: String
  ) throws -> AdversarialConfiguration {
    guard let text else { throw Failure(.badData, "\(path): the training recipe is missing") }
    do {
      return try JSONDecoder().decode(AdversarialConfiguration.self, from: Data(text.utf8))
    } catch {
      throw Failure(.badData, "\(path): the training recipe is not readable", cause: error)
    }
  }
}

extension WarmStartState {
  private static let prefix = "warmStart."

  /// Adds encoder, moments and steps, all of whose names begin alike.
  fileprivate func add(to writer: inout SafetensorsWriter) {
    encoder.network.parameters.add(to: &writer, prefix: Self.prefix + "network.")
    for (name, optimiser) in [
      ("generator", generatorOptimiser), ("encoder", encoderOptimiser),
    ] {
      optimiser.first.add(to: &writer, prefix: "\(Self.prefix)\(name).first.")
      optimiser.second.add(to: &writer, prefix: "\(Self.prefix)\(name).second.")
    }
    writer.add(Self.prefix + "step", unsignedIntegers: [UInt64(step)])
  }

  /// The warm start that a file holds; nil when it has none.
  fileprivate init?(
    of generator: TextGenerator, recipe: AdversarialConfiguration, file: SafetensorsFile
  ) throws {
    guard file.contains(Self.prefix + "step") else { return nil }
    self.init(of: generator, recipe: recipe)
    let steps = try file.unsignedIntegers(Self.prefix + "step")
    guard steps.count == 1, let done = Int(exactly: steps[0]), done <= recipe.warmStart else {
      throw Failure(
        .badData,
        "\(file.path): \(steps) steps of the warm start are done, of \(recipe.warmStart)")
    }
    step = done
    try encoder.network.load(
      NamedParameters(file, prefix: Self.prefix + "network."), source: file.path)
    generatorOptimiser = try AdversarialState.optimiser(
      generatorOptimiser, of: generator.network, name: Self.prefix + "generator", step: done, file)
    encoderOptimiser = try AdversarialState.optimiser(
      encoderOptimiser, of: encoder.network, name: Self.prefix + "encoder", step: done, file)
  }
}
