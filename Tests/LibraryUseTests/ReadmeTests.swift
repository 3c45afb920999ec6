import DGflow
import Foundation
import Testing

/// The example of README.md is the one that is compiled here, and does what README.md says.
struct ReadmeTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  private static let root = folder.deletingLastPathComponent().deletingLastPathComponent()

  @Test("the example of README.md is the one that compiles here")
  func sameText() throws {
    let readme = try String(
      contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
    let marker = "<!-- compiled: Tests/LibraryUseTests/ReadmeExample.swift -->\n```swift\n"
    let parts = readme.components(separatedBy: marker)
    try #require(parts.count == 2, "README.md marks exactly one example as compiled")
    let example = try #require(parts[1].components(separatedBy: "\n```\n").first)
    let source = try String(
      contentsOf: Self.folder.appendingPathComponent("ReadmeExample.swift"), encoding: .utf8)
    let compiled = try #require(source.range(of: "import DGflow\n"))
    #expect(example + "\n" == source[compiled.lowerBound...])
  }

  @Test("the example refines samples of a run and scores them at orders 4 and 6")
  func runs() throws {
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("dgflow-readme-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(
      atPath: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: scratch) }

    let text = scratch + "/text.txt"
    try Self.sentences.joined(separator: "\n").write(
      toFile: text, atomically: true, encoding: .utf8)
    let corpus = try PreparedCorpus.prepare(
      [CorpusSource(path: text)], with: CorpusPreparation(), at: scratch + "/corpus")
    var pace = TrainingSession.Pace()
    pace.sampleCount = 10
    let session = try TrainingSession(
      beginning: scratch + "/run", corpus: corpus, preset: "tiny", networks: NetworkSize(width: 4),
      recipe: AdversarialConfiguration(batch: 8, iterations: 1), pace: pace, threads: 1)
    _ = try session.run { _ in .proceed }

    let rows = try refineAndScore(9, run: scratch + "/run", corpus: scratch + "/corpus")
    #expect(rows.filter { $0.metric == .jensenShannon }.compactMap(\.order) == [4, 6])
    #expect(rows.allSatisfy { $0.samples == 9 && $0.name == "refined" })
    for row in rows where row.metric == .jensenShannon {
      #expect((0...1).contains(row.value))
      #expect(row.floor != nil)
    }
  }

  /// A few hundred lines that differ within their first 32 symbols.
  private static let sentences = (0..<300).map { index in
    "\(["a boat", "the lamp", "one goose", "our mill", "the ferry"][index % 5]) numbered \(index) "
      + "was seen again near the harbour"
  }
}
