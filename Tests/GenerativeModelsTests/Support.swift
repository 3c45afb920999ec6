import Determinism
import Files
import Foundation
import NeuralNetworks
import Tensors

@testable import GenerativeModels

/// Where fixtures lie, found through the source file's own path.
func fixture(_ name: String, of module: String = "GenerativeModelsTests") -> String {
  let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
  return (parts + [Substring(module), "Fixtures", Substring(name)]).joined(separator: "/")
}

/// ‖a − b‖ / ‖b‖ in Double; ‖a‖ when b is zero.
func relativeError(_ a: Tensor, _ b: Tensor) -> Double {
  distance(a, b) / (norm(b) == 0 ? 1 : norm(b))
}

/// ‖a − b‖ in Double.
func distance(_ a: Tensor, _ b: Tensor) -> Double {
  zip(a.values, b.values).reduce(0.0) { total, pair in
    let difference = Double(pair.0) - Double(pair.1)
    return total + difference * difference
  }.squareRoot()
}

/// ‖a‖ in Double.
func norm(_ a: Tensor) -> Double { distance(a, Tensor(shape: a.shape)) }

/// Standard normal values.
func normal(_ shape: [Int], _ name: String, scale: Float = 1) -> Tensor {
  var tensor = Tensor(shape: shape)
  tensor.withUnsafeMutableValues {
    RandomStream(seed: 11, name: name).fillNormal($0, sample: 0, step: 0)
    for index in $0.indices { $0[index] *= scale }
  }
  return tensor
}

/// Uniform tokens.
func randomTokens(_ count: Int, below vocabulary: Int, _ name: String) -> [UInt16] {
  let stream = RandomStream(seed: 11, name: name)
  return (0..<count).map {
    UInt16(stream.index(below: vocabulary, sample: UInt64($0), step: 0))
  }
}

extension NamedParameters {
  /// A tensor that the fixture must have.
  func required(_ name: String) throws -> Tensor {
    guard let tensor = self[name] else { throw Failure(.badData, "fixture lacks \(name)") }
    return tensor
  }

  /// A tensor as tokens.
  func tokens(_ name: String) throws -> [UInt16] { try required(name).values.map(UInt16.init) }
}

/// Row k along the first axis, without that axis.
func item(_ tensor: Tensor, _ index: Int) -> Tensor {
  tensor.rows(index..<index + 1).reshaped(Array(tensor.shape.dropFirst()))
}

/// Small networks with biases that are not zero.
enum Small {
  static let length = 6
  static let vocabulary = 7
  static let latentWidth = 5

  static func generator(width: Int = 6, blocks: Int = 2) -> TextGenerator {
    var generator = TextGenerator(
      GeneratorConfiguration(
        latentWidth: latentWidth, length: length, width: width, blocks: blocks,
        vocabulary: vocabulary), seed: 3)
    shake(&generator.network)
    return generator
  }

  static func critic(width: Int = 6, blocks: Int = 2) -> TextCritic {
    var critic = TextCritic(
      CriticConfiguration(length: length, width: width, blocks: blocks, vocabulary: vocabulary),
      seed: 4)
    shake(&critic.network)
    return critic
  }

  static func state(_ recipe: AdversarialConfiguration) throws -> AdversarialState {
    try AdversarialState(configuration: recipe, generator: generator(), critic: critic())
  }

  static func data(rows: Int = 50) throws -> TokenMatrix {
    try TokenMatrix(
      tokens: randomTokens(rows * length, below: vocabulary, "data"), length: length,
      vocabulary: vocabulary)
  }

  private static func shake(_ network: inout some ParameterTree) {
    network.visitParameters(prefix: "") { name, tensor in
      if name.hasSuffix("bias") { tensor = normal(tensor.shape, name, scale: 0.1) }
    }
  }
}

/// Runs `body` with a folder that is removed afterwards.
func withFolder<R>(_ body: (String) throws -> R) throws -> R {
  var generator = SystemRandomNumberGenerator()
  let path =
    FileManager.default.temporaryDirectory.path
    + "/dgflow-test-\(String(generator.next(), radix: 16))"
  try FileSystem.makeDirectory(path)
  defer { FileSystem.removeDirectory(path) }
  return try body(path)
}
