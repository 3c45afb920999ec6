import Files
import Foundation

/// The file `records.jsonl` of a run: one JSON object a line, appended while training.
///
/// A line that a crash has torn is cut off when the file is opened again, and records beyond the
/// iteration that training resumes from are dropped, so that the curve never runs twice.
public enum RecordLog {
  /// All records of a run directory; empty when there is no file.
  ///
  /// - Throws: `Failure` of kind `badData` naming file and line.
  public static func read(run path: String) throws -> [TrainingRecord] {
    let file = path + "/records.jsonl"
    guard FileSystem.exists(file) else { return [] }
    let text = try TextFile.read(file)
    let decoder = JSONDecoder()
    var records: [TrainingRecord] = []
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() where !line.isEmpty {
      do {
        records.append(try decoder.decode(TrainingRecord.self, from: Data(line.utf8)))
      } catch {
        // Only the last line can be torn, by a crash while it was written.
        if number == lines.count - 1 { break }
        throw Failure(.badData, "\(file), line \(number + 1): not a training record", cause: error)
      }
    }
    return records
  }

  /// The line of a record without its newline.
  public static func line(_ record: TrainingRecord) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(record), as: UTF8.self)
  }
}
