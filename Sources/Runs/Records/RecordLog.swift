import Files
import Foundation

/// The file `records.jsonl` of a run: one JSON object a line, appended while training.
///
/// A line that a crash has torn is passed over, and cut off when the file is opened again; records
/// beyond the iteration that training resumes from are dropped then, so that the curve never runs
/// twice.
public enum RecordLog {
  /// All records of a run directory; empty when there is no file.
  ///
  /// - Throws: `Failure` of kind `badData` naming file and line.
  public static func read(run path: String) throws -> [TrainingRecord] {
    let file = path + "/records.jsonl"
    guard FileSystem.exists(file) else { return [] }
    let bytes = try MappedFile(path: file).withBytes { Data($0) }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    // What follows the last newline is a line that a crash has torn; opening the file cuts it off.
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
    return try lines.enumerated().compactMap { index, line in
      if line.isEmpty { return nil }
      do {
        return try decoder.decode(TrainingRecord.self, from: line)
      } catch {
        throw Failure(
          .badData,
          "\(file), line \(index + 1): not a training record; it was changed by hand or is damaged",
          cause: error)
      }
    }
  }

  /// The line of a record without its newline; numbers that are not finite are written as text.
  ///
  /// - Throws: `Failure` of kind `internalFault`.
  public static func line(_ record: TrainingRecord) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      return String(decoding: try encoder.encode(record), as: UTF8.self)
    } catch {
      throw Failure(
        .internalFault, "cannot encode the record of iteration \(record.iteration)", cause: error)
    }
  }
}
