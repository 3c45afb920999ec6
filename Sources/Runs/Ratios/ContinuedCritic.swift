import Files
import GenerativeModels
import Glibc
import Refinement

/// A critic that was trained on as a classifier against the run's own generator.
///
/// How it was made, and how well its score is a log density ratio. Its weights lie beside, in
/// `critic-<representation>.safetensors`.
public struct ContinuedCritic: Codable, Sendable, Equatable {
  /// A look at the critic on the way.
  public struct Point: Codable, Sendable, Equatable {
    /// Steps done.
    public let step: Int
    /// Mean of half the training loss since the last look, nats a string; nil before the first step.
    public let trainingLogLoss: Double?
    /// Log loss on the fit part of the validation split and as many generated samples, nats a string;
    /// ln 2 = 0.693 for a critic that knows nothing.
    public let logLoss: Double

    /// A point.
    public init(step: Int, trainingLogLoss: Double?, logLoss: Double) {
      self.step = step
      self.trainingLogLoss = trainingLogLoss
      self.logLoss = logLoss
    }
  }

  /// How it was trained on.
  public let settings: CriticContinuation.Settings
  /// The step that was kept: the one with the least log loss.
  public let step: Int
  /// The looks, those after the kept step included.
  public let course: [Point]
  /// Fit and check of the kept critic.
  public let record: CalibrationRecord

  /// A record.
  public init(
    settings: CriticContinuation.Settings, step: Int, course: [Point], record: CalibrationRecord
  ) {
    self.settings = settings
    self.step = step
    self.course = course
    self.record = record
  }

  /// The representation that it was trained on in.
  public var representation: RatioRepresentation { record.representation }

  /// The representations in which a critic can be trained on: those that show real and generated text
  /// alike.
  public static let representations: [RatioRepresentation] = [.decoded, .smoothed]

  /// The name of the weights' file in a run directory.
  static func fileName(_ representation: RatioRepresentation) -> String {
    "critic-\(representation.rawValue).safetensors"
  }

  /// Writes the weights into a run, atomically; the record belongs into its `calibration.yml`.
  ///
  /// - Parameter iteration: training iteration of the generator that it was trained against.
  /// - Throws: `Failure` of kind `cannotWrite`.
  public func write(_ critic: TextCritic, run path: String, iteration: Int) throws {
    try write(critic, to: path + "/" + Self.fileName(representation), iteration: iteration)
  }

  /// Writes the weights to a file, atomically.
  ///
  /// - Throws: `Failure` of kind `cannotWrite`.
  func write(_ critic: TextCritic, to file: String, iteration: Int) throws {
    try critic.write(to: file, metadata: stamp(iteration: iteration))
  }

  /// What the weights' file says of itself, by which it is told from another's.
  fileprivate func stamp(iteration: Int) -> [String: String] {
    [
      "iteration": String(iteration), "step": String(step), "seed": String(settings.seed),
      "rate": String(settings.rate),
    ]
  }

  /// Removes the weights of all continued critics of a run; absent is fine.
  ///
  /// - Throws: `Failure` of kind `cannotWrite`.
  static func remove(run path: String) throws {
    for representation in representations {
      let file = path + "/" + fileName(representation)
      guard unlink(file) != 0, errno != ENOENT else { continue }
      throw Failure(.cannotWrite, "cannot remove \(file): \(String(cString: strerror(errno)))")
    }
  }
}

extension Run {
  /// Reads a critic that was trained on, which computes its convolutions as in training.
  ///
  /// - Throws: `Failure` of kind `usage` where the run has none, `missingInput` or `badData` where the
  ///   file is not what `calibration.yml` says.
  public func continuedCritic(_ representation: RatioRepresentation) throws -> TextCritic {
    guard let record = try calibration()?.continuedCritic(representation) else {
      throw ContinuedCritic.absent(representation, run: path)
    }
    return try critic(
      of: record, in: path + "/" + ContinuedCritic.fileName(representation),
      remedy: "run `dgflow calibrate --continue` again")
  }

  /// Reads a critic that was trained on from a file that a record describes.
  func critic(of record: ContinuedCritic, in file: String, remedy: String) throws -> TextCritic {
    let metadata = try SafetensorsFile(contentsOf: file).metadata
    let stamp = record.stamp(iteration: configuration.progress.iterations)
    guard stamp.allSatisfy({ metadata[$0.key] == $0.value }) else {
      throw Failure(
        .badData,
        "\(file) is not the critic that the record beside it describes; \(remedy)")
    }
    var critic = try TextCritic(contentsOf: file)
    try requireShape(of: critic, from: file)
    critic.convolution = configuration.training.convolution
    return critic
  }
}

extension ContinuedCritic {
  /// What to say where a run has no such critic.
  static func absent(_ representation: RatioRepresentation, run path: String) -> Failure {
    Failure(
      .usage,
      "\(path) has no critic continued on \(representation.rawValue) samples: run `dgflow calibrate "
        + "\(path) --reference CORPUS --continue` first, or give --ratio raw")
  }
}
