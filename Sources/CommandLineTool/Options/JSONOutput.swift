import Foundation

/// The envelope of every `--json`: `{schema, version, seed, settings, rows}`; the seed of a command
/// that draws nothing is null.
struct JSONOutput<Settings: Encodable, Row: Encodable>: Encodable {
  let schema: String
  let version: String
  let seed: UInt64?
  let settings: Settings
  let rows: [Row]

  /// The envelope for a command; schema `dgflow.<command>/1`.
  init(command: String, version: String, seed: UInt64?, settings: Settings, rows: [Row]) {
    schema = "dgflow.\(command)/1"
    self.version = version
    self.seed = seed
    self.settings = settings
    self.rows = rows
  }

  private enum CodingKeys: String, CodingKey { case schema, version, seed, settings, rows }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(schema, forKey: .schema)
    try container.encode(version, forKey: .version)
    try container.encode(seed, forKey: .seed)
    try container.encode(settings, forKey: .settings)
    try container.encode(rows, forKey: .rows)
  }

  /// The JSON text.
  func text() throws -> String { try JSONEncoder.results.text(of: self) }
}

extension JSONOutput where Row == Never {
  /// An envelope without rows, for ``JSONRows`` to end with.
  init(command: String, version: String, seed: UInt64?, settings: Settings) {
    self.init(command: command, version: version, seed: seed, settings: settings, rows: [])
  }
}
