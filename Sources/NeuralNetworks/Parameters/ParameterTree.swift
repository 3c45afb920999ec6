import Files
import Tensors

/// Something with named parameters in a fixed order.
///
/// Names are paths such as `blocks.0.conv1.weight`. A gradient, a moment or an average of a network
/// is a value of the network's own type.
public protocol ParameterTree: Sendable {
  /// Visits every parameter once, in a fixed order.
  ///
  /// - Parameters:
  ///   - prefix: what precedes the names, empty or ending in a full stop.
  ///   - visit: receives the name and the tensor, which it may change but not reshape.
  mutating func visitParameters(
    prefix: String, _ visit: (String, inout Tensor) throws -> Void
  ) rethrows
}

extension ParameterTree {
  /// The parameters with their names, in order; the tensors share storage with this value.
  public var parameters: NamedParameters {
    var copy = self
    var result = NamedParameters()
    copy.visitParameters(prefix: "") { name, tensor in result.append(name, tensor) }
    return result
  }

  /// Number of scalar parameters.
  public var parameterCount: Int { parameters.tensors.reduce(0) { $0 + $1.count } }

  /// The same structure with all parameters zero.
  public var zeroed: Self {
    var copy = self
    copy.visitParameters(prefix: "") { _, tensor in tensor = Tensor(shape: tensor.shape) }
    return copy
  }

  /// Sets all parameters to zero, in place.
  public mutating func setToZero() {
    visitParameters(prefix: "") { _, tensor in
      tensor.withUnsafeMutableValues { $0.update(repeating: 0) }
    }
  }

  /// Replaces every parameter by the one of the same name.
  ///
  /// - Parameters:
  ///   - parameters: must hold every name with the same shape; further names are refused, since they
  ///     belong to another architecture.
  ///   - source: what to call the origin in a message, for example the file's path.
  /// - Throws: `Failure(.badData)` naming the missing, surplus or misshapen parameter. Nothing is
  ///   changed then.
  public mutating func load(_ parameters: NamedParameters, source: String) throws {
    var copy = self
    var known: Set<String> = []
    try copy.visitParameters(prefix: "") { name, tensor in
      known.insert(name)
      guard let found = parameters[name] else {
        throw Failure(
          .badData, "\(source): parameter \(name) is missing; it holds another network")
      }
      guard found.shape == tensor.shape else {
        throw Failure(
          .badData,
          "\(source): parameter \(name) has shape \(found.shape), expected \(tensor.shape)")
      }
      tensor = found
    }
    if let surplus = parameters.names.first(where: { !known.contains($0) }) {
      throw Failure(
        .badData, "\(source): parameter \(surplus) is not part of the network; the depths differ")
    }
    self = copy
  }

  /// Moves the tensors out into an array, runs `body` on it, and moves them back: no copies.
  package mutating func withTensors<R>(_ body: (inout [Tensor]) throws -> R) rethrows -> R {
    var tensors: [Tensor] = []
    let nothing = Tensor.empty
    visitParameters(prefix: "") { _, tensor in
      tensors.append(tensor)
      tensor = nothing
    }
    defer {
      var index = 0
      visitParameters(prefix: "") { _, tensor in
        tensor = tensors[index]
        index += 1
      }
    }
    return try body(&tensors)
  }
}
