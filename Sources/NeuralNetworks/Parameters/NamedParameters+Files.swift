import Files
import Tensors

extension NamedParameters {
  /// Reads the `F32` arrays of a safetensors file, in the order of their data.
  ///
  /// - Parameters:
  ///   - file: an open file.
  ///   - prefix: only arrays whose names start with it are read; it is taken off.
  /// - Throws: `Failure(.badData)` when an array is not `F32`.
  public init(_ file: SafetensorsFile, prefix: String = "") throws {
    self.init()
    for name in file.names where name.hasPrefix(prefix) {
      var tensor = Tensor(shape: try file.shape(of: name))
      try file.withFloats(name) { source in
        tensor.withUnsafeMutableValues { target in
          guard let from = source.baseAddress, let to = target.baseAddress else { return }
          to.update(from: from, count: source.count)
        }
      }
      append(String(name.dropFirst(prefix.count)), tensor)
    }
  }

  /// Reads all arrays of a safetensors file.
  ///
  /// - Throws: `Failure(.missingInput)` when the file is absent, `Failure(.badData)` when it is not a
  ///   whole safetensors file of `F32` arrays.
  public init(contentsOf path: String) throws {
    try self.init(SafetensorsFile(contentsOf: path))
  }

  /// Writes a safetensors file, atomically.
  ///
  /// - Parameters:
  ///   - path: replaced when it exists.
  ///   - metadata: text stored in the header.
  /// - Throws: `Failure(.cannotWrite)`.
  public func write(to path: String, metadata: [String: String] = [:]) throws {
    var writer = SafetensorsWriter(metadata: metadata)
    add(to: &writer)
    try writer.write(to: path)
  }

  /// Adds all tensors to a writer, with `prefix` before their names.
  public func add(to writer: inout SafetensorsWriter, prefix: String = "") {
    for (name, tensor) in zip(names, tensors) {
      tensor.withUnsafeValues { writer.add(prefix + name, shape: tensor.shape, $0) }
    }
  }
}
