import Files
import GenerativeModels
import Refinement

/// A critic that was trained on against the run's own generator.
///
/// How it was made, and how well its score is a log density ratio. Its weights lie beside, in
/// `critic-<name>.safetensors`.
public struct ContinuedCritic: Codable, Sendable, Equatable {
  /// By what, and on what, a critic is trained on.
  public enum Name: String, Codable, CaseIterable, Sendable {
    /// As a classifier of decoded samples.
    case decoded
    /// As a classifier of smoothed samples.
    case smoothed
    /// By the objective and on the samples of the training, whose generator moved on before the critic could settle.
    case converged

    /// The classifier in a representation; nil where none shows real and generated text alike.
    public init?(_ representation: RatioRepresentation) {
      self.init(rawValue: representation.rawValue)
    }

    /// What the fit is made on; decoded text for the converged critic, whose score tells sharpness too.
    public var representation: RatioRepresentation { self == .smoothed ? .smoothed : .decoded }
  }

  /// A look at the critic on the way.
  public struct Point: Codable, Sendable, Equatable {
    /// Steps done.
    public let step: Int
    /// Mean of half the training loss since the last look, nats a string; nil before the first step and for the
    /// converged critic, whose loss is no log loss.
    public let trainingLogLoss: Double?
    /// Log loss on the fit part of the validation split and as many generated samples, nats a string, of the score
    /// as it is or, for the converged critic, of its fit; ln 2 = 0.693 for a critic that knows nothing.
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

  /// The representation of its fit.
  public var representation: RatioRepresentation { record.representation }

  /// Which of a run's critics it is.
  public var name: Name {
    settings.objective == .wasserstein
      ? .converged : representation == .smoothed ? .smoothed : .decoded
  }

  /// How well it tells real text from samples, in words.
  var quality: String {
    let check = record.check
    return
      "AUC \(RunCard.figure(check.areaUnderCurve)), log loss \(RunCard.figure(check.logLoss)), "
      + check.verdict
  }

  /// The name of the weights' file in a run directory.
  static func fileName(_ name: Name) -> String { "critic-\(name.rawValue).safetensors" }

  /// Writes the weights into a run, atomically; the record belongs into its `calibration.yml`.
  ///
  /// - Parameter iteration: training iteration of the generator that it was trained against.
  /// - Throws: `Failure` of kind `cannotWrite`.
  public func write(_ critic: TextCritic, run path: String, iteration: Int) throws {
    try write(critic, to: path + "/" + Self.fileName(name), iteration: iteration)
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
    for name in Name.allCases {
      try FileSystem.removeFile(path + "/" + fileName(name))
    }
  }
}

extension Run {
  /// Reads a critic that was trained on, which computes its convolutions as in training.
  ///
  /// - Throws: `Failure` of kind `usage` where the run has none, `missingInput` or `badData` where the
  ///   file is not what `calibration.yml` says.
  public func continuedCritic(_ name: ContinuedCritic.Name) throws -> TextCritic {
    guard let record = try calibration()?.continuedCritic(name) else {
      throw ContinuedCritic.absent(name, run: path)
    }
    return try critic(
      of: record, in: path + "/" + ContinuedCritic.fileName(name),
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
  static func absent(_ name: Name, run path: String) -> Failure {
    let critic =
      name == .converged ? "converged critic" : "critic continued on \(name.rawValue) samples"
    return Failure(
      .usage,
      "\(path) has no \(critic): run `dgflow calibrate \(path) --reference CORPUS --continue` first, "
        + "or give --ratio raw")
  }
}
