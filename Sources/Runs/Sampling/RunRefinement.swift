import Files
import Refinement

/// Contents of `refinement.yml`: how a run is best refined, found on the tune part of validation text.
///
/// `dgflow refine` uses it where nothing else is said.
public struct RunRefinement: RunRecord {
  /// Version of the file format that this build reads and writes.
  public static let formatVersion = 1
  /// The file's name in a run directory.
  public static let fileName = "refinement.yml"
  /// The command that makes it.
  public static let command = "dgflow refine --auto"

  /// Format version of the file.
  public var format: Int
  /// Version of dgflow that wrote it.
  public var version: String
  /// Digest of the corpus whose validation text decided.
  public var corpusDigest: String
  /// Seed of latents and noise.
  public var seed: UInt64
  /// Training iteration of the weights.
  public var iteration: Int
  /// The ratio that is climbed.
  public var ratio: RatioChoice
  /// The method with its settings.
  public var settings: MethodSettings
  /// What was tried, the last rounds' with most samples.
  public var candidates: [RefinementCandidate]
  /// Cost units that the search took.
  public var spent: Int

  /// A choice of the current format and version.
  public init(
    corpusDigest: String, seed: UInt64, iteration: Int, ratio: RatioChoice,
    settings: MethodSettings, candidates: [RefinementCandidate], spent: Int
  ) {
    format = Self.formatVersion
    version = Version.current
    self.corpusDigest = corpusDigest
    self.seed = seed
    self.iteration = iteration
    self.ratio = ratio
    self.settings = settings
    self.candidates = candidates
    self.spent = spent
  }

  /// Checks the settings.
  public func check(_ path: String) throws {
    do { try settings.validate() } catch {
      throw Failure(.badData, "\(path): the settings are out of range", cause: error)
    }
  }

  /// The card's sentence.
  public var sentences: [String] {
    ["Refined best by \(settings.title), \(settings.words), as `\(Self.command)` found."]
  }

  /// Removes the choice of a run, which another ratio or other weights make void; absent is fine.
  ///
  /// - Throws: `Failure` of kind `cannotWrite`.
  public static func remove(run path: String) throws {
    try FileSystem.removeFile(file(run: path))
  }
}

/// Settings of a flow that were tried, and what they did along their steps.
public struct RefinementCandidate: Codable, Sendable, Equatable {
  /// The state of the samples after some steps.
  public struct Look: Codable, Sendable, Equatable {
    /// Steps taken; 0 is where the flow begins.
    public var step: Int
    /// JS-n of the decoded samples against the tune part, by order.
    public var divergences: [Double]
    /// n-gram recall by mass at the first order.
    public var recall: Double
    /// Mean of d, nats.
    public var meanRatio: Double
    /// Mean of ‖z‖/√Z.
    public var meanNorm: Double
    /// Share of symbols that differ from those at the look before.
    public var changed: Double

    /// A look.
    public init(
      step: Int, divergences: [Double], recall: Double, meanRatio: Double, meanNorm: Double,
      changed: Double
    ) {
      self.step = step
      self.divergences = divergences
      self.recall = recall
      self.meanRatio = meanRatio
      self.meanNorm = meanNorm
      self.changed = changed
    }
  }

  /// Why no later look counts.
  public enum End: String, Codable, Sendable {
    /// All steps were taken.
    case budget
    /// JS of decoded text rose twice in a row.
    case divergenceRises
    /// The mean norm left the prior's shell.
    case leavesShell
    /// d rose and the text stayed as it was.
    case textStays
  }

  /// Divergence, η, γ and the steps that are best.
  public let settings: RefinementSettings
  /// Samples that it was tried on.
  public let samples: Int
  /// The looks, in order, up to the one that ended it.
  public let looks: [Look]
  /// Index of the best look.
  public let best: Int
  /// Why no later look counts.
  public let end: End

  /// The outcome of a trial.
  public init(settings: RefinementSettings, samples: Int, looks: [Look], best: Int, end: End) {
    self.settings = settings
    self.samples = samples
    self.looks = looks
    self.best = best
    self.end = end
  }
}

extension Run {
  /// Reads `refinement.yml`; nil where the run was not tuned.
  ///
  /// - Throws: `Failure` of kind `badData`, also when it was made for weights of another iteration.
  public func refinement() throws -> RunRefinement? { try record(RunRefinement.self) }
}
