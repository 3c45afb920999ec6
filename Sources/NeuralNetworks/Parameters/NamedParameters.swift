import Tensors

/// Tensors under names, in order.
public struct NamedParameters: Sendable, Equatable {
  /// The names, unique, in order.
  public private(set) var names: [String] = []
  /// The tensors, in the order of the names.
  public private(set) var tensors: [Tensor] = []
  private var indices: [String: Int] = [:]

  /// No parameters.
  public init() {}

  /// Number of tensors.
  public var count: Int { names.count }

  /// The tensor of a name; nil when there is none.
  public subscript(name: String) -> Tensor? {
    indices[name].map { tensors[$0] }
  }

  /// Adds a tensor; a name may occur once.
  public mutating func append(_ name: String, _ tensor: Tensor) {
    precondition(indices[name] == nil, "NamedParameters.append: \(name) occurs twice")
    indices[name] = names.count
    names.append(name)
    tensors.append(tensor)
  }

  /// Adds all of `others` with `prefix` before their names.
  public mutating func append(_ others: NamedParameters, prefix: String) {
    for (name, tensor) in zip(others.names, others.tensors) { append(prefix + name, tensor) }
  }

  /// The parameters whose names start with `prefix`, with the prefix taken off.
  public func under(_ prefix: String) -> NamedParameters {
    var result = NamedParameters()
    for (name, tensor) in zip(names, tensors) where name.hasPrefix(prefix) {
      result.append(String(name.dropFirst(prefix.count)), tensor)
    }
    return result
  }

  /// Moves the tensors out into an array, runs `body` on it, and moves them back: no copies.
  package mutating func withTensors<R>(_ body: (inout [Tensor]) throws -> R) rethrows -> R {
    var moved: [Tensor] = []
    swap(&moved, &tensors)
    defer { swap(&moved, &tensors) }
    return try body(&moved)
  }

  /// The first parameter with an element that is not finite, if any.
  public var firstNonFinite: String? {
    for (name, tensor) in zip(names, tensors) {
      let isFinite = tensor.withUnsafeValues { $0.allSatisfy(\.isFinite) }
      if !isFinite { return name }
    }
    return nil
  }
}
