import Files
import NeuralNetworks
import Tensors

/// Reads a network's extents off the shapes of its parameters.
struct NetworkShapes {
  let parameters: NamedParameters
  let source: String

  init(_ parameters: NamedParameters, source: String) {
    self.parameters = parameters
    self.source = source
  }

  /// Number of blocks i with a parameter `blocks.i.conv1.weight`.
  var blocks: Int {
    var count = 0
    while parameters["blocks.\(count).conv1.weight"] != nil { count += 1 }
    return count
  }

  /// The shape of a parameter that must have `count` extents, all ≥ 1.
  func extents(of name: String, count: Int) throws -> [Int] {
    guard let shape = parameters[name]?.shape else {
      throw Failure(
        .badData, "\(source): parameter \(name) is missing; the file holds another network")
    }
    guard shape.count == count, shape.allSatisfy({ $0 >= 1 }) else {
      throw Failure(
        .badData, "\(source): parameter \(name) has shape \(shape), expected \(count) extents")
    }
    return shape
  }

  func requireVocabulary(_ count: Int) throws {
    guard count <= 65_536 else {
      throw Failure(.badData, "\(source): a vocabulary of \(count) symbols exceeds 65536")
    }
  }

  func requireFinite() throws {
    if let name = parameters.firstNonFinite {
      throw Failure(.badData, "\(source): parameter \(name) holds values that are not finite")
    }
  }
}

extension ResidualStack {
  /// Blocks of the published width with all parameters zero, to be loaded.
  static func zero(count: Int, channels: Int) -> ResidualStack {
    let convolution = Convolution(
      weight: Tensor(shape: [ResidualBlock.kernelWidth, channels, channels]),
      bias: Tensor(shape: [channels]))
    return ResidualStack((0..<count).map { _ in ResidualBlock(convolution, convolution) })
  }
}
