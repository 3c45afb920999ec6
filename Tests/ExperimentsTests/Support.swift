import Determinism
import Files
import Foundation
import GenerativeModels
import Runs
import Testing
import TextCoding

@testable import Experiments

/// An empty folder that goes away with the object.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/dgflow-experiments-\(UUID().uuidString)"
    try FileSystem.makeDirectory(path)
  }

  deinit { FileSystem.removeDirectory(path) }

  /// The path of a name inside.
  func file(_ name: String) -> String { "\(path)/\(name)" }
}

/// All bytes of a file, by plain means.
func contents(_ path: String) throws -> Data { try Data(contentsOf: URL(filePath: path)) }

/// Expects a failure of a kind whose one-line message holds all the given parts.
func expectFailure(
  _ kind: Failure.Kind, _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("no failure; expected \(kind)", sourceLocation: sourceLocation)
  } catch let failure as Failure {
    #expect(failure.kind == kind, "\(failure)", sourceLocation: sourceLocation)
    for part in parts {
      #expect(
        failure.message.contains(part), "\(failure) lacks \(part)", sourceLocation: sourceLocation)
    }
    #expect(!failure.message.contains("\n"), sourceLocation: sourceLocation)
  } catch {
    Issue.record("\(error) is no Failure", sourceLocation: sourceLocation)
  }
}

/// Text, corpora and trainings small enough for tests.
enum Small {
  static let windows = CutRule.windows(stride: 6, wordStart: true)

  /// Lines of plain words, few of them twice.
  static func lines(_ count: Int, words: Int = 4, seed: UInt64 = 1) -> [String] {
    let nouns = ["fox", "lamp", "river", "stone", "clerk", "tram", "garden", "letter", "boat"]
    let verbs = ["sees", "paints", "sells", "finds", "carries", "forgets", "mends"]
    let stream = RandomStream(seed: seed, name: "test text")
    return (0..<count).map { line in
      let text = (0..<words).map { word in
        let list = word.isMultiple(of: 2) ? nouns : verbs
        return list[
          stream.index(below: list.count, sample: UInt64(line), step: UInt32(word))]
      }
      return "\(line % 97) " + text.joined(separator: " ") + " ."
    }
  }

  static func corpus(
    at path: String, lines: [String] = lines(600), cut: CutRule = .first,
    change: (inout CorpusPreparation) throws -> Void = { _ in }
  ) throws -> PreparedCorpus {
    var preparation = CorpusPreparation()
    preparation.cut = cut
    preparation.length = 12
    try change(&preparation)
    let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
    let source = CorpusSource(name: "lines") { MemorySource(bytes) }
    return try PreparedCorpus.prepare([source], with: preparation, at: path)
  }

  static func recipe(
    iterations: Int = 12, averageDecay: Double? = 0.9, seed: UInt64 = 5
  ) -> AdversarialConfiguration {
    AdversarialConfiguration(
      batch: 8, shards: 2, averageDecay: averageDecay, seed: seed, iterations: iterations)
  }

  static var pace: TrainingSession.Pace {
    var pace = TrainingSession.Pace()
    pace.recordEvery = 2
    pace.evaluateEvery = 5
    pace.checkpointEvery = 4
    pace.sampleCount = 40
    return pace
  }

  static func session(
    at path: String, corpus: PreparedCorpus, recipe: AdversarialConfiguration = recipe(),
    pace: TrainingSession.Pace = pace, threads: Int = 1
  ) throws -> TrainingSession {
    try TrainingSession(
      beginning: path, corpus: corpus, preset: "tiny", networks: NetworkSize(width: 8),
      recipe: recipe, pace: pace, threads: threads)
  }

  /// A run that was trained for a few iterations.
  static func run(
    at path: String, corpus: PreparedCorpus, iterations: Int = 3
  ) throws -> Run {
    let session = try session(
      at: path, corpus: corpus, recipe: recipe(iterations: iterations, averageDecay: nil))
    _ = try session.run { _ in .proceed }
    return try Run(opening: path)
  }
}
