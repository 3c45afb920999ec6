// The one place that knows Yams. Everything else in dgflow reads and writes YAML through these two
// functions, so that another YAML library would change this file alone.

import Files
import Yams

/// Codable values in YAML files.
public enum YAMLFile {
  /// Reads a value from a YAML file.
  ///
  /// - Throws: `Failure` of kind `missingInput` when the file is absent, `badData` naming the file
  ///   and the offending key when the contents are not YAML or do not have the expected fields.
  public static func read<Value: Decodable>(_ type: Value.Type, from path: String) throws -> Value {
    let text = try TextFile.read(path)
    do {
      return try YAMLDecoder().decode(type, from: text)
    } catch let error as DecodingError {
      throw Failure(.badData, "\(path): \(describe(error))", cause: error)
    } catch {
      throw Failure(.badData, "\(path): not readable as YAML: \(oneLine(error))", cause: error)
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
    let encoder = YAMLEncoder()
    encoder.options.allowUnicode = true
    encoder.options.width = 100
    do {
      return try encoder.encode(value)
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
      return "\(place(context)) is not a \(type)"
    case .valueNotFound(let type, let context):
      return "\(place(context)) has no value; expected a \(type)"
    case .dataCorrupted(let context):
      return "\(place(context)): \(context.debugDescription)"
    @unknown default:
      return oneLine(error)
    }
  }

  private static func oneLine(_ error: any Error) -> String {
    String(describing: error).split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
