import Foundation

/// Reads a JSON fixture from the folder beside this file.
func fixture<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  let file = folder.appendingPathComponent("Fixtures/\(name)")
  return try JSONDecoder().decode(type, from: Data(contentsOf: file))
}

/// |a − b|/max(|b|, floor).
func relativeError(_ a: Double, _ b: Double, floor: Double = .leastNormalMagnitude) -> Double {
  abs(a - b) / max(abs(b), floor)
}
