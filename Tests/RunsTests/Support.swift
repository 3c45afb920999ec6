import Determinism
import Files
import Foundation
import GenerativeModels
import Tensors
import Testing
import TextCoding

@testable import Runs

/// An empty folder that goes away with the object.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/dgflow-runs-\(UUID().uuidString)"
    try FileSystem.makeDirectory(path)
  }

  deinit { FileSystem.removeDirectory(path) }

  /// The path of a name inside.
  func file(_ name: String) -> String { "\(path)/\(name)" }
}

/// Replaces one text in a file by another, by plain means.
func edit(_ path: String, _ old: String, _ new: String) throws {
  let text = try String(contentsOfFile: path, encoding: .utf8)
  #expect(text.contains(old), "\(path) lacks \(old)")
  try text.replacing(old, with: new).write(toFile: path, atomically: false, encoding: .utf8)
}

/// Keeps the first bytes of a file.
func truncate(_ path: String, to count: Int) throws {
  try Data(contentsOf: URL(filePath: path)).prefix(count).write(to: URL(filePath: path))
}

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

/// The path of a golden file.
func fixture(_ name: String) -> String {
  URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name)").path
}

/// Text, models and runs small enough for tests.
enum Small {
  /// Different lines of plain words.
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

  /// Lines as an input of a preparation.
  static func source(_ lines: [String], name: String = "lines") -> CorpusSource {
    let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
    return CorpusSource(name: name, size: bytes.count) { MemorySource(bytes, name: name) }
  }

  /// A prepared corpus of 400 lines.
  static func corpus(
    at path: String, cut: CutRule = .first, length: Int = 12, lines: [String] = lines(400),
    change: (inout CorpusPreparation) -> Void = { _ in }
  ) throws -> PreparedCorpus {
    var preparation = CorpusPreparation()
    preparation.cut = cut
    preparation.length = length
    change(&preparation)
    return try PreparedCorpus.prepare([source(lines)], with: preparation, at: path)
  }

  /// A codec of some letters.
  static func codec(symbols: String = "abcdefghi", length: Int = 8) throws -> TextCodec {
    let vocabulary = try Vocabulary(unit: .scalar, symbols: symbols.map { Symbol(String($0)) })
    return TextCodec(vocabulary: vocabulary, length: length)
  }

  /// A model with initial weights, the generator's output made sharper so that its texts differ.
  static func model(codec: TextCodec, width: Int = 8) -> TextModel {
    let (length, size) = (codec.length, codec.vocabulary.count)
    var generator = TextGenerator(
      GeneratorConfiguration(
        latentWidth: 16, length: length, width: width, blocks: 1, vocabulary: size), seed: 3)
    generator.network.visitParameters(prefix: "") { name, tensor in
      guard name == "output.weight" else { return }
      tensor = Tensor(shape: tensor.shape, values: tensor.values.map { 8 * $0 })
    }
    return TextModel(
      generator: generator,
      critic: TextCritic(
        CriticConfiguration(length: length, width: width, blocks: 1, vocabulary: size), seed: 4),
      codec: codec)
  }

  /// Contents of `run.yml` that fit a model.
  static func configuration(of model: TextModel, iterations: Int = 7) -> RunConfiguration {
    RunConfiguration(
      preset: "tiny", seed: 5,
      corpus: .init(name: "lines", digest: "00000000000000c0", trainingStrings: 320),
      vocabulary: .init(
        digest: model.codec.vocabulary.digest, size: model.codec.vocabulary.count),
      generator: model.generator.configuration, critic: model.critic.configuration,
      training: AdversarialConfiguration(batch: 8, shards: 2, seed: 5, iterations: 20),
      progress: .init(iterations: iterations, seconds: 1.25, instructionSet: "avx2"))
  }

  /// A run directory with a model's weights.
  static func run(at path: String, model: TextModel, iterations: Int = 7) throws -> Run {
    try FileSystem.makeDirectory(path)
    try model.codec.vocabulary.write(to: path + "/vocabulary.tsv")
    try configuration(of: model, iterations: iterations).write(to: path + "/run.yml")
    let stamp = ["iteration": String(iterations)]
    try model.generator.write(to: path + "/generator.safetensors", metadata: stamp)
    try model.critic.write(to: path + "/critic.safetensors", metadata: stamp)
    return try Run(opening: path)
  }
}
