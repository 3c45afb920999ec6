import Foundation
import Testing

@testable import Files

@Suite struct SafetensorsTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// A file of a header text and data bytes.
  private func put(_ header: String, data: Int, length: UInt64? = nil) throws -> String {
    let text = Array(header.utf8)
    let size = withUnsafeBytes(of: (length ?? UInt64(text.count)).littleEndian) { Array($0) }
    return try folder.put(size + text + [UInt8](repeating: 0, count: data), "odd.safetensors")
  }

  @Test("a file that the reference implementation wrote is read")
  func readsGolden() throws {
    let golden = try #require(try GoldenFiles.load().safetensors["weights.safetensors"])
    let file = try SafetensorsFile(contentsOf: fixture("weights.safetensors"))
    #expect(file.metadata == golden.metadata)
    #expect(Set(file.names) == Set(golden.arrays.keys))
    for (name, array) in golden.arrays {
      #expect(try file.shape(of: name) == array.shape)
      let found: [Double]
      switch array.dtype {
      case "<f4": found = try file.floats(name).map { Double($0) }
      case "<f8": found = try file.elements(name, as: Double.self)
      case "<u8": found = try file.unsignedIntegers(name).map { Double($0) }
      default: found = try file.integers(name).map { Double($0) }
      }
      #expect(found.count == array.values.count)
      for (value, expected) in zip(found, array.values) {
        #expect(abs(value - expected) <= 1e-12 * abs(expected), "\(name)")
      }
    }
    #expect(try file.unsignedIntegers("iteration") == [12_345_678_901_234_567_890])
    #expect(try file.integers("offsets") == [-5, 1 << 62])
  }

  @Test("absent names and other types are named")
  func wrongAsk() throws {
    let file = try SafetensorsFile(contentsOf: fixture("half.safetensors"))
    #expect(try file.elementType(of: "half") == "F16")
    expectFailure(.badData, "half as F16; expected F32") { _ = try file.floats("half") }
    expectFailure(.badData, "half as F16; expected F32") { try file.withFloats("half") { _ in } }
    expectFailure(.badData, "no array named bias", "half") { _ = try file.shape(of: "bias") }
    #expect(file.contains("half") && !file.contains("bias"))
  }

  private func sample() -> SafetensorsWriter {
    var writer = SafetensorsWriter(metadata: ["b": "quotes \" \\ \n \u{1}", "a": "ë 𝔊"])
    writer.add("z.weight", shape: [2, 1, 3], floats: [1, -2, 0.5, .infinity, 0x1p-149, 7])
    writer.add("empty", shape: [0, 5], floats: [])
    writer.add("scalar \"quoted\" ë", shape: [], floats: [3])
    writer.add("step", unsignedIntegers: [UInt64.max, 0])
    writer.add("moments", shape: [1], [0.1])
    writer.add("delta", integers: [Int64.min])
    return writer
  }

  @Test("what is written is read back, aligned and in order")
  func roundTrip() throws {
    let path = folder.file("a.safetensors")
    try sample().write(to: path)
    let file = try SafetensorsFile(contentsOf: path)
    #expect(file.metadata == ["a": "ë 𝔊", "b": "quotes \" \\ \n \u{1}"])
    #expect(Set(file.names.suffix(3)) == ["z.weight", "empty", "scalar \"quoted\" ë"])
    #expect(file.names.prefix(3) == ["step", "moments", "delta"])
    #expect(try file.shape(of: "z.weight") == [2, 1, 3])
    #expect(try file.floats("z.weight") == [1, -2, 0.5, .infinity, 0x1p-149, 7])
    #expect(try file.shape(of: "empty") == [0, 5])
    #expect(try file.floats("empty").isEmpty)
    #expect(try file.floats("scalar \"quoted\" ë") == [3])
    #expect(try file.unsignedIntegers("step") == [UInt64.max, 0])
    #expect(try file.integers("delta") == [Int64.min])
    #expect(try file.elements("moments", as: Double.self) == [0.1])
    try file.withFloats("z.weight") { #expect(Array($0) == [1, -2, 0.5, .infinity, 0x1p-149, 7]) }
    let bytes = try contents(path)
    let length = Int(bytes[0]) + Int(bytes[1]) << 8
    #expect((8 + length).isMultiple(of: 64))
    try sample().write(to: folder.file("b.safetensors"))
    #expect(try contents(folder.file("b.safetensors")) == bytes)
    #expect(folder.names == ["a.safetensors", "b.safetensors"])
  }

  @Test("an empty set of arrays is a file too")
  func nothing() throws {
    try SafetensorsWriter().write(to: folder.file("a"))
    let file = try SafetensorsFile(contentsOf: folder.file("a"))
    #expect(file.names.isEmpty && file.metadata.isEmpty)
  }

  @Test("unaligned data, which the format allows, are read")
  func unaligned() throws {
    for spaces in 0..<8 {
      let header =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}"
        + String(repeating: " ", count: spaces)
      let file = try SafetensorsFile(contentsOf: put(header, data: 8))
      #expect(try file.floats("a") == [0, 0])
      try file.withFloats("a") { #expect(Array($0) == [0, 0]) }
    }
  }

  @Test("a full disk leaves nothing", arguments: [0, 100, 400])
  func fullDisk(limit: Int) {
    expectFailure(.cannotWrite, folder.file("a")) {
      try sample().write(to: folder.file("a")) { try FailingSink($0, limit: limit) }
    }
    #expect(folder.names.isEmpty)
  }

  @Test("a file cut at any length, or with trailing bytes, is refused")
  func truncated() throws {
    let whole = try contents(fixture("weights.safetensors"))
    for length in 0..<whole.count {
      let path = try folder.put(whole[..<length], "cut")
      expectFailure(.badData, path) { _ = try SafetensorsFile(contentsOf: path) }
    }
    let path = try folder.put(whole + [0], "long")
    expectFailure(.badData, path, "1 bytes after its last array") {
      _ = try SafetensorsFile(contentsOf: path)
    }
  }

  @Test("with any changed byte of the header no array leaves the file")
  func changedHeader() throws {
    let whole = try contents(fixture("weights.safetensors"))
    let length = Int(whole[0]) + Int(whole[1]) << 8
    for position in 0..<8 + length {
      for byte in [0, 0x22, 0x30, 0x39, 0x5D, 0x7D, 0xFF] as [UInt8] {
        var changed = whole
        changed[position] = byte
        do {
          let header = try changed.withUnsafeBytes { try SafetensorsHeader($0, path: "changed") }
          var position = 8 + length
          for name in header.names {
            let bytes = try #require(header.entries[name]?.bytes)
            #expect(bytes.lowerBound == position)
            position = bytes.upperBound
          }
          #expect(position == whole.count)
        } catch let failure as Failure {
          #expect(failure.kind == .badData)
        }
      }
    }
  }

  /// One array's header with the given members.
  private static func one(_ members: String) -> String { "{\"a\":{\(members)}}" }

  private static let attacks: [(header: String, data: Int, part: String)] = [
    (one("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]"), 4, "needs 8"),
    (one("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]"), 4, "truncated"),
    (one("\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,4]"), 8, "8..<4"),
    (one("\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]"), 8, "expected 0"),
    (one("\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]"), 8, "counts"),
    (one("\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]"), 4, "lacks"),
    (one("\"dtype\":\"F32\",\"shape\":[01],\"data_offsets\":[0,4]"), 4, "counts"),
    (
      one("\"dtype\":\"F32\",\"shape\":[4611686018427387905],\"data_offsets\":[0,4]"), 4,
      "more than memory"
    ),
    (
      one("\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,0],\"data_offsets\":[0,0]"), 0,
      "too large"
    ),
    (
      one("\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,99999999999999999999]"), 4,
      "too large"
    ),
    (one("\"dtype\":\"F33\",\"shape\":[1],\"data_offsets\":[0,4]"), 4, "unknown type 'F33'"),
    (one("\"dtype\":\"F32\",\"shape\":[1]"), 4, "lacks dtype, shape and data_offsets"),
    (one("\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]"), 4, "lacks dtype"),
    (one("\"dtype\":1,\"shape\":[1],\"data_offsets\":[0,4]"), 4, "no object, text or list"),
    (one("\"dtype\":\"F32\",\"shape\":\"1\",\"data_offsets\":[0,4]"), 4, "lacks dtype"),
    (
      one("\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]"), 4,
      "'dtype' twice"
    ),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
        + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "'a' twice"
    ),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
        + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "neither overlap"
    ),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
        + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}", 12, "leave holes"
    ),
    ("{\"a\":[1]}", 0, "is no object"),
    ("{\"__metadata__\":[1]}", 0, "__metadata__ is no object"),
    ("{\"__metadata__\":{\"a\":[1]}}", 0, "'a' is no text"),
    ("{}{}", 0, "goes on"), ("{", 0, "lacks"), ("{\"", 0, "without an end"), ("[]", 0, "'{'"),
    ("", 0, "'{'"), (" {}", 0, "'{'"), ("{\"a\":{\"b\":{\"c\":{\"d\":{}}}}}", 0, "too deeply"),
    ("{\"\\ud800\":{}}", 0, "surrogate"), ("{\"\\q\":{}}", 0, "escape"),
    ("{\"\\u00g0\":{}}", 0, "escape"), ("{\"a\nb\":{}}", 0, "control character"),
  ]

  @Test("headers that lie are refused", arguments: attacks.indices)
  func attack(index: Int) throws {
    let (header, data, part) = Self.attacks[index]
    let path = try put(header, data: data)
    expectFailure(.badData, path, part) { _ = try SafetensorsFile(contentsOf: path) }
  }

  @Test("absurd lengths and bytes that are not UTF-8 are refused")
  func absurd() throws {
    for length in [100_000_001, UInt64.max, UInt64(Int.max), 1 << 63] as [UInt64] {
      let path = try put("{}", data: 0, length: length)
      expectFailure(.badData, "claims \(length) bytes") {
        _ = try SafetensorsFile(contentsOf: path)
      }
    }
    expectFailure(.badData, "truncated") {
      _ = try SafetensorsFile(contentsOf: put("{}", data: 0, length: 3))
    }
    let bytes: [UInt8] =
      [7, 0, 0, 0, 0, 0, 0, 0] + Array("{\"".utf8) + [0xFF] + Array("\":{}".utf8)
    let path = try folder.put(bytes, "odd")
    expectFailure(.badData, "not UTF-8") { _ = try SafetensorsFile(contentsOf: path) }
  }

  @Test("escapes in names are read")
  func escapes() throws {
    let header =
      "{\"\\u0041\\ud835\\udd0a\\n\\/\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}"
    #expect(try SafetensorsFile(contentsOf: put(header, data: 1)).names == ["A𝔊\n/"])
  }
}
