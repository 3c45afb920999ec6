import Foundation
import Testing

/// A disk that is full: played by a limit on the size of files, which the shell sets for its child,
/// and by `/dev/full`.
@Suite struct FullDiskTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Runs a command that may write files of at most `kilobytes`.
  private func limited(_ kilobytes: Int, _ command: String) throws -> Tool.Outcome {
    try Tool.shell("ulimit -f \(kilobytes); exec dgflow \(command)", folder: scratch.folder)
  }

  @Test("a corpus appears whole or not at all", arguments: [1, 20, 60, 150])
  func preparing(kilobytes: Int) throws {
    let outcome = try limited(kilobytes, "corpus prepare $text --output corpus")
    expectError(outcome, 73, "cannot write corpus/", "File too large", "ulimit -f")
    #expect(!outcome.errors.contains("partial"))
    #expect(scratch.names() == [])
  }

  @Test("counts appear whole or not at all, also where their temporary files find no room")
  func counting() throws {
    for command in ["corpus count $text", "corpus merge-counts $counts"] {
      let outcome = try limited(100, "\(command) --output x.counts")
      expectError(outcome, 73, "cannot write x.counts", "File too large")
      #expect(scratch.names() == [])
    }
    // A stream is kept in a temporary file, since it is read twice.
    let outcome = try Tool.shell(
      "cat $text | (ulimit -f 20; dgflow corpus count - --output x.counts)",
      folder: scratch.folder, environment: ["TMPDIR": scratch.folder])
    expectError(outcome, 73, "a temporary file in \(scratch.folder)")
    #expect(scratch.names() == [])
    let nowhere = try Tool.shell(
      "cat $text | dgflow corpus count - --output x.counts", folder: scratch.folder,
      environment: ["TMPDIR": scratch.path("nowhere")])
    expectError(nowhere, 73, scratch.path("nowhere"))
    #expect(scratch.names() == [])
  }

  @Test("a checkpoint appears whole or not at all; the ones before it stay good")
  func training() throws {
    let run = try scratch.copy(Workshop.shared.run, as: "run")
    let whole = try scratch.copy(run, as: "whole")
    let before = try scratch.bytes("run/generator.safetensors")
    let more = "--resume --iterations 12 --evaluation-samples 50 --checkpoint-every 2"
    // Room for the weights of the generator, but not for the optimiser's state.
    for kilobytes in [20, 100, 200] {
      let outcome = try limited(kilobytes, "train $corpus --output run \(more) --quiet")
      expectError(outcome, 73, "cannot write run/checkpoints/8/", "File too large")
      #expect(scratch.names("run/checkpoints") == ["4", "6"])
      #expect(try scratch.bytes("run/generator.safetensors") == before)
      #expect(try Tool.run(["generate", run, "--count", "1"]).status == 0)
    }
    // With room again it goes on as if nothing had been.
    for name in [run, whole] {
      let outcome = try Tool.shell(
        "dgflow train $corpus --output \(name) \(more)", folder: scratch.folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    for name in ["generator.safetensors", "critic.safetensors"] {
      #expect(try scratch.bytes("run/" + name) == scratch.bytes("whole/" + name))
    }
    #expect(try scratch.bytes("run/generator.safetensors") != before)
  }

  @Test("a new run that cannot save anything ends with its reason")
  func newRun() throws {
    let outcome = try limited(
      20, "train $corpus --output run --width 8 --iterations 2 --evaluation-samples 50 --quiet")
    expectError(outcome, 73, "cannot write run", "File too large")
    #expect(scratch.names("run/checkpoints") == [])
    #expect(!scratch.names("run").contains("generator.safetensors"))
  }

  @Test("latents and calibrations appear whole or not at all")
  func matrices() throws {
    expectError(
      try limited(20, "refine $run --count 64 --steps 0 --quiet --latents-out z.npy > text"), 73,
      "cannot write z.npy")
    #expect(scratch.names() == ["text"])
    try scratch.write("old".utf8, to: "z.npy")
    expectError(
      try limited(20, "refine $run --count 64 --steps 0 --quiet --latents-out z.npy > text"), 73,
      "cannot write z.npy")
    #expect(scratch.names() == ["text", "z.npy"])
    #expect(try scratch.bytes("z.npy") == Array("old".utf8))

    _ = try scratch.copy(Workshop.shared.run, as: "run")
    let calibration = try scratch.bytes("run/calibration.yml")
    let outcome = try limited(1, "calibrate run --reference $corpus --count 50 --quiet")
    #expect(outcome.status == 73)
    expectErrorLine(outcome, ["run/calibration.yml"], onlyLine: false)
    #expect(try scratch.bytes("run/calibration.yml") == calibration)
  }

  @Test(
    "results that cannot be written are an error, never a silent loss",
    arguments: [
      "generate $run --count 2000", "refine $run --count 2000 --steps 0 --quiet --ratio raw",
      "corpus synthesize newswire --count 2000", "corpus describe $corpus --count 20",
      "score $text --reference $corpus --json", "score $text --reference $counts --csv",
      "inspect $run", "generate $run --json --count 500",
      "compare $run --reference $corpus --count 20 --steps 0 --quiet --ratio raw",
    ])
  func standardOutput(command: String) throws {
    for (limit, redirection) in [(1_000, "/dev/full"), (1, "file")] {
      // Some results fit a kilobyte.
      if limit == 1,
        try Tool.shell("dgflow \(command)", folder: scratch.folder).output.utf8.count
          <= 1024
      {
        continue
      }
      let outcome = try limited(limit, "\(command) > \(redirection)")
      #expect(outcome.status == 73, "\(outcome.errors)")
      expectErrorLine(outcome, ["standard output", "incomplete"])
    }
  }

  @Test("a closed standard output is an error; a closed standard error is not")
  func closed() throws {
    let outcome = try Tool.shell("dgflow generate $run --count 5 >&-", folder: scratch.folder)
    #expect(outcome.status == 73)
    expectErrorLine(outcome, ["standard output"])
    #expect(
      try Tool.shell("dgflow refine $run --count 5 2>&-", folder: scratch.folder).lines.count == 5)
  }
}
