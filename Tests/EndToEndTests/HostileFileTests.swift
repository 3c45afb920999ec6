import Foundation
import Testing

/// Corrupt, truncated and hostile files: status 65 and a line that names the file.
@Suite struct HostileFileTests {
  private let scratch: Scratch
  private let run: String
  private let corpus: String

  init() throws {
    scratch = try Scratch()
    run = try scratch.copy(try Workshop.shared.run, as: "run")
    corpus = try scratch.copy(try Workshop.shared.corpus, as: "corpus")
  }

  private func dgflow(_ arguments: String...) throws -> Tool.Outcome {
    try Tool.run(arguments, folder: scratch.folder)
  }

  /// Replaces a text in a file of the scratch folder.
  private func edit(_ name: String, _ old: String, _ new: String) throws {
    let text = String(decoding: try scratch.bytes(name), as: UTF8.self)
    try #require(text.contains(old), "\(name) has no \(old)")
    try scratch.write(text.replacing(old, with: new).utf8, to: name)
  }

  /// Puts a file's bytes, damaged, in its place, runs `body`, and puts it back.
  private func damaged(
    _ name: String, _ change: (inout [UInt8]) -> Void, _ body: () throws -> Void
  ) throws {
    let original = try scratch.bytes(name)
    var bytes = original
    change(&bytes)
    try scratch.write(bytes, to: name)
    try body()
    try scratch.write(original, to: name)
  }

  @Test("weights", arguments: ["generator", "critic"])
  func weights(network: String) throws {
    let name = "run/\(network).safetensors"
    let header = { (length: UInt64) in withUnsafeBytes(of: length.littleEndian) { Array($0) } }
    let changes: [(inout [UInt8]) -> Void] = [
      { $0 = [] }, { $0 = Array("no weights".utf8) }, { $0.removeLast() }, { $0.append(0) },
      { $0 = Array($0.prefix(100)) }, { $0 = Array($0.prefix($0.count / 2)) },
      { $0.replaceSubrange(0..<8, with: header(UInt64.max)) },
      { $0.replaceSubrange(0..<8, with: header(1 << 40)) },
      { $0.replaceSubrange(0..<8, with: header(0)) },
      { $0 = header(2) + Array("{}".utf8) },
      { $0 = header(100_000) + Array(repeating: UInt8(ascii: "["), count: 100_000) },
      { $0[8] = UInt8(ascii: "?") },
      { bytes in
        // Offsets that point beyond the file.
        let text = String(decoding: bytes.prefix(2_000), as: UTF8.self)
        guard let range = text.firstRange(of: "data_offsets\":[") else { return }
        let start = text.utf8.distance(from: text.startIndex, to: range.upperBound)
        bytes[start] = UInt8(ascii: "9")
      },
    ]
    for (index, change) in changes.enumerated() {
      try damaged(name, change) {
        let outcome = try dgflow("refine", "run", "--count", "2", "--quiet")
        expectError(outcome, 65, "\(network).safetensors")
        #expect(try dgflow("inspect", "run").status == 65, "change \(index)")
      }
    }
    // Weights that are not numbers never become samples.
    try damaged(
      name,
      { bytes in bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: [0, 0, 0xC0, 0x7F]) }
    ) {
      let outcome = try dgflow("refine", "run", "--count", "2", "--quiet", "--steps", "1")
      expectError(outcome, 65)
    }
    #expect(try dgflow("refine", "run", "--count", "2", "--quiet").status == 0)
  }

  @Test("generator and critic in each other's place, and the weights of another width")
  func swapped() throws {
    let generator = try scratch.bytes("run/generator.safetensors")
    try damaged("run/critic.safetensors", { $0 = generator }) {
      expectError(try dgflow("refine", "run", "--count", "1"), 65, "critic.safetensors")
    }
    try edit(
      "run/run.yml", "  width: 8\n  blocks: 2\n  vocabulary: ",
      "  width: 9\n  blocks: 2\n  vocabulary: ")
    expectError(
      try dgflow("generate", "run", "--count", "1"), 65, "generator.safetensors", "width 8",
      "width 9")
  }

  @Test(
    "run.yml",
    arguments: [
      ("length: 32", "length: 0"), ("length: 32", "length: -1"), ("width: 8", "width: 0"),
      ("width: 8", "width: 99999999999"), ("width: 8", "width: wide"), ("width: 8", "height: 8"),
      ("latentWidth: 128", "latentWidth: -128"), ("blocks: 2", "blocks: -2"),
      ("format: 1", "format: 2"), ("batch: 32", "batch: 0"), ("shards: 8", "shards: 0"),
      ("seed: 6", "seed: -6"), ("format: 1", "format: [1"), ("format: 1", "\t"),
      ("objective: wassersteinGradientPenalty", "objective: luck"),
      ("iterations: 6", "iterations: -6"),
    ])
  func runFile(old: String, new: String) throws {
    try edit("run/run.yml", old, new)
    expectError(try dgflow("generate", "run", "--count", "1"), 65, "run")
    expectError(try dgflow("inspect", "run"), 65, "run")
  }

  @Test(
    "corpus.yml",
    arguments: [
      ("length: 32", "length: 0"), ("length: 32", "length: -1"), ("length: 32", "length: 31"),
      ("length: 32", "length: 9223372036854775807"), ("rule: first", "rule: middle"),
      ("format: 1", "format: 2"), ("strings: ", "strings: 1"), ("format: 1", "format: {"),
      ("vocabularyDigest: ", "vocabularyDigest: f"),
    ])
  func corpusFile(old: String, new: String) throws {
    try edit("corpus/corpus.yml", old, new)
    expectError(try dgflow("corpus", "describe", "corpus", "--count", "20"), 65, "corpus")
    expectError(try dgflow("train", "corpus", "--output", "x", "--iterations", "1"), 65, "corpus")
    #expect(!scratch.names().contains("x"))
  }

  @Test("a YAML bomb and endless nesting end at once")
  func bombs() throws {
    var bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for (name, previous) in zip("bcdefghij", "abcdefghi") {
      bomb +=
        "\(name): &\(name) [" + Array(repeating: "*\(previous)", count: 9).joined(separator: ", ")
      bomb += "]\n"
    }
    let clock = ContinuousClock()
    for text in [
      bomb, String(repeating: "[", count: 100_000), "a: &a [*a]", "\u{0}\u{1}", "%YAML 9",
    ] {
      for name in ["run/run.yml", "run/calibration.yml", "corpus/corpus.yml"] {
        try damaged(name, { $0 = Array(text.utf8) }) {
          let begin = clock.now
          let outcome =
            try name.hasPrefix("run")
            ? dgflow("refine", "run", "--count", "1") : dgflow("corpus", "describe", "corpus")
          expectError(outcome, 65, name)
          #expect(clock.now - begin < .seconds(10))
        }
      }
    }
  }

  @Test("vocabulary.tsv")
  func vocabulary() throws {
    let changes: [(inout [UInt8]) -> Void] = [
      { $0 = [] }, { $0 = Array($0.prefix(100)) }, { $0.removeLast(20) },
      { $0 += Array("garbage\n".utf8) }, { $0[0] ^= 1 }, { $0 = $0.map { $0 == 9 ? 32 : $0 } },
      { $0 += [0xFF, 0xFE] },
      { bytes in if let index = bytes.lastIndex(of: UInt8(ascii: "1")) { bytes[index] = 0 } },
    ]
    for change in changes {
      for folder in ["run", "corpus"] {
        try damaged("\(folder)/vocabulary.tsv", change) {
          let outcome =
            try folder == "run"
            ? dgflow("generate", "run", "--count", "1") : dgflow("corpus", "describe", "corpus")
          expectError(outcome, 65, "\(folder)/vocabulary.tsv")
        }
      }
    }
  }

  @Test("counts: every damage is noticed, wherever it is")
  func counts() throws {
    let whole = try scratch.copy(try Workshop.shared.counts, as: "whole.counts")
    let bytes = try fileBytes(whole)
    let head = String(decoding: bytes.prefix(4_000), as: UTF8.self)
    func editing(_ old: String, _ new: String) throws -> [UInt8] {
      let range = try #require(head.firstRange(of: old))
      let start = head.utf8.distance(from: head.startIndex, to: range.lowerBound)
      return Array(bytes[..<start]) + Array(new.utf8) + bytes[(start + old.utf8.count)...]
    }
    var damages: [[UInt8]] = [
      bytes.dropLast(), bytes + [0], Array(bytes.prefix(40)), Array(bytes.prefix(2_000)),
      Array(bytes.prefix(bytes.count / 2)), Array(bytes.dropLast(64)),
      try editing("counts\t1\t", "counts\t2\t"), try editing("length\t32", "length\t33"),
      try editing("orders\t1\t6", "orders\t6\t1"), try editing("orders\t1\t6", "orders\t0\t6"),
      try editing("orders\t1\t6", "orders\t1\t5"), try editing("padding\tcounted", "padding\tx"),
      try editing("strings\t", "strings\t-"), try editing("strings\t", "strings\t9999999999999"),
      try editing("of the text", "of the test"), try editing("parts\tline", "parts\tlink"),
    ].map(Array.init)
    let seed = UInt64.random(in: 0..<1 << 32)
    var numbers = LinearNumbers(state: seed)
    var flips: [String] = []
    for _ in 0..<12 {
      // A digit of the first line may be another length of the head; all else is in the digest.
      let place = Int.random(in: 0..<bytes.count, using: &numbers)
      let bit = UInt8.random(in: 0..<8, using: &numbers)
      var damaged = bytes
      damaged[place] ^= 1 << bit
      damages.append(damaged)
      flips.append("bit \(bit) of byte \(place) of \(bytes.count), seed \(seed)")
    }
    let edits = damages.count - flips.count
    let text = try Workshop.shared.text
    for (index, damage) in damages.enumerated() {
      try scratch.write(damage, to: "bad.counts")
      let outcome = try dgflow("corpus", "merge-counts", "bad.counts", "--output", "x")
      let note = index < edits ? "edit \(index)" : flips[index - edits]
      #expect(outcome.status == 65, "\(note): \(outcome.errors)")
      #expect(
        outcome.errorLines.count == 1 && outcome.errors.hasPrefix("dgflow: ")
          && outcome.errors.contains("bad.counts"), "\(note): \(outcome.errors)")
      #expect(!scratch.names().contains("x"), "\(note)")
    }
    try scratch.write(damages[4], to: "bad.counts")
    expectError(try dgflow("score", text, "--reference", "bad.counts"), 65, "bad.counts", "damaged")
    expectError(try dgflow("score", "bad.counts", "--reference", "whole.counts"), 65, "bad.counts")
    expectError(try dgflow("inspect", "bad.counts"), 65, "bad.counts", "damaged")
    try scratch.write(damages[6], to: "bad.counts")
    expectError(try dgflow("inspect", "bad.counts"), 65, "version is '2'")
  }

  @Test("token and latent matrices")
  func matrices() throws {
    let tokens = try scratch.bytes("corpus/test.npy")
    let changes: [(inout [UInt8]) -> Void] = [
      { $0 = [] }, { $0.removeLast() }, { $0.append(0) }, { $0 = Array($0.prefix(40)) },
      { $0[0] = 0 }, { $0[6] = 9 }, { $0 = npy("(9223372036854775807, 32)", "<u2", []) },
      { $0 = npy("(576460752303423488, 32)", "<u2", []) }, { $0 = npy("(-1, 32)", "<u2", []) },
      { $0 = npy("(32,)", "<u2", Array(repeating: 0, count: 64)) },
      { $0 = npy("(2, 32)", "<i8", Array(repeating: 0, count: 512)) },
      { $0 = npy("(2, 32)", "|O", Array(repeating: 0, count: 512)) },
      { $0 = npy("(2, 32)", ">u2", Array(repeating: 0, count: 128)) },
      { $0 = npy("(2, 31)", "<u2", Array(repeating: 0, count: 124)) },
      { $0 = npy("(0, 32)", "<u2", []) },
      { $0.replaceSubrange($0.count - 2..<$0.count, with: [0xFF, 0xFF]) },
    ]
    for change in changes {
      var bytes = tokens
      change(&bytes)
      try scratch.write(bytes, to: "tokens.npy")
      expectError(
        try dgflow("score", "tokens.npy", "--tokens", "--reference", "corpus"), 65, "tokens.npy")
      try damaged("corpus/test.npy", change) {
        expectError(try dgflow("corpus", "describe", "corpus", "--count", "9"), 65, "test.npy")
        expectError(try dgflow("inspect", "corpus"), 65, "test.npy")
      }
    }
    for (shape, type, size) in [
      ("(2, 127)", "<f4", 1016), ("(2, 128)", "<f8", 2048), ("(0, 128)", "<f4", 0),
      ("(2, 128)", "<f4", 1020), ("(2, 128)", "<u2", 512),
    ] {
      try scratch.write(npy(shape, type, Array(repeating: 0, count: size)), to: "z.npy")
      expectError(try dgflow("refine", "run", "--latents-in", "z.npy"), 65, "z.npy")
    }
    // A latent that is not a number is named by sample and coordinate.
    let nan = (0..<128).flatMap { _ in [0, 0, 0xC0, 0x7F] as [UInt8] }
    try scratch.write(npy("(1, 128)", "<f4", nan), to: "z.npy")
    expectError(try dgflow("refine", "run", "--latents-in", "z.npy"), 65, "sample 0")
    try scratch.write(npy("(2, 128)", "<f4", Array(repeating: 0, count: 1024)), to: "z.npy")
    expectError(
      try dgflow("refine", "run", "--latents-in", "z.npy", "--count", "3"), 64, "2 latents")
    for (shape, type, fragment) in [
      ("(2, 31)", "<f8", "<f8"), ("(32,)", "<u2", "[32]"), ("(9, 9)", "<u2", "truncated"),
    ] {
      try scratch.write(npy(shape, type, [0, 0]), to: "strange.npy")
      expectError(try dgflow("inspect", "strange.npy"), 65, "strange.npy", fragment)
    }
  }

  @Test("calibration and records")
  func calibration() throws {
    for (old, new) in [
      ("format: 1", "format: 9"), ("records:", "notes:"),
      ("representation: raw", "representation: x"),
    ] {
      try damaged(
        "run/calibration.yml",
        {
          $0 = Array(String(decoding: $0, as: UTF8.self).replacing(old, with: new).utf8)
        }
      ) {
        expectError(try dgflow("refine", "run", "--count", "1"), 65, "calibration.yml")
      }
    }
    try damaged("run/records.jsonl", { $0 = Array("{\n".utf8) + $0 }) {
      expectError(try dgflow("inspect", "run"), 65, "records.jsonl, line 1")
    }
    // A last line that a crash has torn is no damage.
    try damaged("run/records.jsonl", { $0 += Array("{\"iteration\": 7, ".utf8) }) {
      let outcome = try dgflow("inspect", "run")
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
  }

  @Test("a damaged checkpoint is not resumed from, and the run stays as it is")
  func checkpoints() throws {
    let generator = try scratch.bytes("run/generator.safetensors")
    let name = "run/checkpoints/6/"
    let changes: [(inout [UInt8]) -> Void] = [
      { $0 = [] }, { $0.removeLast() }, { $0 = Array($0.prefix(300)) },
    ]
    for file in [
      "generator.safetensors", "critic.safetensors", "optimiser.safetensors", "checkpoint.yml",
    ] {
      for change in changes.prefix(file == "checkpoint.yml" ? 1 : 3) {
        try damaged(name + file, change) {
          expectError(
            try dgflow("train", "corpus", "--output", "run", "--resume", "--iterations", "8"), 65,
            file)
        }
      }
    }
    #expect(try scratch.bytes("run/generator.safetensors") == generator)
    let resumed = try dgflow("train", "corpus", "--output", "run", "--resume", "--iterations", "7")
    #expect(resumed.status == 0, "\(resumed.errors)")
    try FileManager.default.removeItem(atPath: scratch.path("run/checkpoints"))
    expectError(
      try dgflow("train", "corpus", "--output", "run", "--resume", "--iterations", "8"), 66,
      "checkpoint")
  }
}

/// A `.npy` file with this shape, type and contents.
func npy(_ shape: String, _ type: String, _ contents: [UInt8]) -> [UInt8] {
  var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
  header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
  return [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 118, 0] + Array(header.utf8) + contents
}
