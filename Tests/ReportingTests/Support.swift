import Files
import Foundation
import NGramScoring
import Refinement
import Runs
import Testing
import TextCoding

@testable import Reporting

/// An empty folder that goes away with the object.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/dgflow-reporting-\(UUID().uuidString)"
    try FileSystem.makeDirectory(path)
  }

  deinit { FileSystem.removeDirectory(path) }
}

/// Results small enough for tests, made by the code that makes real ones.
enum Small {
  /// Token strings of length 6 over nine symbols.
  static func digits(_ count: Int, _ number: (Int) -> Int) -> TokenStrings {
    TokenStrings(tokens: (0..<count * 6).map { UInt16(2 + number($0) % 9) }, length: 6)
  }

  /// Real floors of a made-up corpus of digits.
  static func floors(samples: Int, lines: Int = 300) throws -> [OrderFloors]? {
    let strings = digits(lines) { $0 * $0 % 11 }
    let scorer = try NGramScorer(reference: strings.prefix(50), vocabularySize: 11, orders: [2])
    return try scorer.floors(
      samples: samples, from: strings.rows(Array(50..<lines)), seed: 3
    ).value
  }

  static func rows(
    name: String = "ours", count: Int = 40, hasFloor: Bool = true, split: String? = "test"
  ) throws -> [ScoreRow] {
    let strings = digits(count) { $0 * 7 }
    let reference = digits(50) { $0 * $0 % 11 }
    let scorer = try NGramScorer(reference: reference, vocabularySize: 11, orders: [2])
    return ScoreRow.rows(
      name: name, scores: try scorer.scores(of: strings),
      floors: hasFloor ? try floors(samples: count) : nil,
      reference: .init(name: "digits", split: split, lines: 50, digest: "00000000000000d1"),
      seed: 3)
  }

  /// A calibration of made-up scores: real ones `shift` above generated ones.
  static func calibration(shift: Double) throws -> RunCalibration {
    func scores(_ phase: Double) throws -> ScoreSet {
      let noise = (0..<40).map { (index: Int) -> Double in
        phase - 1 + Double(index * 17 % 40) / 20
      }
      return try ScoreSet(real: noise.map { $0 + shift }, generated: noise.reversed())
    }
    return RunCalibration(
      corpusDigest: "00000000000000c0", seed: 3, iteration: 7, smoothing: 0.1,
      records: try RatioRepresentation.allCases.map {
        try CalibrationRecord(
          fit: try scores(0), check: try scores(0.01), representation: $0)
      })
  }
}
