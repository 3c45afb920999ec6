import Files
import NGramScoring
import Runs
import TextCoding

/// How hard a corpus is to imitate: floors and the cross-entropy of a character n-gram model.
public struct CorpusStatistics: Codable, Sendable {
  /// Strings of the training split.
  public let trainingStrings: Int
  /// Share of training strings that are distinct, in (0, 1]; nil where they were not counted.
  public let distinctShare: Double?
  /// Order of the character n-gram model: the default, or the strings' length where that is less.
  public let modelOrder: Int
  /// Cross-entropy of the test split under the model of the training split.
  public let crossEntropy: CrossEntropy
  /// Floors of JS-n at `floorSamples` against the test split; nil where there are too few lines.
  public let floors: [OrderFloors]?
  /// Lines that are missing for a floor, where it is nil.
  public let missingLines: Int?
  /// Samples of the floors.
  public let floorSamples: Int
  /// Strings of the test split, the floors' reference.
  public let referenceStrings: Int

  /// Measures a corpus.
  ///
  /// - Parameters:
  ///   - count: samples for which floors are given.
  ///   - seed: seed of the floors' draws.
  /// - Throws: `Failure` of kind `badData` when a split is empty.
  public init(_ corpus: PreparedCorpus, count: Int, seed: UInt64, threads: Int) throws {
    let training = try corpus.strings(.train)
    let test = try corpus.strings(.test)
    guard test.count > 0 else {
      throw Failure(
        .badData, "\(corpus.path) has no test strings; prepare it with a larger --test share")
    }
    let vocabularySize = corpus.codec.vocabulary.count
    trainingStrings = training.count
    let distinct = corpus.description.report.train.distinct
    distinctShare = distinct > 0 ? Double(distinct) / Double(training.count) : nil
    modelOrder = min(ScoringDefaults.modelOrder, corpus.codec.length)
    crossEntropy = try CharacterModel(
      training: training, order: modelOrder, vocabularySize: vocabularySize, threads: threads
    ).crossEntropy(of: test, threads: threads)
    let scorer = try NGramScorer(
      reference: test, vocabularySize: vocabularySize,
      orders: TrainingEvaluation.orders(corpus.codec.length),
      settings: NGramCounter.Settings(threads: threads))
    let estimate = try scorer.floors(
      samples: count, from: training, lineNumbers: try corpus.lineNumbers(.train), seed: seed)
    floors = estimate.value
    missingLines = estimate.missingLines
    floorSamples = count
    referenceStrings = test.count
  }
}
