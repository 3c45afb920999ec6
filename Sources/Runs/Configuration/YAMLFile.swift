// Yams is known here and in YAMLNodeEncoder.swift. Everything else in dgflow reads and writes YAML
// through these functions, so that another YAML library would change two files.

import Files
import Yams

/// Codable values in YAML files.
public enum YAMLFile {
  private struct Header: Decodable { let format: Int }

  /// Largest file that is read: 16 MiB, chosen here; a preparation of ten thousand inputs has two.
  static let largestSize = 16 << 20

  /// Reads a value from a YAML file; keys that the type does not know are passed over.
  ///
  /// - Throws: `Failure` of kind `missingInput` when the file is absent, `badData` naming the file
  ///   and the offending key or line when the contents are not YAML or not what is expected.
  public static func read<Value: Decodable>(_ type: Value.Type, from path: String) throws -> Value {
    try decode(type, try node(of: path), path: path)
  }

  /// Reads a value from a YAML file that states its format's version under `format`.
  ///
  /// The version is looked at first, so that a file of another version is called that and not
  /// damaged.
  ///
  /// - Throws: as ``read(_:from:)``, and `Failure` of kind `badData` for another version.
  static func read<Value: Decodable>(
    _ type: Value.Type, from path: String, format expected: Int
  ) throws -> Value {
    let node = try node(of: path)
    let format = try decode(Header.self, node, path: path).format
    guard format == expected else {
      throw Failure(
        .badData, "\(path): format \(format), but this dgflow reads format \(expected)")
    }
    return try decode(type, node, path: path)
  }

  private static func node(of path: String) throws -> Node {
    let size = FileSystem.size(path) ?? 0
    guard size <= largestSize else {
      throw Failure(
        .badData, "\(path): \(size) bytes, more than any such file has; it is something else")
    }
    let text = try TextFile.read(path)
    do {
      if let node = try compose(yaml: text) { return node }
    } catch {
      throw Failure(.badData, "\(path): not readable as YAML: \(firstLine(error))", cause: error)
    }
    throw Failure(.badData, "\(path): the file is empty")
  }

  private static func decode<Value: Decodable>(
    _ type: Value.Type, _ node: Node, path: String
  ) throws -> Value {
    do {
      return try YAMLDecoder().decode(type, from: node)
    } catch let failure as Failure {
      throw Failure(failure.kind, "\(path): \(failure.message)", cause: failure)
    } catch let error as DecodingError {
      throw Failure(.badData, "\(path): \(describe(error))", cause: error)
    } catch {
      throw Failure(.badData, "\(path): not readable as YAML: \(firstLine(error))", cause: error)
    }
  }

  /// Writes a value to a YAML file, atomically; keys in the order in which the type encodes them.
  ///
  /// - Throws: `Failure` of kind `cannotWrite`.
  public static func write<Value: Encodable>(_ value: Value, to path: String) throws {
    try AtomicFile.write(try text(of: value), to: path)
  }

  /// The YAML text of a value, as `write` would store it.
  public static func text<Value: Encodable>(of value: Value) throws -> String {
    do {
      return try serialize(
        node: try YAMLNodeEncoder.node(of: value), width: 100, allowUnicode: true)
    } catch {
      throw Failure(.internalFault, "cannot encode \(Value.self) as YAML", cause: error)
    }
  }

  private static func describe(_ error: DecodingError) -> String {
    func place(_ context: DecodingError.Context) -> String {
      let keys = context.codingPath.map(\.stringValue)
      return keys.isEmpty ? "the top level" : "`\(keys.joined(separator: "."))`"
    }
    switch error {
    case .keyNotFound(let key, let context):
      return "`\(key.stringValue)` is missing at \(place(context))"
    case .typeMismatch(let type, let context):
      return "\(place(context)) is not \(words(type))"
    case .valueNotFound(let type, let context):
      return "\(place(context)) has no value; expected \(words(type))"
    case .dataCorrupted(let context):
      return "\(place(context)): \(context.debugDescription)"
    @unknown default:
      return firstLine(error)
    }
  }

  /// What a person would write for a value of a type.
  private static func words(_ type: Any.Type) -> String {
    switch type {
    case is any UnsignedInteger.Type: "a whole number of at least 0"
    case is any FixedWidthInteger.Type: "a whole number"
    case is any BinaryFloatingPoint.Type: "a number"
    case is String.Type: "text"
    case is Bool.Type: "true or false"
    case is Node.Mapping.Type: "a list of keys with values"
    case is Node.Sequence.Type: "a list"
    default: "a \(type)"
    }
  }

  /// What went wrong and at which line and column; the lines below it quote the file.
  private static func firstLine(_ error: any Error) -> String {
    let line = String(describing: error).split(whereSeparator: \.isNewline).first ?? ""
    return String(line.hasSuffix(":") ? line.dropLast() : line)
  }
}
