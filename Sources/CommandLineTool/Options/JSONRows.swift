import Files
import Foundation

/// The envelope of `--json` row by row, for any number of rows in constant memory.
///
/// The text is that of ``JSONOutput``: `rows` comes first among its keys. A command that is stopped
/// leaves the rows that it wrote, and no end.
struct JSONRows {
  private let output: StandardOutput
  private var isEmpty = true
  private let encoder = JSONEncoder.results

  init(_ output: StandardOutput) { self.output = output }

  private static let opening = "{\n  \"rows\" : ["

  /// Writes one row.
  mutating func append(_ row: some Encodable) throws {
    try output.text(isEmpty ? Self.opening + "\n    " : ",\n    ")
    isEmpty = false
    try output.text(encoder.text(of: row).replacing("\n", with: "\n    "))
  }

  /// Writes what follows the rows, the rest of an envelope without any.
  func finish<Settings>(_ envelope: JSONOutput<Settings, Never>) throws {
    let text = try encoder.text(of: envelope)
    precondition(text.hasPrefix(Self.opening), "JSONRows.finish: rows do not come first: \(text)")
    guard !isEmpty, let end = text.firstIndex(of: "]") else { return try output.line(text) }
    try output.line("\n  " + text[end...])
  }
}

extension JSONEncoder {
  /// Keys sorted, so that the same result is the same text.
  static var results: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }

  /// The JSON text of a result.
  func text(of value: some Encodable) throws -> String {
    do {
      return String(decoding: try encode(value), as: UTF8.self)
    } catch {
      throw Failure(.internalFault, "cannot encode the result as JSON", cause: error)
    }
  }
}
