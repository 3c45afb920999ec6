import Files
import Refinement

/// Contents of `calibration.yml`: how well a run's critic is a log density ratio, by representation.
///
/// Fitted on the fit part of a corpus's validation split and as many generated samples, checked on
/// the check part and as many others.
public struct RunCalibration: RunRecord {
  /// Version of the file format that this build reads and writes.
  public static let formatVersion = 1

  /// The file's name in a run directory.
  public static let fileName = "calibration.yml"
  /// The command that makes it.
  public static let command = "dgflow calibrate"

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
  /// Critics that were trained on, one of each name at most; nil where none was.
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

  /// Checks ranges, and that no representation has two records.
  public func check(_ path: String) throws {
    guard smoothing >= 0, smoothing < 1 else {
      throw Failure(.badData, "\(path): `smoothing` is \(smoothing), outside [0, 1)")
    }
    for names in [records.map(\.representation.rawValue), (continued ?? []).map(\.name.rawValue)]
    where Set(names).count != names.count {
      throw Failure(.badData, "\(path): a representation has two records")
    }
  }

  /// Removes the calibration of a run, with all that was made along it; absent is fine.
  ///
  /// Training does so when it writes other weights, which the fit does not describe.
  ///
  /// - Throws: `Failure` of kind `cannotWrite`.
  public static func remove(run path: String) throws {
    try ContinuedCritic.remove(run: path)
    try RunStages.remove(run: path)
    try RunRefinement.remove(run: path)
    try FileSystem.removeFile(file(run: path))
  }

  /// The card's sentences: one a critic and representation.
  public var sentences: [String] {
    records.map {
      "Critic as a log density ratio, \($0.representation.rawValue): AUC "
        + "\(RunCard.figure($0.check.areaUnderCurve)), \($0.check.verdict)."
    }
      + (continued ?? []).map {
        "Critic trained on for \($0.step) steps "
          + ($0.name == .converged
            ? "by its own objective" : "as a classifier of \($0.name.rawValue) samples")
          + ": \($0.quality)."
      }
  }

  /// The record of a representation; nil where it was not calibrated.
  public func record(_ representation: RatioRepresentation) -> CalibrationRecord? {
    records.first { $0.representation == representation }
  }

  /// The critic that was trained on under a name; nil where none was.
  public func continuedCritic(_ name: ContinuedCritic.Name) -> ContinuedCritic? {
    continued?.first { $0.name == name }
  }
}

extension Run {
  /// Reads `calibration.yml`; nil where the run was not calibrated.
  ///
  /// - Throws: `Failure` of kind `badData`, also when it was made for weights of another iteration:
  ///   the critic has moved since, so scale and offset are no longer its own.
  public func calibration() throws -> RunCalibration? { try record(RunCalibration.self) }
}
