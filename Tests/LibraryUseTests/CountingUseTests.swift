import DGflow
import Foundation
import Testing

/// Counting, merging and scoring with nothing but what the package offers to others.
struct CountingUseTests {
  @Test("text is counted in shards, merged, and scored against, through the public interface")
  func shards() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("dgflow-counting-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func write(_ lines: [String], _ name: String) throws -> String {
      try lines.joined(separator: "\n").write(
        toFile: folder + "/" + name, atomically: true, encoding: .utf8)
      return folder + "/" + name
    }
    let lines = (0..<600).map { "\($0 * $0 % 997) boats and \($0 % 13) lamps by the mill" }
    let shards = [
      try write(Array(lines[..<250]), "first"), try write(Array(lines[250...]), "second"),
    ]
    let samples = try write(
      lines.prefix(100).map { $0.replacing("boats", with: "goats") }, "samples")

    var counting = TextCounting()
    counting.orders = 1...4
    counting.length = 16
    let paths = try shards.map { shard in
      try counting.counts(of: [shard]).write(to: shard + ".counts")
      return shard + ".counts"
    }
    let merged = try CountsFile.merged(
      try paths.map { ($0, try CountsFile.open($0).file) }, settings: NGramCounter.Settings())
    let digest = try merged.write(to: folder + "/all.counts")
    #expect(try counting.counts(of: shards).write(to: folder + "/one.counts") == digest)

    var options = ScoringReference.Options()
    options.orders = [2, 4]
    options.metrics = [.jensenShannon, .recall]
    let reference = try ScoringReference(counts: folder + "/all.counts", options: options)
    let scores = try reference.score(reference.reader.samples(contentsOf: samples))
    #expect(scores.rows.compactMap(\.order) == [2, 4, 2, 4] && scores.missingLines == nil)
    let row = try #require(scores.rows.first)
    let (lower, upper) = (try #require(row.lower), try #require(row.upper))
    #expect(lower < row.value && row.value < upper && row.reference.digest == digest)
    #expect(try #require(row.floor) < row.value)
  }
}
