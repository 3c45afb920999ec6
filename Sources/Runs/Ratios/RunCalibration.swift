import Files
import Glibc
import Refinement

/// Contents of `calibration.yml`: how well a run's critic is a log density ratio, by representation.
///
/// Fitted on the fit part of a corpus's validation split and as many generated samples, checked on
/// the check part and as many others.
public struct RunCalibration: Codable, Sendable, Equatable {
  /// Version of the file format that this build reads and writes.
  public static let formatVersion = 1

  /// The file's name in a run directory.
  public static let fileName = "calibration.yml"

  /// Format version of the file.
  public var format: Int
  /// Version of dgflow that wrote it.
  public var version: String
  /// Digest of the corpus whose validation split was used.
  public var corpusDigest: String
  /// Seed of the generated samples.
  public var seed: UInt64
  /// Training iteration of the weights that were calibrated.
  public var iteration: Int
  /// Mixing level ε of the `smoothed` representation.
  public var smoothing: Float
  /// One record a representation.
  public var records: [CalibrationRecord]
  /// Critics that were trained on, one a representation at most; nil where none was.
  public var continued: [ContinuedCritic]?

  /// A calibration of the current format and version.
  public init(
    corpusDigest: String, seed: UInt64, iteration: Int, smoothing: Float,
    records: [CalibrationRecord]
  ) {
    format = Self.formatVersion
    version = Version.current
    self.corpusDigest = corpusDigest
    self.seed = seed
    self.iteration = iteration
    self.smoothing = smoothing
    self.records = records
  }

  /// Reads and checks `calibration.yml`.
  ///
  /// - Throws: `Failure` of kind `missingInput` or `badData`.
  public init(contentsOf path: String) throws {
    self = try YAMLFile.read(RunCalibration.self, from: path, format: Self.formatVersion)
    guard smoothing >= 0, smoothing < 1 else {
      throw Failure(.badData, "\(path): `smoothing` is \(smoothing), outside [0, 1)")
    }
    for records in [records, (continued ?? []).map(\.record)]
    where Set(records.map(\.representation)).count != records.count {
      throw Failure(.badData, "\(path): a representation has two records")
    }
  }

  /// Writes `calibration.yml`, atomically.
  ///
  /// - Throws: `Failure` of kind `cannotWrite`.
  public func write(to path: String) throws { try YAMLFile.write(self, to: path) }

  /// Removes the calibration of a run, with all that was made along it; absent is fine.
  ///
  /// Training does so when it writes other weights, which the fit does not describe.
  ///
  /// - Throws: `Failure` of kind `cannotWrite`.
  public static func remove(run path: String) throws {
    try ContinuedCritic.remove(run: path)
    try RunStages.remove(run: path)
    try RunRefinement.remove(run: path)
    let file = path + "/" + fileName
    guard unlink(file) != 0, errno != ENOENT else { return }
    throw Failure(.cannotWrite, "cannot remove \(file): \(String(cString: strerror(errno)))")
  }

  /// The record of a representation; nil where it was not calibrated.
  public func record(_ representation: RatioRepresentation) -> CalibrationRecord? {
    records.first { $0.representation == representation }
  }

  /// The critic that was trained on in a representation; nil where none was.
  public func continuedCritic(_ representation: RatioRepresentation) -> ContinuedCritic? {
    continued?.first { $0.representation == representation }
  }
}
