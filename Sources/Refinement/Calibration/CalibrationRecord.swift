import Files

/// What a run stores about its ratio (`calibration.yml`): how the score was made, the fit that turns
/// it into a log density ratio, and how far that can be believed.
public struct CalibrationRecord: Codable, Equatable, Sendable {
  /// The version of this format that this code writes and reads.
  public static let currentVersion = 1

  /// Version of the format.
  public let version: Int
  /// How the critic was shown the samples of fit and check.
  public let representation: RatioRepresentation
  /// Scale and offset, from the fit set.
  public let calibration: LogisticCalibration
  /// The midpoint of the mean scores of the fit set: the offset of a raw critic.
  public let centre: ScoreCentre
  /// The calibrated ratio on the check set.
  public let check: CalibrationCheck

  /// Fits on one part and checks on another.
  ///
  /// - Parameters:
  ///   - fit: scores to fit scale, offset and centre to.
  ///   - held: scores to check with, disjoint from those of the fit.
  ///   - representation: how the critic was shown the samples.
  ///   - ridge: λ of the fit.
  /// - Throws: `Failure` of kind `badData` for constant scores.
  public init(
    fit: ScoreSet, check held: ScoreSet, representation: RatioRepresentation,
    ridge: Double = LogisticCalibration.defaultRidge
  ) throws {
    let calibration = try LogisticCalibration(fitting: fit, ridge: ridge)
    version = Self.currentVersion
    self.representation = representation
    self.calibration = calibration
    centre = ScoreCentre(fit)
    check = try CalibrationCheck(held.map(calibration.logDensityRatio))
  }

  /// Reads a record.
  ///
  /// - Throws: `Failure` of kind `badData` for another version or for numbers that no fit gives.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    version = try container.decode(Int.self, forKey: .version)
    guard version == Self.currentVersion else {
      throw Failure(
        .badData,
        "calibration record has version \(version), this program reads version "
          + "\(Self.currentVersion): calibrate the run again")
    }
    representation = try container.decode(RatioRepresentation.self, forKey: .representation)
    calibration = try container.decode(LogisticCalibration.self, forKey: .calibration)
    centre = try container.decode(ScoreCentre.self, forKey: .centre)
    check = try container.decode(CalibrationCheck.self, forKey: .check)
    guard calibration.scale.isFinite, calibration.offset.isFinite, centre.centre.isFinite else {
      throw Failure(
        .badData,
        "calibration record has scale \(calibration.scale), offset \(calibration.offset), centre "
          + "\(centre.centre); all must be finite: calibrate the run again")
    }
  }
}
