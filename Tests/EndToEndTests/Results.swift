import Foundation
import Testing

/// A score's row as its JSON has it.
struct ScoredRow: Decodable {
  struct Reference: Decodable {
    let name: String
    let split: String?
    let lines: Int
    let digest: String?
  }

  struct Truth: Decodable, Equatable {
    let estimate: Double?
    let lower: Double?
    let upper: Double?
    let gap: String?
  }

  let name: String
  let metric: String
  let order: Int?
  let value: Double
  let floor: Double?
  let floorDeviation: Double?
  let excess: Double?
  let estimand: String?
  let standardError: Double?
  let lower: Double?
  let upper: Double?
  let intervalGap: String?
  let trueDivergence: Truth?
  let samples: Int
  let reference: Reference
  let seed: Int

  /// Everything that a different way to the same n-grams must not change, to the last digit.
  var numbers: [String] {
    [
      metric, "\(order ?? 0)", "\(value)", "\(floor ?? -1)", "\(floorDeviation ?? -1)",
      "\(excess ?? -1)", "\(standardError ?? -1)", "\(lower ?? -1)", "\(upper ?? -1)",
      intervalGap ?? "", "\(String(describing: trueDivergence))", "\(samples)",
      "\(reference.lines)",
    ]
  }
}

/// What `score --json` prints.
struct Scored: Decodable {
  struct Difference: Decodable {
    struct Value: Decodable {
      let order: Int
      let value: Double
      let lower: Double?
      let upper: Double?
      let paired: Bool
    }

    let name: String
    let base: String
    let difference: Value
  }

  struct Settings: Decodable {
    let metrics: [String]
    let orders: [Int]
    let draws: Int
    let length: Int
    let plain: Bool
    let parity: Bool
    let comparable: Bool?
    let missingLines: [Int?]
    let differences: [Difference]
  }

  let schema: String
  let settings: Settings
  let rows: [ScoredRow]

  /// All numbers of all rows.
  var numbers: [[String]] { rows.map(\.numbers) }

  /// The row of a metric.
  func row(_ metric: String, _ order: Int? = nil) -> ScoredRow? {
    rows.first { $0.metric == metric && $0.order == order }
  }

  /// Scores by a line of shell after `dgflow score`, which `--json` is added to.
  init(_ line: String, in scratch: Scratch, at location: SourceLocation = #_sourceLocation) throws {
    let outcome = try Tool.shell("dgflow score \(line) --json", folder: scratch.folder)
    #expect(outcome.status == 0, "\(line): \(outcome.errors)", sourceLocation: location)
    self = try JSONDecoder().decode(Scored.self, from: Data(outcome.output.utf8))
  }
}

/// Numbers that look like chance and are the same in every run.
struct LinearNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let word = (state ^ state >> 29) &* 0xBF58_476D_1CE4_E5B9
    return word ^ word >> 32
  }
}
