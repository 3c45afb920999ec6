import Foundation
import Glibc
import Runs

/// What the program reads from its surroundings; nothing else reads the environment.
enum Environment {
  /// Where bundled data are found.
  static var data: DataLocations {
    let variables = ProcessInfo.processInfo.environment
    let cacheRoot =
      variables["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
      ?? variables["HOME"].flatMap { $0.isEmpty ? nil : $0 + "/.cache" }
    return DataLocations(
      dataFolder: variables["DGFLOW_DATA"], executable: executable,
      cache: cacheRoot.map { $0 + "/dgflow" })
  }

  /// Where temporary files without a name lie: `$TMPDIR`, else `/tmp`.
  static var temporaryFolder: String {
    ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
  }

  /// Absolute path of the running program.
  static var executable: String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    guard length > 0 else { return CommandLine.arguments[0] }
    return String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
