import Foundation
import Testing

/// `dgflow benchmark`: its forms, not its times.
@Suite struct BenchmarkTests {
  private let quick = ["--seconds", "0", "--repetitions", "1", "--quiet"]

  @Test("steps as a table and as JSON: rows in order, the envelope, numbers that are there")
  func steps() throws {
    let words = [
      "benchmark", "--width", "2", "--width", "3", "--batch", "2", "--vocabulary", "5", "--length",
      "4", "--blocks", "1", "--threads", "2",
    ]
    let table = try Tool.run(words + quick)
    #expect(table.status == 0 && table.errors == "")
    #expect(table.lines.count == 1 + 6 + 1 + 2)
    #expect(table.lines.first?.hasPrefix("width  batch  step") == true)

    let rows = try rows(words + quick)
    #expect(
      rows.compactMap { $0["step"] as? String }.prefix(4) == [
        "critic", "generator", "refinement", "critic",
      ])
    for row in rows {
      let size = try #require(row["size"] as? [String: Any])
      #expect(size["vocabulary"] as? Int == 5 && size["length"] as? Int == 4)
      #expect(row["batch"] as? Int == 2 && row["threads"] as? Int == 2)
      #expect(row["instructionSet"] is String && row["peakMemory"] is Int)
      let times = try #require(row["times"] as? [String: Any])
      #expect(times["repetitions"] as? Int == 1)
      for key in ["medianSeconds", "leastSeconds", "operations", "peakOperationsPerSecond"] {
        #expect(try #require(times[key] as? Double) > 0)
      }
    }
  }

  @Test("a product as a table and as JSON")
  func product() throws {
    let words = ["benchmark", "--product", "3x4x5", "--product", "1x1x1"] + quick
    let table = try Tool.run(words)
    #expect(table.status == 0 && table.lines.count == 4)
    #expect(table.lines[1].hasPrefix("3x4x5 "))
    let rows = try rows(words)
    #expect(rows.count == 2)
    #expect(rows.first?["extents"] as? [String: Int] == ["rows": 3, "columns": 4, "depth": 5])
  }

  @Test(
    "what cannot be timed is refused with the option's name",
    arguments: [
      (["--width", "0"], "--width 0"), (["--width", "20000"], "width 20000"),
      (["--batch", "-1"], "--batch -1"), (["--seconds", "nan"], "--seconds nan"),
      (["--repetitions", "0"], "--repetitions 0"), (["--step", "training"], "training"),
      (["--product", "3x4"], "3x4"), (["--product", "3x4x0"], "3x4x0"),
      (["--product", "1x1x1", "--width", "3"], "--product"),
    ])
  func refused(words: [String], part: String) throws {
    let outcome = try Tool.run(["benchmark"] + words)
    #expect(outcome.status == 64 && outcome.output == "")
    #expect(outcome.errorLines.count == 1 && outcome.errors.contains(part), "\(outcome.errors)")
  }

  private func rows(_ words: [String]) throws -> [[String: Any]] {
    let outcome = try Tool.run(words + ["--json"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    let envelope = try #require(object as? [String: Any])
    #expect(envelope.keys.sorted() == ["rows", "schema", "seed", "settings", "version"])
    #expect(envelope["schema"] as? String == "dgflow.benchmark/1")
    #expect(envelope["seed"] is NSNull)
    return try #require(envelope["rows"] as? [[String: Any]])
  }
}
