import Files
import GenerativeModels
import Refinement

/// Contents of `stages.yml`: the stages of a run's staged refinement, with how their ratios were fitted.
///
/// The critic of stage k, in `critic-stage-<k>.safetensors`, was trained on as a classifier of real text and samples
/// that had passed the stages before it.
public struct RunStages: RunRecord {
  /// A ratio and what is done along it.
  public struct Stage: Codable, Sendable, Equatable {
    /// OBRS or a flow.
    public let settings: MethodSettings
    /// How the critic was made, with fit and check.
    public let critic: ContinuedCritic

    /// A stage.
    public init(settings: MethodSettings, critic: ContinuedCritic) {
      self.settings = settings
      self.critic = critic
    }
  }

  /// Version of the file format that this build reads and writes.
  public static let formatVersion = 1
  /// The file's name in a run directory.
  public static let fileName = "stages.yml"
  /// The command that makes it.
  public static let command = "dgflow stage"
  /// Most stages that a file may have: 16, chosen here.
  public static let mostStages = 16

  /// Format version of the file.
  public var format: Int
  /// Version of dgflow that wrote it.
  public var version: String
  /// Digest of the corpus that the critics were trained and fitted on.
  public var corpusDigest: String
  /// Seed of everything drawn.
  public var seed: UInt64
  /// Training iteration of the generator.
  public var iteration: Int
  /// Samples that stood for the generated text at each stage.
  public var particles: Int
  /// Spent on moving them through the stages.
  public var cost: RefinementCost
  /// Wall-clock seconds of the whole fit.
  public var seconds: Double
  /// The stages in order.
  public var stages: [Stage]

  /// Stages of the current format and version.
  public init(
    corpusDigest: String, seed: UInt64, iteration: Int, particles: Int, cost: RefinementCost,
    seconds: Double, stages: [Stage]
  ) {
    format = Self.formatVersion
    version = Version.current
    self.corpusDigest = corpusDigest
    self.seed = seed
    self.iteration = iteration
    self.particles = particles
    self.cost = cost
    self.seconds = seconds
    self.stages = stages
  }

  /// Checks the number of stages and their settings.
  public func check(_ path: String) throws {
    guard (1...Self.mostStages).contains(stages.count) else {
      throw Failure(.badData, "\(path): \(stages.count) stages, outside 1 to \(Self.mostStages)")
    }
    do { try settings.validate() } catch {
      throw Failure(.badData, "\(path): a stage is out of range", cause: error)
    }
  }

  /// The card's sentences: one a stage.
  public var sentences: [String] {
    stages.enumerated().map { index, stage in
      "Stage \(index + 1) of a staged refinement, \(stage.settings.title), \(stage.settings.words); its "
        + "critic: \(stage.critic.quality)."
    }
  }

  /// The settings of the whole refinement.
  public var settings: MethodSettings {
    var settings = MethodSettings(.staged)
    settings.stages = stages.map(\.settings)
    return settings
  }

  /// Writes `stages.yml` and the critics beside it into a run, each atomically; the record comes last.
  ///
  /// - Throws: `Failure` of kind `cannotWrite`.
  public func write(_ critics: [TextCritic], run path: String) throws {
    precondition(critics.count == stages.count, "RunStages.write: \(critics.count) critics")
    for (index, (critic, stage)) in zip(critics, stages).enumerated() {
      try stage.critic.write(critic, to: Self.weights(index, run: path), iteration: iteration)
    }
    try write(run: path)
    // What is left of a longer refinement that stood here before.
    try Self.removeWeights(stages.count..<Self.mostStages, run: path)
  }

  /// Removes the stages of a run; absent is fine.
  ///
  /// - Throws: `Failure` of kind `cannotWrite`.
  static func remove(run path: String) throws {
    try FileSystem.removeFile(file(run: path))
    try removeWeights(0..<mostStages, run: path)
  }

  private static func removeWeights(_ stages: Range<Int>, run path: String) throws {
    for index in stages { try FileSystem.removeFile(weights(index, run: path)) }
  }

  /// The file of a stage's critic, stages counted from 0.
  static func weights(_ index: Int, run path: String) -> String {
    "\(path)/critic-stage-\(index + 1).safetensors"
  }

  /// The ratio of the whole refinement: that of the last stage, with those of all stages in it.
  ///
  /// - Parameter model: generator and codec of the run.
  /// - Throws: `Failure` where a critic is missing or another's, or its fit cannot serve.
  public func ratio(of model: TextModel, run: Run) throws -> ResolvedRatio {
    let ratios = try stages.indices.map { index in
      let stage = stages[index]
      let critic = try run.critic(
        of: stage.critic, in: Self.weights(index, run: run.path),
        remedy: "run `\(Self.command)` again")
      return try Self.ratio(
        of: critic, stage.critic, model: model, for: stage.settings.method, run: run.path)
    }
    return ResolvedRatio(stages: ratios)
  }

  /// The ratio of one stage.
  public static func ratio(
    of critic: TextCritic, _ record: ContinuedCritic, model: TextModel, for method: MethodName,
    run path: String
  ) throws -> ResolvedRatio {
    let choice = RatioChoice(kind: .continued, representation: record.representation)
    let continued = TextModel(
      generator: model.generator, critic: critic, codec: model.codec,
      continuation: record.name)
    return try choice.ratio(of: continued, by: record, for: method, run: path)
  }
}

extension Run {
  /// Reads `stages.yml`; nil where the run has no stages.
  ///
  /// - Throws: `Failure` of kind `badData`, also when it was made for weights of another iteration.
  public func stages() throws -> RunStages? { try record(RunStages.self) }

  /// As ``stages()``, for who needs them.
  ///
  /// - Throws: `Failure` of kind `usage` where the run has none.
  public func requireStages() throws -> RunStages {
    if let stages = try stages() { return stages }
    throw Failure(
      .usage,
      "\(path) has no stages: run `dgflow stage \(path) --reference CORPUS` first")
  }
}
