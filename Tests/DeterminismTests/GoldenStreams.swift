import Foundation

/// What `Tools/golden/random_streams.py` wrote: the same draws by an independent implementation.
struct GoldenStreams: Decodable {
  struct Vector: Decodable {
    let counter: String
    let key: String
    let words: String
  }

  struct Draws: Decodable {
    let seed: String
    let name: String
    let sample: String
    let step: UInt32
    let words: [UInt32]
    let uniform24: Float
    let uniform53: Double
    let indices: [[String]]
    let normals: [Float]
    let shuffled: [Int]
  }

  struct Hash: Decodable {
    let text: String
    let fnv: String
    let hex: String
  }

  let philox: [Vector]
  let streams: [Draws]
  let hashes: [Hash]

  static func load() throws -> GoldenStreams {
    let url = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/random_streams.json")
    return try JSONDecoder().decode(GoldenStreams.self, from: Data(contentsOf: url))
  }
}

/// The words of a line of hexadecimal numbers.
func words(_ line: String) -> [UInt32] {
  line.split(separator: " ").compactMap { UInt32($0, radix: 16) }
}
