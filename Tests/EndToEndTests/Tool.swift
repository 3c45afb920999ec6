import Foundation
import Testing

/// Runs the built `dgflow` as a user would: arguments, standard input, exit code, both outputs.
struct Tool {
  /// What one run of the program gave.
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String

    /// The lines of standard output.
    var lines: [String] {
      var lines = output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      if lines.last == "" { lines.removeLast() }
      return lines
    }
  }

  /// The program that was built together with these tests.
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
  @discardableResult
  static func run(
    _ arguments: [String], input: String? = nil, environment: [String: String] = [:],
    folder: String? = nil
  ) throws -> Outcome {
    try launch(executable, arguments, input: input, environment: environment, folder: folder)
  }

  /// Runs a line of shell with `dgflow` on the path; pipes and limits (`ulimit`) are the shell's.
  @discardableResult
  static func shell(_ line: String, folder: String) throws -> Outcome {
    let path = URL(fileURLWithPath: executable).deletingLastPathComponent().path
    let inherited = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return try launch(
      "/bin/bash", ["-c", "set -o pipefail; " + line], input: nil,
      environment: ["PATH": path + ":" + inherited], folder: folder)
  }

  /// Starts the tool without waiting, for tests that interrupt it.
  static func start(_ arguments: [String], folder: String) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }

  private static func launch(
    _ program: String, _ arguments: [String], input: String?, environment: [String: String],
    folder: String?
  ) throws -> Outcome {
    let scratch = try Scratch()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment
      .merging(["DGFLOW_DATA": root + "/Corpora"]) { $1 }
      .merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    // Files instead of pipes: a test never deadlocks on a full pipe.
    let names = ["in", "out", "err"].map { scratch.path($0) }
    try (input ?? "").write(toFile: names[0], atomically: false, encoding: .utf8)
    FileManager.default.createFile(atPath: names[1], contents: nil)
    FileManager.default.createFile(atPath: names[2], contents: nil)
    process.standardInput = FileHandle(forReadingAtPath: names[0])
    process.standardOutput = FileHandle(forWritingAtPath: names[1])
    process.standardError = FileHandle(forWritingAtPath: names[2])
    try process.run()
    process.waitUntilExit()
    func text(_ name: String) throws -> String {
      String(decoding: try Data(contentsOf: URL(fileURLWithPath: name)), as: UTF8.self)
    }
    return Outcome(
      status: process.terminationStatus, output: try text(names[1]), errors: try text(names[2]))
  }
}

/// A folder of its own for one test, removed afterwards.
final class Scratch {
  let folder: String

  init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("dgflow-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    folder = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// The path of a name in the folder.
  func path(_ name: String) -> String { folder + "/" + name }
}
