import Files
import Foundation
import Testing

@testable import Runs

@Suite("Training records")
struct RecordLogTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func record(_ iteration: Int, loss: Double = -0.1) -> TrainingRecord {
    TrainingRecord(
      iteration: iteration, seconds: 1.0 / 3, criticLoss: loss, penalty: 0.01, slope: 0.9,
      wasserstein: 2, criticGradientNorm: 3, generatorGradientNorm: 4,
      trainingGap: iteration.isMultiple(of: 2) ? 0.1 + 0.2 : nil,
      scores: iteration.isMultiple(of: 2)
        ? [.init(order: 4, value: 0.5, floor: nil, samples: 10, referenceStrings: 20)] : nil)
  }

  private func put(_ text: String) throws {
    try text.write(
      toFile: folder.file("records.jsonl"), atomically: false, encoding: .utf8)
  }

  private func lines(_ records: [TrainingRecord]) throws -> String {
    try records.map { try RecordLog.line($0) + "\n" }.joined()
  }

  @Test("records come back as they were, numbers that are not finite too")
  func roundTrip() throws {
    let records = [record(1), record(2), record(3, loss: .infinity)]
    try put(try lines(records))
    #expect(try RecordLog.read(run: folder.path) == records)
    try put(try lines([record(4, loss: .nan)]))
    #expect(try RecordLog.read(run: folder.path)[0].criticLoss.isNaN)
  }

  @Test("no file and an empty file hold no records")
  func empty() throws {
    #expect(try RecordLog.read(run: folder.path).isEmpty)
    try put("")
    #expect(try RecordLog.read(run: folder.path).isEmpty)
  }

  @Test("a line torn anywhere is passed over, and opening the file cuts it off")
  func torn() throws {
    let whole = try lines([record(1), record(2)])
    let last = Array(try RecordLog.line(record(3)).utf8)
    // Also whole but for its newline: whether it was written to its end nobody knows.
    for count in [1, 2, last.count / 2, last.count - 1, last.count] {
      try put(whole + String(decoding: last[..<count], as: UTF8.self))
      #expect(try RecordLog.read(run: folder.path) == [record(1), record(2)])
      let file = try AppendingFile(path: folder.file("records.jsonl"))
      #expect(file.repairedBytes == count)
      #expect(file.count == whole.utf8.count)
    }
  }

  @Test("a bad line in the middle is named with file and line")
  func badLine() throws {
    let file = folder.file("records.jsonl")
    try put(try lines([record(1)]) + "{}\n" + (try lines([record(2)])))
    expectFailure(.badData, file, "line 2") { _ = try RecordLog.read(run: folder.path) }
    try Data([0xFF, 0xFE, 0x0A]).write(to: URL(filePath: file))
    expectFailure(.badData, file, "line 1") { _ = try RecordLog.read(run: folder.path) }
  }

  @Test("a record is one line with sorted keys, and leaves out what was not measured")
  func line() throws {
    let text = try RecordLog.line(record(1))
    #expect(!text.contains("\n") && !text.contains("scores") && !text.contains("trainingGap"))
    #expect(text.hasPrefix(#"{"criticGradientNorm":3,"criticLoss":-0.1,"#))
  }
}
