// Runs the built `dgflow` as a user would: arguments, standard input, exit status, both outputs.
//
// The program is the one that was built together with these tests, or the one that the environment
// variable DGFLOW_EXECUTABLE names.

import Foundation
import Testing

/// The built program.
enum Tool {
  /// What one run of the program gave.
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String

    /// The lines of standard output.
    var lines: [String] { Outcome.lines(output) }
    /// The lines of standard error.
    var errorLines: [String] { Outcome.lines(errors) }

    private static func lines(_ text: String) -> [String] {
      var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      if lines.last == "" { lines.removeLast() }
      return lines
    }
  }

  /// The path of the program.
  static let executable: String = {
    let program = ProcessInfo.processInfo.environment["DGFLOW_EXECUTABLE"]
    if let program, !program.isEmpty { return program }
    let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("dgflow")
      .path
  }()

  /// The root of the source tree.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// Runs the tool and waits.
  static func run(
    _ arguments: [String], input: String? = nil, environment: [String: String] = [:],
    folder: String? = nil
  ) throws -> Outcome {
    try launch(
      executable, arguments, input: input, environment: environment,
      folder: folder ?? Workshop.folder)
  }

  /// Runs the tool and expects status 0; gives its standard output.
  @discardableResult
  static func output(
    _ arguments: String..., folder: String? = nil, input: String? = nil,
    at location: SourceLocation = #_sourceLocation
  ) throws -> String {
    let outcome = try run(arguments, input: input, folder: folder)
    #expect(outcome.status == 0, "\(arguments): \(outcome.errors)", sourceLocation: location)
    return outcome.output
  }

  /// Runs a line of shell with `dgflow` on the path; pipes and limits (`ulimit`) are the shell's.
  ///
  /// `$corpus` and `$run` are the shared corpus and run, `$text` the text that they come from,
  /// `$counts` its n-grams.
  static func shell(
    _ line: String, folder: String, environment: [String: String] = [:]
  ) throws -> Outcome {
    let workshop = try Workshop.shared
    let inherited = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let bin = try Workshop.bin
    let variables = [
      "PATH": bin + ":" + inherited, "corpus": workshop.corpus, "run": workshop.run,
      "text": workshop.text, "counts": workshop.counts,
    ]
    return try launch(
      "/bin/bash", ["-c", "set -o pipefail; " + line], input: nil,
      environment: variables.merging(environment) { $1 }, folder: folder)
  }

  /// A program that was started and is not waited for yet.
  final class Running {
    private let process = Process()
    private let scratch: Scratch
    private let input: Pipe?

    fileprivate init(
      _ program: String, _ arguments: [String], input: String?, keepsInputOpen: Bool,
      environment: [String: String], folder: String
    ) throws {
      scratch = try Scratch()
      process.executableURL = URL(fileURLWithPath: program)
      process.arguments = arguments
      process.environment = ProcessInfo.processInfo.environment
        .merging(Tool.surroundings) { $1 }.merging(environment) { $1 }
      process.currentDirectoryURL = URL(fileURLWithPath: folder)
      // Files instead of pipes: a test never deadlocks on a full pipe.
      for name in ["out", "err"] {
        try Data().write(to: URL(fileURLWithPath: scratch.path(name)))
      }
      self.input = keepsInputOpen ? Pipe() : nil
      if let pipe = self.input {
        process.standardInput = pipe
      } else {
        try Data((input ?? "").utf8).write(to: URL(fileURLWithPath: scratch.path("in")))
        process.standardInput = FileHandle(forReadingAtPath: scratch.path("in"))
      }
      process.standardOutput = FileHandle(forWritingAtPath: scratch.path("out"))
      process.standardError = FileHandle(forWritingAtPath: scratch.path("err"))
      try process.run()
    }

    /// Whether it has not ended yet.
    var isRunning: Bool { process.isRunning }

    /// Sends a signal, such as `SIGINT`.
    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Waits until `condition` holds; false when the program ended or a minute went by first.
    func waits(until condition: () -> Bool) -> Bool {
      let end = ContinuousClock.now + .seconds(60)
      while !condition() {
        guard process.isRunning, ContinuousClock.now < end else { return condition() }
        usleep(1_000)
      }
      return true
    }

    /// Waits until the program handles SIGINT itself, and a moment more.
    func waitsUntilListening() -> Bool {
      let path = "/proc/\(process.processIdentifier)/status"
      let listens = waits {
        let status = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let caught = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
        let mask = caught.flatMap { UInt64($0.dropFirst(7).drop { $0 == "\t" }, radix: 16) } ?? 0
        return mask & (1 << UInt64(SIGINT - 1)) != 0
      }
      usleep(200_000)
      return listens && process.isRunning
    }

    /// Waits for the end; a program that a signal ended has 128 plus its number.
    func finish() throws -> Outcome {
      process.waitUntilExit()
      func text(_ name: String) throws -> String {
        String(
          decoding: try Data(contentsOf: URL(fileURLWithPath: scratch.path(name))), as: UTF8.self)
      }
      let ending: Int32 = process.terminationReason == .uncaughtSignal ? 128 : 0
      return Outcome(
        status: ending + process.terminationStatus, output: try text("out"),
        errors: try text("err"))
    }
  }

  /// Starts the tool without waiting, for tests that interrupt it.
  static func start(
    _ arguments: [String], folder: String, keepsInputOpen: Bool = false,
    environment: [String: String] = [:]
  ) throws -> Running {
    try Running(
      executable, arguments, input: nil, keepsInputOpen: keepsInputOpen, environment: environment,
      folder: folder)
  }

  private static func launch(
    _ program: String, _ arguments: [String], input: String?, environment: [String: String],
    folder: String
  ) throws -> Outcome {
    try Running(
      program, arguments, input: input, keepsInputOpen: false, environment: environment,
      folder: folder
    ).finish()
  }

  /// What every run sees: our data, a cache of its own, screens of 80 columns.
  private static var surroundings: [String: String] {
    [
      "DGFLOW_DATA": root + "/Corpora", "XDG_CACHE_HOME": Workshop.folder + "/cache",
      "COLUMNS": "80",
    ]
  }
}

/// Expects an error as the tool promises it: the status of its kind, one line on standard error that
/// holds the fragments, nothing on standard output.
func expectError(
  _ outcome: Tool.Outcome, _ status: Int32, _ fragments: String...,
  at location: SourceLocation = #_sourceLocation
) {
  #expect(outcome.status == status, "\(outcome.errors)", sourceLocation: location)
  #expect(outcome.output == "", sourceLocation: location)
  expectErrorLine(outcome, fragments, at: location)
}

/// Expects one error line as the last of standard error, after whatever was said before it.
func expectErrorLine(
  _ outcome: Tool.Outcome, _ fragments: [String], onlyLine: Bool = true,
  at location: SourceLocation = #_sourceLocation
) {
  let errors = outcome.errorLines.filter { $0.hasPrefix("dgflow: ") }
  #expect(errors.count == 1, "\(outcome.errors)", sourceLocation: location)
  #expect(outcome.errorLines.last == errors.last, "\(outcome.errors)", sourceLocation: location)
  if onlyLine {
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)", sourceLocation: location)
  }
  for fragment in fragments {
    #expect(errors.last?.contains(fragment) == true, "\(outcome.errors)", sourceLocation: location)
  }
}
