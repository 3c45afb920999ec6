import Determinism
import Files
import Foundation
import Testing

@testable import Runs

@Suite("YAML files")
struct YAMLFileTests {
  private struct Everything: Codable, Equatable {
    enum Kind: String, Codable { case no, yes }
    enum Rule: Codable, Equatable { case first, windows(stride: Int) }

    var zebra: [Double] = []
    var floats: [Float] = []
    var texts: [String] = []
    var kind = Kind.no
    var rules: [Rule] = [.first, .windows(stride: 3)]
    var nested: [String: [Int?]] = ["a b": [1, nil, -3]]
    var largest = UInt64.max
    var least = Int.min
    var isTrue = true
    var absent: Int?
    var empty: [Int] = []
    var nothing: [String: Int] = [:]
    var aardvark = 1
  }

  private let folder: TemporaryFolder
  private var file: String { folder.file("value.yml") }

  init() throws { folder = try TemporaryFolder() }

  private func roundTrip<Value: Codable>(_ value: Value) throws -> Value {
    try YAMLFile.write(value, to: file)
    return try YAMLFile.read(Value.self, from: file)
  }

  @Test("every Double and Float comes back with the same bits")
  func numbers() throws {
    let stream = RandomStream(seed: 4, name: "doubles")
    var value = Everything()
    value.zebra = [
      0.1, 1.0 / 3, 0.1 + 0.2, .pi, 1e-4, 3e-4, 0.999, -0.0, 0, 1, 1e15, 1e16, 1e22, 1e300,
      .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, .infinity,
      -.infinity,
    ]
    for sample in 0..<2_000 {
      let words = stream.words(sample: UInt64(sample), step: 0, block: 0)
      let pattern = Double(bitPattern: UInt64(words.x) << 32 | UInt64(words.y))
      if pattern.isFinite { value.zebra.append(pattern) }
      value.zebra.append(Double(words.z) / 3e9)
      let float = Float(bitPattern: words.w)
      if float.isFinite { value.floats.append(float) }
    }
    let read = try roundTrip(value)
    #expect(read.zebra.map(\.bitPattern) == value.zebra.map(\.bitPattern))
    #expect(read.floats.map(\.bitPattern) == value.floats.map(\.bitPattern))
    #expect(try roundTrip([Double.nan])[0].isNaN)
  }

  @Test("texts that look like something else come back as they were")
  func texts() throws {
    var value = Everything()
    value.texts = [
      "", " ", "no", "null", "~", "true", "1", "1e10", "1234567890123456", "0x1F", ".5", ".nan",
      "1:20", "2026-11-21", "<<", "*x", "&x", "- a", "a: b", "#c", "{", "'", "\"", "line\nbreak",
      "tab\t", "\u{0}", "\u{7F}", "\u{85}", "é😀", String(repeating: "long ", count: 100),
    ]
    #expect(try roundTrip(value) == value)
  }

  @Test("keys stand in the order of the type, absent values not at all")
  func order() throws {
    let text = try YAMLFile.text(of: Everything())
    let keys = text.split(separator: "\n").filter { !$0.hasPrefix(" ") && !$0.hasPrefix("-") }
      .map { String($0.prefix { $0 != ":" }) }
    #expect(
      keys == [
        "zebra", "floats", "texts", "kind", "rules", "nested", "largest", "least", "isTrue",
        "empty", "nothing", "aardvark",
      ])
    #expect(text.contains("kind: 'no'\n"))
  }

  @Test("a number is written as a person would write it")
  func plainNumbers() throws {
    #expect(try YAMLFile.text(of: [0.1, 3e-4, 10, 1e-5]) == "- 0.1\n- 0.0003\n- 10.0\n- 1e-05\n")
  }

  @Test("nesting without end, great size and other formats are refused, not followed")
  func hostile() throws {
    let deep = String(repeating: "[", count: 100_000)
    try deep.write(toFile: file, atomically: false, encoding: .utf8)
    expectFailure(.badData, file, "not readable as YAML") {
      _ = try YAMLFile.read([Int].self, from: file)
    }
    let large = String(repeating: "#", count: YAMLFile.largestSize + 1)
    try large.write(toFile: file, atomically: false, encoding: .utf8)
    expectFailure(.badData, file, "\(YAMLFile.largestSize + 1) bytes") {
      _ = try YAMLFile.read([Int].self, from: file)
    }
    try "a: 1\n---\na: 2\n".write(toFile: file, atomically: false, encoding: .utf8)
    expectFailure(.badData, file, "single document") {
      _ = try YAMLFile.read([String: Int].self, from: file)
    }
  }

  @Test("a file of another version is called that, whatever else it holds")
  func formats() throws {
    try "format: 3\nfuture: [1]\n".write(toFile: file, atomically: false, encoding: .utf8)
    expectFailure(.badData, file, "format 3", "reads format 1") {
      _ = try YAMLFile.read(TrainingSettings.self, from: file, format: 1)
    }
  }

  @Test("writing replaces the file as a whole or not at all")
  func atomic() throws {
    try YAMLFile.write([1], to: file)
    expectFailure(.cannotWrite, folder.file("none/value.yml")) {
      try YAMLFile.write([1], to: folder.file("none/value.yml"))
    }
    #expect(try FileSystem.names(in: folder.path) == ["value.yml"])
  }
}
