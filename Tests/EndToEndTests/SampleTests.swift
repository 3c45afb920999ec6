import Foundation
import Testing

/// Sample i depends on the seed and i alone: not on count, threads or command.
@Suite struct SampleTests {
  private let run: String
  private let scratch: Scratch

  init() throws {
    run = try Workshop.shared.run
    scratch = try Scratch()
  }

  private func generate(_ options: String...) throws -> [String] {
    let outcome = try Tool.run(["generate", run] + options)
    #expect(outcome.status == 0 && outcome.errors == "", "\(outcome.errors)")
    return outcome.lines
  }

  private func refine(_ options: String...) throws -> [String] {
    let outcome = try Tool.run(["refine", run, "--quiet"] + options, folder: scratch.folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return outcome.lines
  }

  @Test("as many lines as samples; a smaller count gives the first of them")
  func prefixes() throws {
    // 1,030 reaches into the second block of 1,024.
    let all = try generate("--count", "1030")
    #expect(all.count == 1030 && Set(all).count > 1000)
    #expect(all.allSatisfy { $0.unicodeScalars.count <= 32 })
    for count in [1, 7, 63, 64] {
      #expect(try generate("--count", "\(count)") == Array(all.prefix(count)))
    }
    let refined = try refine("--count", "1030", "--steps", "2")
    #expect(refined.count == 1030 && refined != all)
    for count in [1, 7, 63, 64] {
      #expect(
        try refine("--count", "\(count)", "--steps", "2") == Array(refined.prefix(count)))
    }
  }

  @Test("the number of threads changes no sample")
  func threads() throws {
    let generated = try generate("--count", "100")
    let refined = try refine("--count", "50", "--divergence", "js", "--steps", "3")
    for threads in ["1", "2", "3"] {
      #expect(try generate("--count", "100", "--threads", threads) == generated)
      #expect(
        try refine(
          "--count", "50", "--divergence", "js", "--steps", "3", "--threads", threads) == refined)
    }
  }

  @Test("the same seed gives the same samples, another seed others; 1 is the default")
  func seeds() throws {
    let first = try generate("--count", "20")
    #expect(try generate("--count", "20", "--seed", "1") == first)
    let other = try generate("--count", "20", "--seed", "18446744073709551615")
    #expect(Set(other).isDisjoint(with: first))
    let refined = try refine("--count", "20", "--steps", "2", "--seed", "7")
    #expect(try refine("--count", "20", "--steps", "2", "--seed", "7") == refined)
    #expect(try refine("--count", "20", "--steps", "2", "--seed", "8") != refined)
  }

  @Test("refinement starts from the latents of generation: no steps, same text")
  func sameStart() throws {
    let base = try generate("--count", "30", "--seed", "5")
    #expect(try refine("--count", "30", "--seed", "5", "--steps", "0") == base)
    #expect(try refine("--count", "30", "--seed", "5", "--steps", "1") != base)
  }

  @Test("refined latents are a float32 matrix that refinement reads back")
  func latents() throws {
    let text = try refine("--count", "64", "--steps", "3", "--latents-out", "a.npy")
    let bytes = try scratch.bytes("a.npy")
    let header = String(decoding: bytes.prefix(128).dropFirst(10), as: UTF8.self)
    #expect(bytes.prefix(8) == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0])
    #expect(header.contains("'descr': '<f4'") && header.contains("'shape': (64, 128)"))
    #expect(bytes.count % 64 == 0 && bytes.count - 64 * 128 * 4 <= 256)
    #expect(
      try Tool.output("inspect", "a.npy", folder: scratch.folder)
        .hasPrefix("kind: latents\nshape: [64, 128] float32\nmean norm: 11."))

    // All of them without a count; the text and the latents are the same again.
    let again = try refine("--latents-in", "a.npy", "--steps", "0", "--latents-out", "b.npy")
    #expect(again == text)
    #expect(try scratch.bytes("b.npy") == bytes)
    #expect(
      try refine("--latents-in", "a.npy", "--steps", "0", "--count", "7") == Array(text.prefix(7)))
  }

  @Test("without noise, three steps and three more are six")
  func continued() throws {
    _ = try refine("--count", "9", "--noise", "0", "--steps", "3", "--latents-out", "three.npy")
    let text = try refine(
      "--latents-in", "three.npy", "--noise", "0", "--steps", "3", "--latents-out", "six.npy")
    #expect(
      try refine("--count", "9", "--noise", "0", "--steps", "6", "--latents-out", "once.npy")
        == text)
    #expect(try scratch.bytes("once.npy") == scratch.bytes("six.npy"))
  }

  @Test("refinement says on standard error what moved, and nothing with --quiet")
  func words() throws {
    let outcome = try Tool.run(
      ["refine", run, "--count", "10", "--steps", "4", "--values-every", "2"])
    #expect(outcome.lines.count == 10)
    for fragment in [
      "step 0: mean d", "step 2: mean d", "step 4: mean d",
      "refined 10 samples by KL, 4 steps of 0.01, noise weight 0.01", "latent norm",
      "critic calibrated on decoded text", "characters changed", "cost 9 units a sample",
    ] {
      #expect(outcome.errors.contains(fragment), "\(outcome.errors)")
    }
    let quiet = try Tool.run(
      ["refine", run, "--count", "10", "--steps", "4", "--quiet"])
    #expect(quiet.errors == "" && quiet.lines == outcome.lines)
    let verbose = try Tool.run(
      ["refine", run, "--count", "10", "--steps", "4", "--ratio", "raw", "--verbose"])
    #expect(verbose.errors.contains("raw critic, d = 1.0 · score + 0.0"))
    #expect(verbose.errors.contains("KL, 4 steps of 0.1, noise"))
  }

  @Test("a critic that was trained on is climbed where it is asked for")
  func continuedCritic() throws {
    let copy = try scratch.copy(run, as: "continued")
    expectError(
      try Tool.run(["refine", copy, "--ratio", "continued", "--count", "1"]), 64,
      "no critic continued on decoded samples", "--continue")
    let calibrate = ["calibrate", copy, "--reference", try Workshop.shared.corpus]
    expectError(try Tool.run(calibrate + ["--steps", "9"]), 64, "--continue")
    let made = try Tool.run(calibrate + ["--count", "40", "--continue", "--steps", "9"])
    #expect(made.status == 0, "\(made.errors)")
    #expect(made.lines.filter { $0.hasPrefix("continued, step ") }.count == 2)
    #expect(made.lines.filter { $0.hasPrefix("converged, step ") }.count == 1)
    let card = try String(contentsOfFile: copy + "/CARD.md", encoding: .utf8)
    #expect(card.contains("trained on for"))
    func refined(_ options: String...) throws -> [String] {
      try Tool.run(["refine", copy, "--count", "5", "--step-size", "1"] + options).lines
    }
    let raw = try refined("--ratio", "raw")
    let decoded = try refined("--ratio", "continued")
    let smoothed = try refined("--ratio", "continued", "--representation", "smoothed")
    #expect(Set([raw, decoded, smoothed]).count == 3)
    #expect([raw, decoded, smoothed].allSatisfy { $0.count == 5 })
    let converged = try Tool.run(
      ["refine", copy, "--count", "5", "--ratio", "converged", "--verbose"])
    #expect(converged.lines.count == 5 && converged.errors.contains("converged critic, d = "))
    expectError(
      try Tool.run(["refine", copy, "--ratio", "continued", "--representation", "raw"]), 64,
      "decoded or smoothed")
    expectError(
      try Tool.run(["refine", copy, "--ratio", "converged", "--representation", "raw"]), 64,
      "leave out --representation")
    // Calibrated again, the critics that were trained on stay.
    #expect(try Tool.run(calibrate + ["--count", "40"]).status == 0)
    #expect(try refined("--ratio", "continued") == decoded)
  }

  @Test("each divergence, ratio and offset refines; a ratio that cannot be had is a usage error")
  func ratios() throws {
    let base = try generate("--count", "5")
    for divergence in ["kl", "js", "logd"] {
      for offset in ["centred", "none"] {
        let text = try refine(
          "--count", "5", "--divergence", divergence, "--ratio", "raw", "--offset", offset)
        #expect(text.count == 5 && text != base)
      }
    }
    let bare = try scratch.copy(run, as: "bare")
    try FileManager.default.removeItem(atPath: bare + "/calibration.yml")
    expectError(
      try Tool.run(["refine", bare, "--ratio", "calibrated", "--count", "1"]), 64,
      "no decoded calibration", "dgflow calibrate")
    expectError(
      try Tool.run(["refine", bare, "--divergence", "js", "--count", "1"]), 64, "--offset none")
    #expect(try Tool.run(["refine", bare, "--count", "1"]).status == 0)

    // A calibration that says that the critic rates real text higher is used without being asked.
    let calibrated = try refine("--count", "5", "--step-size", "1", "--ratio", "calibrated")
    #expect(try refine("--count", "5", "--step-size", "1") == calibrated)
    // This run's decoded fit has a scale of 1.01, its smoothed one 2.6.
    let smoothed = try refine(
      "--count", "5", "--step-size", "1", "--representation", "smoothed")
    #expect(try refine("--count", "5", "--step-size", "1", "--ratio", "raw") != smoothed)
    for representation in ["raw", "decoded", "smoothed"] {
      #expect(try refine("--count", "5", "--representation", representation).count == 5)
    }

    // One that says the opposite is not, and that is said.
    let fitted = try scratch.copy(run, as: "fitted")
    let file = fitted + "/calibration.yml"
    let calibration = try String(contentsOfFile: file, encoding: .utf8)
      .replacing(#/\n    scale: .*/#) { _ in "\n    scale: -2.5" }
    try Data(calibration.utf8).write(to: URL(fileURLWithPath: file))
    let opposite = try Tool.run(["refine", fitted, "--count", "5"])
    #expect(opposite.errorLines.first?.hasPrefix("the decoded calibration of") == true)
    #expect(try Tool.run(["refine", fitted, "--count", "5", "--quiet"]).errors.isEmpty)
    #expect(opposite.lines == (try refine("--count", "5", "--ratio", "raw")))
    expectError(
      try Tool.run(["refine", fitted, "--ratio", "calibrated", "--count", "1"]), 64, "-2.5")

    // Nor one that tells the two kinds apart altogether.
    let separable = calibration.replacing("scale: -2.5", with: "scale: 2.5")
      .replacing("isSeparable: false", with: "isSeparable: true")
    try Data(separable.utf8).write(to: URL(fileURLWithPath: file))
    let separated = try Tool.run(["refine", fitted, "--count", "5"])
    #expect(separated.errors.contains("separable: not a ratio; the raw critic"))
    #expect(separated.lines == opposite.lines)
  }
}
